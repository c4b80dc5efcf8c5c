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

const compiler = join(import.meta.dirname, '../../node_modules/typescript/bin/tsc')

test('a CommonJS program in TypeScript compiles against the packed declarations', async () => {
  const { stdout } = await run(process.execPath, [compiler, '--project', consumer], consumer)
  expect(stdout).toBe('')
})

describe('the type of req.auth', () => {
  const compile = async (files: readonly string[], skipsLibraries: boolean) => {
    const options = ['--ignoreConfig', '--noEmit', '--strict', '--exactOptionalPropertyTypes', '--types', 'node']
    const target = ['--module', 'nodenext', '--target', 'es2023', '--skipLibCheck', String(skipsLibraries)]
    return run(
      process.execPath,
      [compiler, ...options, ...target, ...files.map((file) => join('beside', file))],
      consumer,
    )
  }

  test.each([
    [['alone.mts'], true],
    [['alone.mts'], false],
    [['mcp.mts'], true],
    [['mcp.mts', 'mcp-register.mts'], true],
    [['mcp.mts', 'mcp-register.mts'], false],
    [['auth0.mts'], true],
    [['auth0.mts', 'auth0-register.mts'], true],
    [['auth0.mts', 'auth0-register.mts'], false],
  ])('stands beside that of another library: %j, with skipLibCheck %s', async (files, skipsLibraries) => {
    expect((await compile(files, skipsLibraries)).stdout).toBe('')
  })
})
