import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { keyFormat } from '@bearward/core'
import { createKeyring, memoryStore } from '@bearward/keyring'
import { afterEach, describe, expect, test } from 'vitest'
import { migrate, migrationSql, SCHEMA_VERSION } from '../src/index.ts'
import { createDatabase, type Database, ENGINES } from './support/databases.ts'
import { type Opened, openStore } from './support/open.ts'

const format = keyFormat({ prefix: 'acme' })

const opened: Opened[] = []
const databases: Database[] = []

afterEach(async () => {
  for (const each of opened.splice(0)) await each.close()
  for (const each of databases.splice(0)) await each.remove()
})

async function create(engine: (typeof ENGINES)[number]): Promise<Database> {
  const database = await createDatabase(engine)
  databases.push(database)
  return database
}

function open(...args: Parameters<typeof openStore>): Opened {
  const each = openStore(...args)
  opened.push(each)
  return each
}

async function statementsOf(database: Opened, text: string): Promise<void> {
  for (const statement of text.split(';\n')) {
    if (statement.trim() !== '') await database.query(statement)
  }
}

const VERSIONS = 'select version from bearward_migrations order by version'
const EVERY_VERSION = Array.from({ length: SCHEMA_VERSION }, (_, index) => index + 1)

async function versionsOf({ query }: Opened): Promise<number[]> {
  return (await query(VERSIONS)).map(({ version }) => Number(version))
}

describe.each(ENGINES)('%s', (engine) => {
  test('ten processes that start at once find one set of tables, and each can issue', async () => {
    const database = await create(engine)
    const script = join(import.meta.dirname, 'support/issue-one.ts')
    const children = Array.from({ length: 10 }, () => fork(script, [database.engine, database.place]))
    const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0] as number))
    expect(codes).toEqual(Array(10).fill(0))
    const all = open(database)
    expect(await versionsOf(all)).toEqual(EVERY_VERSION)
    const { keys } = await createKeyring({ store: all.store, format }).list()
    expect(keys.length).toBe(10)
  })

  test('the text of the migrations, run by hand, makes the same tables', async () => {
    const byHand = open(await create(engine), 2, { migrate: false })
    await statementsOf(byHand, migrationSql(engine))
    expect(await versionsOf(byHand)).toEqual(EVERY_VERSION)
    const keyring = createKeyring({ store: byHand.store, format })
    const { key } = await keyring.issue({ owner: 'acct_1' })
    await keyring.revoke(key.id)
    expect((await keyring.list({ state: 'revoked' })).keys.map(({ id }) => id)).toEqual([key.id])
    await migrate(byHand.store)
    expect(await versionsOf(byHand)).toEqual(EVERY_VERSION)
  })

  test('without migrate: true nothing is created', async () => {
    const bare = open(await create(engine), 2, { migrate: false })
    await expect(createKeyring({ store: bare.store, format }).issue({ owner: null })).rejects.toThrow()
    await migrate(bare.store)
    await createKeyring({ store: bare.store, format }).issue({ owner: null })
  })

  test('tables of a later version are refused, and left as they are', async () => {
    const database = await create(engine)
    const first = open(database)
    await createKeyring({ store: first.store, format }).issue({ owner: null })
    await first.query(`insert into bearward_migrations (version, applied_at) values (${SCHEMA_VERSION + 1}, 0)`).catch(
      // node:sqlite answers no rows.
      () => {},
    )
    const second = createKeyring({ store: open(database).store, format })
    await expect(second.issue({ owner: null })).rejects.toThrow(
      `the tables are at version ${SCHEMA_VERSION + 1}, and this @bearward/sql knows versions up to ${SCHEMA_VERSION}`,
    )
  })

  test('tables with keys in them are brought from version 3 to the present one', async () => {
    const [upTo3 = ''] = migrationSql(engine).split(
      /insert into bearward_migrations \(version, applied_at\) values \(4/,
    )
    const text = upTo3.slice(0, upTo3.search(/(?:alter table bearward_keys|set @bearward_column)/))
    const old = open(await create(engine), 2, { migrate: false })
    await statementsOf(old, text)
    await statementsOf(
      old,
      `insert into bearward_keys (id, digest, hint, name, scopes, metadata, created_at, ends_predecessor, version, standing)
       values ('key_1', '${'d'.repeat(64)}', 'x', '', '[]', '{}', 1, 0, 1, 'open')`,
    )
    await migrate(old.store)
    expect(await versionsOf(old)).toEqual(EVERY_VERSION)
    const key = await old.store.findByDigest(['e'.repeat(64), 'd'.repeat(64)], { fresh: true })
    expect(key).toMatchObject({ id: 'key_1', secretHash: null })
  })

  test('a column that was added by a migration that was killed is not added again', async () => {
    const { store, query } = open(await create(engine))
    await migrate(store)
    // Elsewhere a migration that was killed leaves nothing behind.
    if (engine !== 'mysql') return
    await query('delete from bearward_migrations where version >= 4')
    await migrate(store)
    expect(await store.findByDigest(['d'.repeat(64)], { fresh: true })).toBeNull()
  })

  test('a database that is not there yet is tried again with the next call', async () => {
    if (engine === 'sqlite') return
    const database = await create(engine)
    await database.remove()
    databases.length = 0
    const { store } = open(database)
    await expect(store.findById('key_1')).rejects.toThrow()
    const admin = open({ engine, place: new URL(engine === 'postgres' ? '/postgres' : '/test', database.place).href })
    await admin.query(`create database ${new URL(database.place).pathname.slice(1)}`)
    expect(await store.findById('key_1')).toBeNull()
    await admin.query(
      `drop database ${new URL(database.place).pathname.slice(1)}${engine === 'postgres' ? ' with (force)' : ''}`,
    )
  })
})

test('migrationSql() and migrate() say what they take', async () => {
  expect(() => migrationSql('oracle' as never)).toThrow(TypeError)
  await expect(migrate(memoryStore())).rejects.toThrow(TypeError)
  expect(migrationSql('sqlite', SCHEMA_VERSION)).not.toContain('bearward_keys')
})
