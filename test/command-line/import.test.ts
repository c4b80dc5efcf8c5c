import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { keyFormat } from '@bearward/core'
import { betterAuthKeys, drfKeys, keypalKeys, prefixedApiKeys, sanctumTokens, unkeyKeys } from '@bearward/import'
import { createKeyring } from '@bearward/keyring'
import { sqlite } from '@bearward/sql'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ENGINES } from './foreign-databases.ts'
import { BETTER_AUTH, DRF, fill, KEYPAL, SANCTUM, UNKEY } from './foreign-tables.ts'
import { importWorld } from './import-world.ts'
import { run } from './programs.ts'

const main = join(import.meta.dirname, '../../packages/cli/src/main.ts')
const vectors = JSON.parse(readFileSync(join(import.meta.dirname, '../vectors/import.json'), 'utf8')) as Vector[]
const PASSWORD = 'correct-horse-battery-staple'

const ENV = { BEARWARD_PREFIX: 'own', BEARWARD_DATABASE_URL: 'keys.db' }

const { cwd, foreign, bearward } = importWorld()
beforeEach(() => {
  // Where a date without a zone would be taken for another moment.
  vi.stubEnv('TZ', 'America/New_York')
})
afterEach(() => vi.unstubAllEnvs())

async function importAll(from: string, url: string, ...options: string[]): Promise<Record<string, unknown>> {
  const { stdout, stderr } = await bearward('import', '--from', from, '--from-url', url, '--json', ...options)
  expect(stderr).toBe('')
  return JSON.parse(stdout) as Record<string, unknown>
}

async function keys(): Promise<Record<string, unknown>[]> {
  const { stdout } = await bearward('list', '--json')
  return (JSON.parse(stdout) as { keys: Record<string, unknown>[] }).keys
}

/** Whether a server that names the formats accepts a token. */
async function accepts(token: string): Promise<boolean> {
  const keyring = createKeyring({
    store: sqlite(join(cwd(), 'keys.db')),
    format: keyFormat({ prefix: 'own' }),
    imports: [
      unkeyKeys({ prefix: 'acme' }),
      prefixedApiKeys(),
      betterAuthKeys({ prefix: 'acme_' }),
      keypalKeys({ prefix: 'sk_live_' }),
      sanctumTokens({ tokenPrefix: ['', 'acme_'] }),
      drfKeys(),
    ],
  })
  const verdict = await keyring.verifier().verify(`Bearer ${token}`)
  await keyring.close()
  return verdict.ok
}

interface Vector {
  readonly name: string
  readonly token: string
  readonly row: Record<string, never>
}

function vector(name: string): Vector {
  const found = vectors.find((each) => each.name === name)
  if (found === undefined) throw new Error(`no vector ${name}`)
  return found
}

describe.each(ENGINES)('the database of another system on %s', (engine) => {
  test('Sanctum, with dates that have no zone', async () => {
    const database = await foreign(engine)
    const { token, row } = vector('Laravel Sanctum with a checksum')
    const dates = { created_at: '2026-01-02 03:04:05', expires_at: '2037-01-02 03:04:05' }
    const gone = { ...row, id: 43, token: 'b'.repeat(64), ...dates, expires_at: '2026-01-03 00:00:00' }
    await fill(database, engine, 'personal_access_tokens', SANCTUM, [{ ...row, ...dates }, gone])

    const trial = await importAll('sanctum', database.url, '--dry-run')
    expect(trial).toMatchObject({ rows: 2, imported: 2, rejected: 0, states: { active: 1, expired: 1 } })
    expect(existsSync(join(cwd(), 'keys.db'))).toBe(false)
    expect(await importAll('sanctum', database.url)).toEqual(trial)
    expect(await importAll('sanctum', database.url)).toMatchObject({ imported: 0, skipped: 2 })
    const imported = (await keys()).find(({ id }) => id === 'sanctum_42')
    expect(imported).toMatchObject({
      owner: 'App\\Models\\User:7',
      scopes: ['posts:read'],
      createdAt: Date.UTC(2026, 0, 2, 3, 4, 5),
      expiresAt: Date.UTC(2037, 0, 2, 3, 4, 5),
    })
    expect(await accepts(token)).toBe(true)
  })

  test('Sanctum, with an expiration that stands in no row', async () => {
    const database = await foreign(engine)
    const { token, row } = vector('Laravel Sanctum with a checksum')
    const rows = [{ ...row, created_at: '2020-01-02 03:04:05' }]
    await fill(database, engine, 'personal_access_tokens', SANCTUM, rows)
    const summary = await importAll('sanctum', database.url, '--expire-after', '365d')
    expect(summary).toMatchObject({ states: { active: 0, expired: 1 } })
    expect(await accepts(token)).toBe(false)
  })

  test('better-auth, djangorestframework-api-key and keypal', async () => {
    const database = await foreign(engine)
    const betterAuth = vector('better-auth 1.7.5')
    const drf = vector('djangorestframework-api-key 3, SHA-512')
    const pbkdf2 = vector('djangorestframework-api-key before 3, PBKDF2')
    const keypal = vector('keypal 0.1.0')
    await fill(database, engine, 'apikey', BETTER_AUTH, [{ ...betterAuth.row, createdAt: '2026-01-02 03:04:05' }])
    const other = { ...pbkdf2.row, prefix: 'other678', revoked: false }
    await fill(database, engine, 'rest_framework_api_key_apikey', DRF, [drf.row, other])
    const { keyHash: key_hash = '' } = keypal.row
    const metadata = JSON.stringify(keypal.row.metadata)
    await fill(database, engine, 'api_keys', KEYPAL, [{ id: 'kp_1', key_hash, metadata }])

    expect(await importAll('better-auth', database.url)).toMatchObject({ imported: 1, scopes: { 'posts:write': 1 } })
    expect(await importAll('drf', database.url)).toMatchObject({ imported: 2 })
    const query = 'select * from api_keys where id is not null;'
    expect(await importAll('keypal', database.url, '--query', query)).toMatchObject({ imported: 1 })
    for (const { token } of [betterAuth, drf, keypal]) expect(await accepts(token)).toBe(true)
  })

  test('what it refuses is told in one line, and nothing is written there', async () => {
    const database = await foreign(engine)
    await fill(database, engine, 'personal_access_tokens', SANCTUM, [])
    const refused = async (...options: string[]): Promise<number> => {
      const { code, stderr } = await bearward('import', '--from', 'sanctum', '--from-url', database.url, ...options)
      expect(stderr.trimEnd().split('\n')).toHaveLength(1)
      expect(stderr).toMatch(/^bearward: (?:the other database|--query is no SELECT)/)
      return code
    }
    expect(await refused('--query', 'select * from nowhere')).toBe(2)
    expect(await refused('--query', 'selct 1')).toBe(2)
    for (const statement of [
      'drop table personal_access_tokens',
      'with one as (select 1) delete from personal_access_tokens',
    ]) {
      expect([2, 5]).toContain(await refused('--query', statement))
    }
    await database.run('select * from personal_access_tokens')
    await database.run('drop table personal_access_tokens')
    expect(await refused()).toBe(5)
  })

  test('rows are read a few at a time, however many there are', async () => {
    const database = await foreign(engine)
    // A hundred megabytes, through a heap of 48.
    const wide = { sqlite: 'hex(zeroblob(50000))', postgres: "repeat('x', 100000)", mysql: "repeat('x', 100000)" }[
      engine
    ]
    const hash = { sqlite: "printf('%064x', n)", postgres: "lpad(to_hex(n), 64, '0')", mysql: "lpad(hex(n), 64, '0')" }
    const numbers = 'with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < 1000)'
    const query = `${numbers} select n as id, lower(${hash[engine]}) as sha256, ${wide} as pad from numbers`
    if (engine === 'mysql') await database.run('set global max_recursive_iterations = 100000')
    const argv = ['import', '--from', 'plain', '--from-url', database.url, '--query', query, '--json', '--dry-run']
    const ran = await run(process.execPath, ['--max-old-space-size=48', main, ...argv], { cwd: cwd(), env: ENV })
    expect(JSON.parse(ran.stdout || ran.stderr)).toMatchObject({ rows: 1000, imported: 1000 })
  })
})

test('Unkey, with the permissions of a key and of its roles', async () => {
  const database = await foreign('mysql')
  const own = vector('unkey, 16 bytes and a prefix')
  const pending = vector('unkey, a pending migration from prefixed-api-key')
  const created = { created_at_m: 1_767_323_045_000 }
  const rows: Readonly<Record<string, Parameters<typeof fill>[4]>> = {
    keys: [
      { ...own.row, ...created, expires: '2037-01-02 03:04:05' },
      { ...pending.row, ...created, deleted_at_m: 1_767_323_045_000 },
    ],
    permissions: ['read', 'write', 'other'].map((name) => ({ id: name, name: `Posts ${name}`, slug: `posts.${name}` })),
    keys_permissions: [{ key_id: 'key_1', permission_id: 'read' }],
    keys_roles: [{ key_id: 'key_1', role_id: 'editor' }],
    roles_permissions: ['read', 'write'].map((permission_id) => ({ role_id: 'editor', permission_id })),
  }
  for (const [table, columns] of Object.entries(UNKEY)) await fill(database, 'mysql', table, columns, rows[table] ?? [])

  const options = ['--token-prefix', 'acme', '--map-scope', 'posts.read=posts:read']
  expect(await importAll('unkey', database.url, ...options)).toMatchObject({
    imported: 2,
    rejected: 0,
    states: { active: 1, revoked: 1 },
    formats: { unkey: 1, 'prefixed-api-key': 1 },
    scopes: { 'posts:read': 1, 'posts.write': 1 },
  })
  expect(await keys()).toContainEqual(expect.objectContaining({ expiresAt: Date.UTC(2037, 0, 2, 3, 4, 5) }))
  expect(await accepts(own.token)).toBe(true)
  expect(await accepts(pending.token)).toBe(false)
})

test('rows and keys may be in one file', async () => {
  const database = await foreign('sqlite')
  const { token, row } = vector('Laravel Sanctum with a checksum')
  const many = Array.from({ length: 250 }, (_, id) => ({ ...row, id: 1000 + id, token: String(id).padStart(64, '0') }))
  await fill(database, 'sqlite', 'personal_access_tokens', SANCTUM, [row, ...many])
  const summary = await importAll('sanctum', database.url, '--database-url', database.url)
  expect(summary).toMatchObject({ imported: 251, rejected: 0 })
  expect(token).toMatch(/^42\|/)
})

describe('a database that cannot be read', () => {
  test.each([
    ['a server that is not there', `postgres://user:${PASSWORD}@127.0.0.1:1/app`, 4],
    ['another that is not there', `mysql://user:${PASSWORD}@127.0.0.1:1/app`, 4],
    ['an address that is none', `postgres://user:${PASSWORD}@127.0.0.1:x/app`, 3],
    ['a kind that nobody knows', `redis://user:${PASSWORD}@127.0.0.1/0`, 3],
    ['a file that is not there', `none/${PASSWORD}.db`, 5],
  ])('%s', async (_name, url, code) => {
    const ran = await bearward('import', '--from', 'sanctum', '--from-url', url, '--debug')
    expect(ran.code).toBe(code)
    expect(ran.stderr + ran.stdout).not.toContain(PASSWORD)
  })

  test('a wrong password is told apart from a server that is not there, and not repeated', async () => {
    const database = await foreign('mysql')
    await database.run(`create or replace user reader@'%' identified by 'right'`)
    const url = new URL(database.url)
    Object.assign(url, { username: 'reader', password: PASSWORD })
    const { code, stderr } = await bearward('import', '--from', 'sanctum', '--from-url', url.href, '--debug')
    expect(code).toBe(5)
    expect(stderr).toContain('Access denied')
    expect(stderr).not.toContain(PASSWORD)
    await database.run('drop user reader')
  })
})
