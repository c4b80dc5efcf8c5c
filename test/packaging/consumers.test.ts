import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { runtimes } from '../runtimes/binaries.ts'
import { run } from './run.ts'

const consumer = inject('consumer')

describe.each(runtimes)('the packed packages on $name', ({ binary, runArguments }) => {
  test.each(['require.cjs', 'import.mjs'])('%s', async (file) => {
    const output = await run(binary, [...runArguments, join(consumer, file)], consumer)
    expect(output).toEqual({ stdout: 'verified\n', stderr: '' })
  })
})

test('a CommonJS program in TypeScript compiles against the packed declarations', async () => {
  const compiler = join(import.meta.dirname, '../../node_modules/typescript/bin/tsc')
  const { stdout } = await run(process.execPath, [compiler, '--project', consumer], consumer)
  expect(stdout).toBe('')
})
