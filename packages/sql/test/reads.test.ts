import { DatabaseSync } from 'node:sqlite'
import { keyFormat } from '@bearward/core'
import { createKeyring, type KeyStore } from '@bearward/keyring'
import type { LogEvent } from 'kysely'
import { Kysely, MysqlDialect, type MysqlPool, PostgresDialect, SqliteDialect } from 'kysely'
import { createPool } from 'mysql2'
import { Pool } from 'pg'
import { afterEach, expect, test } from 'vitest'
import { mysql, postgres, type SqliteConnection, sqlite } from '../src/index.ts'
import { kyselyConnection } from '../src/sqlite-driver.ts'
import { createDatabase, type Database, ENGINES } from './support/databases.ts'
import { openStore } from './support/open.ts'

const format = keyFormat({ prefix: 'acme' })
const cleanUps: (() => unknown)[] = []

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

async function create(engine: (typeof ENGINES)[number]): Promise<Database> {
  const database = await createDatabase(engine)
  cleanUps.push(database.remove)
  return database
}

/** The database is dropped while connections say farewell. */
function openPool(place: string): Pool {
  return new Pool({ connectionString: place }).on('error', () => {})
}

/** A store over a Kysely instance that tells of every statement. */
function watched({ engine, place }: Database, statements: string[]): KeyStore {
  const log = ({ query }: LogEvent): void => {
    statements.push(query.sql)
  }
  if (engine === 'postgres') {
    const db = new Kysely<never>({ dialect: new PostgresDialect({ pool: openPool(place) }), log })
    cleanUps.push(() => db.destroy())
    return postgres(db)
  }
  if (engine === 'mysql') {
    const pool = createPool({ uri: place }) as unknown as MysqlPool
    const db = new Kysely<never>({ dialect: new MysqlDialect({ pool }), log })
    cleanUps.push(() => db.destroy())
    return mysql(db)
  }
  const db = new Kysely<never>({
    dialect: new SqliteDialect({ database: kyselyConnection(new DatabaseSync(place)) }),
    log,
  })
  cleanUps.push(() => db.destroy())
  return sqlite(db)
}

test.each(ENGINES)('%s: a verification without cache is one read by the digest, and no write', async (engine) => {
  const statements: string[] = []
  const keyring = createKeyring({ store: watched(await create(engine), statements), format })
  const { token, key } = await keyring.issue({ owner: null })
  const verifier = keyring.verifier({ cache: false })
  // The first use of a key is written beside the request that it belongs to.
  await verifier.verify(`Bearer ${token}`)
  await keyring.flush()
  for (const [credentials, ok] of [
    [token, true],
    [format.generate(), false],
  ] as const) {
    statements.length = 0
    expect((await verifier.verify(`Bearer ${credentials}`)).ok).toBe(ok)
    expect(statements.length).toBe(1)
    expect(statements[0]).toMatch(/^select \* from .bearward_keys. where .digest. = (\?|\$1)$/)
  }
  statements.length = 0
  await keyring.revoke(key.id)
  expect(statements.length).toBeGreaterThan(1)
})

/** A connection of `node:sqlite` that tells of every statement it runs. */
function watchedConnection(database: DatabaseSync, statements: string[]): SqliteConnection {
  return {
    close: () => database.close(),
    prepare(text) {
      const statement = database.prepare(text)
      const run =
        (name: 'all' | 'get' | 'run') =>
        (...parameters: never[]) => {
          statements.push(text)
          return statement[name](...parameters)
        }
      return { all: run('all'), get: run('get'), run: run('run'), columns: () => statement.columns() } as never
    },
  }
}

test('sqlite: a store on a connection answers a verification at once, by one statement', async () => {
  const statements: string[] = []
  const database = new DatabaseSync(':memory:')
  cleanUps.push(() => database.close())
  const keyring = createKeyring({ store: sqlite(watchedConnection(database, statements)), format })
  const { token } = await keyring.issue({ owner: null })
  const verifier = keyring.verifier({ cache: false })
  statements.length = 0
  expect(verifier.verify(`Bearer ${token}`)).toMatchObject({ ok: true })
  expect(statements).toEqual(['select * from bearward_keys where digest in (?)'])
})

test('sqlite: nothing that is not committed is seen by a lookup', async () => {
  const { place } = await create('sqlite')
  const { store, close } = openStore({ engine: 'sqlite', place })
  cleanUps.push(close)
  const keyring = createKeyring({ store, format })
  const { token, key } = await keyring.issue({ owner: null })
  const verifier = keyring.verifier({ cache: false })
  let isRevoked = false
  const revoked = keyring.revoke(key.id).then(() => {
    isRevoked = true
  })
  const seen: boolean[] = []
  while (!isRevoked) {
    seen.push((await verifier.verify(`Bearer ${token}`)).ok)
    await Promise.resolve()
  }
  await revoked
  expect((await verifier.verify(`Bearer ${token}`)).ok).toBe(false)
  expect(seen.lastIndexOf(true)).toBeLessThan(seen.includes(false) ? seen.indexOf(false) : Number.POSITIVE_INFINITY)
})

test.each(['postgres', 'mysql'] as const)(
  '%s: a replica answers what need not be fresh, and nothing else',
  async (engine) => {
    const primary = await create(engine)
    const lagging = await create(engine)
    const fill = openStore(lagging)
    cleanUps.push(fill.close)
    const old = createKeyring({ store: fill.store, format, ids: () => 'key_1' })
    const { token } = await old.issue({ owner: null, name: 'as it was' })
    const { digest } = (await fill.query('select digest from bearward_keys'))[0] as { digest: unknown }
    const name = String(digest)

    let store: KeyStore
    if (engine === 'postgres') {
      const [pool, replica] = [primary, lagging].map(({ place }) => openPool(place)) as [Pool, Pool]
      cleanUps.push(() => Promise.all([pool.end(), replica.end()]))
      store = postgres(pool, { replica })
    } else {
      const [pool, replica] = [primary, lagging].map(({ place }) => createPool({ uri: place }).promise())
      cleanUps.push(() => Promise.all([pool?.end(), replica?.end()]))
      store = mysql(pool as never, { replica: replica as never })
    }
    expect(await store.findByDigest([name], { fresh: true })).toBeNull()
    expect(await store.findByDigest([name], { fresh: false })).toMatchObject({ name: 'as it was' })
    expect(await store.findById('key_1')).toBeNull()
    expect(await store.list({ now: 0, limit: 10 })).toEqual([])
    const keyring = createKeyring({ store, format })
    expect((await keyring.issue({ owner: null, name: 'new' })).key.name).toBe('new')
    expect((await fill.query('select id from bearward_keys')).length).toBe(1)
    expect(token).toMatch(/^acme_/)
  },
)

/** How SQLite goes about it: no sorting, no walk through the table. */
async function planOf(place: string, text: string): Promise<string> {
  const database = new DatabaseSync(place)
  const rows = database.prepare(`explain query plan ${text}`).all() as { detail: string }[]
  database.close()
  return rows.map(({ detail }) => detail).join('; ')
}

test('sqlite: lookups and pages walk an index, however deep the page', async () => {
  const { place } = await create('sqlite')
  const statements: string[] = []
  const store = watched({ engine: 'sqlite', place, remove: async () => {} }, statements)
  const after = { createdAt: 5, id: 'key_1' }
  const page = { now: 10, limit: 50 }
  await store.findByDigest(['d'], { fresh: true })
  await store.list({ ...page })
  await store.list({ ...page, after })
  await store.list({ ...page, after, owner: 'acct_1' })
  await store.list({ ...page, after, environment: 'live' })
  await store.list({ ...page, after, state: 'active' })
  await store.list({ ...page, after, state: 'revoked' })
  await store.list({ ...page, after, owner: 'acct_1', environment: 'live' })
  const inState = statements.length
  await store.list({ ...page, after, owner: 'acct_1', state: 'active' })
  await store.list({ ...page, after, owner: 'acct_1', environment: 'live', state: 'revoked' })
  await store.list({ ...page, after, environment: 'live', state: 'active' })
  const plans = await Promise.all(statements.slice(inState).map((text) => planOf(place, text)))
  for (const [index, name] of ['owner', 'owner', 'environment'].entries()) {
    expect(plans[index]).toContain(`USING INDEX bearward_keys_${name}_standing (${name}=? AND standing=? AND `)
  }
  await store.listEnding({ until: 5, limit: 10 })
  await store.listEnding({ until: 5, unannounced: true, limit: 10 })
  await store.audit({ keyId: 'key_1', before: 5, limit: 10 })
  await store.audit({ owner: 'acct_1', limit: 10 })
  const reads = statements.filter((text) => text.startsWith('select') && !text.includes('bearward_migrations'))
  expect(reads.length).toBe(15)
  for (const text of reads) {
    const plan = await planOf(place, text)
    expect(plan, text).toMatch(
      /USING (COVERING )?INDEX bearward_|USING INTEGER PRIMARY KEY|USING INDEX sqlite_autoindex/,
    )
    expect(plan, text).not.toContain('TEMP B-TREE')
  }
})
