import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { bearward } from './bearward.ts'

const folder = mkdtempSync(join(tmpdir(), 'bearward-settings-'))
afterAll(() => rmSync(folder, { recursive: true }))

function write(name: string, content: unknown): string {
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  return name
}

/** The prefix that a new token has, in a folder whose configuration says `file`. */
async function prefixFrom(argv: string[], env: Record<string, string>): Promise<string | undefined> {
  write('bearward.config.json', { prefix: 'file' })
  const { stdout } = await bearward(['generate', ...argv], { env, cwd: folder })
  return stdout.split('_')[0]
}

describe('precedence', () => {
  test.each<[string, string[], Record<string, string>]>([
    ['flag', ['--prefix', 'flag'], { BEARWARD_PREFIX: 'variable' }],
    ['variable', [], { BEARWARD_PREFIX: 'variable' }],
    ['file', [], {}],
    ['file', [], { BEARWARD_PREFIX: '' }],
  ])('%s wins with %j and %j', async (winner, argv, env) => {
    expect(await prefixFrom(argv, env)).toBe(winner)
  })

  test('is decided for each setting alone', async () => {
    write('bearward.config.json', { prefix: 'file', environments: ['live'] })
    const env = { BEARWARD_ENVIRONMENTS: 'test, prod' }
    expect((await bearward(['generate'], { env, cwd: folder })).stdout).toMatch(/^file_test_/)
  })
})

describe('the file', () => {
  test('can be named by --config, by a path from the current folder, and by BEARWARD_CONFIG', async () => {
    write('other.json', { $schema: './schema.json', prefix: 'other' })
    for (const argv of [
      ['generate', '--config', 'other.json'],
      ['--config', join(folder, 'other.json'), 'generate'],
    ])
      expect((await bearward(argv, { env: {}, cwd: folder })).stdout).toMatch(/^other_/)
    expect((await bearward(['generate'], { env: { BEARWARD_CONFIG: 'other.json' }, cwd: folder })).stdout).toMatch(
      /^other_/,
    )
  })

  test('is not looked for in the folders above', async () => {
    write('bearward.config.json', { prefix: 'file' })
    const { code } = await bearward(['generate'], { env: {}, cwd: join(folder, '..') })
    expect(code).toBe(3)
  })
})

describe('what cannot be used is one line, with its place', () => {
  test.each<[string, { file?: unknown; argv?: string[]; env?: Record<string, string> }, number, string]>([
    [
      'no prefix',
      { file: {} },
      3,
      'the prefix of your keys is not set; give --prefix, set BEARWARD_PREFIX, or write "prefix" into bearward.config.json',
    ],
    [
      'no file of that name',
      { argv: ['--config', 'none.json'] },
      3,
      'none.json is not there; check --config or BEARWARD_CONFIG',
    ],
    ['no JSON', { file: '{"prefix":"s3cret' }, 3, 'bearward.config.json is not JSON; mend it'],
    ['no object', { file: [] }, 3, 'bearward.config.json holds no object; begin it with { and end it with }'],
    [
      'a setting that is none',
      { file: { prefx: 'a' } },
      3,
      'bearward.config.json has "prefx", which is no setting; there are prefix, environments, databaseUrl, scopes',
    ],
    [
      'a name of every object',
      { file: '{"toString":1}' },
      3,
      'bearward.config.json has "toString", which is no setting; there are prefix, environments, databaseUrl, scopes',
    ],
    [
      'a value of another kind',
      { file: { prefix: 1 } },
      3,
      '"prefix" in bearward.config.json is not a string; change it',
    ],
    [
      'a prefix of the file',
      { file: { prefix: 'a b' } },
      3,
      '"prefix" in bearward.config.json cannot be used: it must be 1 to 32 letters and digits, with single _ inside; change it',
    ],
    [
      'environments of the environment',
      { env: { BEARWARD_PREFIX: 'a', BEARWARD_ENVIRONMENTS: 'A' } },
      3,
      'BEARWARD_ENVIRONMENTS cannot be used: it must be a list of names of 1 to 16 lower-case letters and digits; change it',
    ],
    [
      'a prefix of the command line',
      { argv: ['--prefix', '-'] },
      2,
      '--prefix cannot be used: it must be 1 to 32 letters and digits, with single _ inside; change it',
    ],
  ])('%s', async (_, { file = {}, argv = [], env = {} }, code, line) => {
    write('bearward.config.json', file)
    const ran = await bearward(['generate', ...argv], { env, cwd: folder })
    expect(ran).toEqual({ code, stdout: '', stderr: `bearward: ${line}\n` })
  })
})
