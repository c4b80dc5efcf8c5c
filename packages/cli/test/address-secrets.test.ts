import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bearward } from './bearward.ts'

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'bearward-secrets-'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

const ADDRESSES = [
  'postgres://u:S3CRET@127.0.0.1:1/db',
  '"mysql://u:S3CRET@127.0.0.1:1/db"',
  ' postgres://u:S3CRET@127.0.0.1:1/db\n',
  'jdbc:postgresql://127.0.0.1:1/db?user=u&password=S3CRET',
  'host=127.0.0.1 port=1 dbname=app user=u password=S3CRET',
  'u:S3CRET@tcp(127.0.0.1:1)/app',
  'Server=127.0.0.1;Uid=u;Pwd=S3CRET',
  'postgres://u:S3/CRET@127.0.0.1:1/db',
  'mysql://u:S3?CRET@127.0.0.1:1/db',
  'postgres://u:S3#CRET@127.0.0.1:1/db',
  'mysql://u:S3 CRET@127.0.0.1:1/db',
  'redis://u:S3CRET@127.0.0.1:1',
  'u:S3CRET@127.0.0.1:1/db',
  'DATABASE_URL=postgres://u:S3CRET@127.0.0.1:1/db',
  "postgres://u:S3CRET@127.0.0.1:1/db'",
  'mysql://u:S3CRET@127.0.0.1:1/db?ssl-mode=REQUIRED',
  'mysql://u:S3CRET@127.0.0.1:1/db?ssl=true&sslpassword=S3CRET',
]

const COMMANDS: readonly (readonly string[])[] = [
  ['list'],
  ['show', 'k'],
  ['audit'],
  ['verify'],
  ['issue', '--owner', 'a'],
  ['rotate', 'k'],
  ['revoke', 'k', '--yes'],
  ['disable', 'k'],
  ['doctor'],
  ['doctor', '--json'],
  ['migrate'],
  ['init'],
  ['console'],
  ['scan', '-', '--live'],
  ['import', '-', '--from', 'plain'],
]

/** How an address gets to a command, right or wrong. */
const WAYS: Record<string, (address: string, argv: readonly string[]) => [string[], Record<string, string>]> = {
  'by a variable': (address, argv) => [[...argv], { BEARWARD_DATABASE_URL: address }],
  'by an option': (address, argv) => [[...argv, '--database-url', address], {}],
  'by a file': (address, argv) => {
    writeFileSync(join(cwd, 'bearward.config.json'), JSON.stringify({ databaseUrl: address }))
    return [[...argv], {}]
  },
  'with --debug': (address, argv) => [[...argv, '--debug'], { BEARWARD_DATABASE_URL: address }],
  'as an argument': (address, argv) => [[...argv, address], { BEARWARD_DATABASE_URL: 'none.db' }],
  'as the name of a file': (address, argv) => [[...argv, '--config', address], {}],
  'as a prefix': (address, argv) => [[...argv, '--prefix', address], { BEARWARD_DATABASE_URL: 'none.db' }],
}

describe.each(Object.entries(WAYS))('an address %s', (_, by) => {
  test.each(ADDRESSES)('%j shows no password, and becomes no file', async (address) => {
    for (const each of COMMANDS) {
      const [argv, env] = by(address, each)
      const own = { BEARWARD_PREFIX: 'acme', USER: 'alice', ...env }
      const { stdout, stderr } = await bearward(argv, { cwd, env: own, stdin: 'x' })
      expect({ argv, printed: stdout + stderr }).not.toMatchObject({ printed: expect.stringMatching(/S3|CRET/) })
      const made = readdirSync(cwd).filter((name) => !/^(?:bearward\.config\.json|none\.db)/.test(name))
      expect({ argv, made }).toEqual({ argv, made: [] })
      rmSync(join(cwd, 'none.db'), { force: true })
      if (each[0] === 'init' && !('BEARWARD_CONFIG' in env)) {
        const isWritten = readdirSync(cwd).includes('bearward.config.json')
        const written = isWritten ? readFileSync(join(cwd, 'bearward.config.json'), 'utf8') : ''
        if (by !== WAYS['by a file']) expect(written).not.toMatch(/S3|CRET/)
        rmSync(join(cwd, 'bearward.config.json'), { force: true })
      }
    }
  })
})

test.each(ADDRESSES)('the address of another database, %j, shows no password', async (address) => {
  const env = { BEARWARD_PREFIX: 'acme', BEARWARD_DATABASE_URL: ':memory:' }
  for (const [argv, more] of [
    [['--from-url', address], {}],
    [[], { BEARWARD_FROM_URL: address }],
    [['--from-url', address, '--debug'], {}],
    [[address], {}],
    [['--from-url', 'x.db', '--query', address], {}],
  ] as const) {
    const ran = await bearward(['import', '--from', 'sanctum', ...argv], { cwd, env: { ...env, ...more } })
    expect(ran.code).not.toBe(0)
    expect(ran.stdout + ran.stderr).not.toMatch(/S3|CRET/)
    expect(readdirSync(cwd)).toEqual([])
  }
})
