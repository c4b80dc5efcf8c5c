import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test('many bodies in chunks of one byte, held open, hold about as many bytes as were sent', async () => {
  const child = fork(join(import.meta.dirname, 'support/hold-bodies.ts'), { execArgv: ['--expose-gc'] })
  const [{ sent, held }] = (await once(child, 'message')) as [{ sent: number; held: number }]
  expect(sent).toBe(600_000)
  // Buffers that were just doubled are half empty, and each stream has objects of its own.
  expect(held / sent).toBeLessThan(4)
}, 60_000)
