import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CamelCasePlugin, Kysely, SqliteDialect } from 'kysely'
import { createPool } from 'mysql2/promise'
import { Pool } from 'pg'
import { afterEach, describe, expect, test } from 'vitest'
import { mysql, postgres, sqlite } from '../src/index.ts'
import { kyselyConnection } from '../src/sqlite-driver.ts'
import { createDatabase, type Database } from './support/databases.ts'

let database: Database | undefined

afterEach(async () => {
  await database?.remove()
  database = undefined
})

describe('what cannot be used is refused when the store is made', () => {
  test.each([
    ['sqlite', () => sqlite('')],
    ['sqlite', () => sqlite(null as never)],
    ['sqlite', () => sqlite({} as never)],
    ['sqlite', () => sqlite(':memory:', null as never)],
    ['sqlite', () => sqlite(':memory:', { migrate: 'yes' as never })],
    ['sqlite', () => sqlite(':memory:', { replica: 1 } as never)],
    ['postgres', () => postgres('postgres://localhost/acme' as never)],
    ['postgres', () => postgres(null as never)],
    ['postgres', () => postgres(new Pool(), { replica: 'x' as never })],
    ['postgres', () => postgres(new Pool(), { pool: 1 } as never)],
    ['mysql', () => mysql('mysql://localhost/acme' as never)],
    ['mysql', () => mysql(createPool('mysql://127.0.0.1:1/acme'), { replica: {} as never })],
  ])('%s', (maker, make) => {
    expect(make).toThrow(TypeError)
    expect(make).toThrow(new RegExp(`^${maker}: `))
  })

  test('a path that cannot be opened is named', () => {
    expect(() => sqlite('/nowhere/keys.db')).toThrow('sqlite: cannot open /nowhere/keys.db')
  })
})

describe('close()', () => {
  test('leaves open what the user has opened', async () => {
    const handle = new DatabaseSync(':memory:')
    const store = sqlite(handle)
    await store.list({ now: 0, limit: 1 })
    await store.close()
    expect(handle.prepare('select count(*) as keys from bearward_keys').get()).toEqual({ keys: 0 })
    handle.close()
  })

  test('closes the file that the store has opened', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bearward-sql-'))
    const path = join(folder, 'keys.db')
    const store = sqlite(path)
    await store.list({ now: 0, limit: 1 })
    await store.close()
    await store.close()
    // The last one who closes a file in WAL mode folds the log into it.
    const handle = new DatabaseSync(path)
    expect(handle.prepare('pragma journal_mode').get()).toEqual({ journal_mode: 'wal' })
    handle.exec('pragma locking_mode = exclusive; begin exclusive; rollback')
    handle.close()
    rmSync(folder, { recursive: true })
  })
})

test('plugins of the Kysely instance that is handed in change nothing', async () => {
  const db = new Kysely<never>({
    dialect: new SqliteDialect({ database: kyselyConnection(new DatabaseSync(':memory:')) }),
    plugins: [new CamelCasePlugin()],
  })
  const store = sqlite(db)
  await store.recordUse([])
  expect(await store.findById('key_1')).toBeNull()
  await db.destroy()
})

describe('a MySQL session that would not keep text as it is', () => {
  test.each([
    ["set session sql_mode = ''", 'sql_mode must have STRICT_TRANS_TABLES'],
    ["set session sql_mode = 'STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES'", 'sql_mode must not have NO_BACKSLASH_ESCAPES'],
    ['set names latin1', 'the connections must use the character set utf8mb4'],
  ])('%s', async (setting, message) => {
    database = await createDatabase('mysql')
    const pool = createPool({ uri: database.place, connectionLimit: 1 })
    await pool.query(setting)
    await expect(mysql(pool).findById('key_1')).rejects.toThrow(message)
    await pool.end()
  })
})

test('PostgreSQL: a commit is durable and bounded even where the server is set up otherwise', async () => {
  database = await createDatabase('postgres')
  const pool = new Pool({ connectionString: database.place, max: 1 }).on('error', () => {})
  const seen: unknown[] = []
  await pool.query('set synchronous_commit = off')
  const store = postgres(pool)
  await store.list({ now: 0, limit: 1 })
  const client = await pool.connect()
  const query = client.query.bind(client) as (...args: unknown[]) => Promise<{ rows: unknown[] }>
  const ask =
    "select current_setting('synchronous_commit') as sync, current_setting('idle_in_transaction_session_timeout') as idle"
  Object.assign(client, {
    async query(...args: unknown[]) {
      if (args[0] === 'commit') seen.push((await query(ask)).rows[0])
      return query(...args)
    },
  })
  client.release()
  await store.commit({ create: [], update: [], audit: [], invalidations: [], outbox: false })
  seen.push((await query(ask)).rows[0])
  await pool.end()
  expect(seen).toEqual([
    { sync: 'on', idle: '10s' },
    { sync: 'off', idle: '0' },
  ])
})
