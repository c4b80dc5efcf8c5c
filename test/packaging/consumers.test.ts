import { createRequire } from 'node:module'
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

/** TypeScript 5, which knows more ways than the workspace's own; the check of packed types brings it. */
function olderCompiler(): string {
  const attw = createRequire(import.meta.url).resolve('@arethetypeswrong/cli/package.json')
  const core = createRequire(attw).resolve('@arethetypeswrong/core')
  return join(createRequire(core).resolve('typescript/package.json'), '../bin/tsc')
}

test('a program in TypeScript 5 compiles with the module resolution of before Node 16', async () => {
  const common = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--target',
    'es2022',
    '--types',
    'node',
    '--esModuleInterop',
  ]
  const node10 = ['--module', 'commonjs', '--moduleResolution', 'node10']
  const { stdout } = await run(process.execPath, [olderCompiler(), ...common, ...node10, 'subpaths.ts'], consumer)
  expect(stdout).toBe('')
}, 180_000)

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
