import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)

test('many bodies in chunks of one byte, held open, hold about as many bytes as were sent', async () => {
  const program = join(import.meta.dirname, 'support/hold-bodies.ts')
  const { stdout } = await run(process.execPath, ['--expose-gc', program])
  const { sent, held } = JSON.parse(stdout) as { sent: number; held: number }
  expect(sent).toBe(2_000_000)
  // Buffers that were just doubled are half empty, and each stream has objects of its own.
  expect(held / sent).toBeLessThan(4)
}, 60_000)
