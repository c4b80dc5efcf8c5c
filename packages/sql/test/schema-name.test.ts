import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Channel } from '@bearward/core'
import type { KeyStore } from '@bearward/keyring'
import { CamelCasePlugin, Kysely, MysqlDialect, PostgresDialect, SqliteDialect } from 'kysely'
import { createPool as createCallbackPool } from 'mysql2'
import { createPool } from 'mysql2/promise'
import { Pool } from 'pg'
import { afterEach, describe, expect, test } from 'vitest'
import {
  migrate,
  migrationSql,
  mysql,
  postgres,
  postgresChannel,
  postgresTriggerSql,
  SCHEMA_VERSION,
  sqlChannel,
  sqlite,
} from '../src/index.ts'
import { schemaOf } from '../src/schema-name.ts'
import { kyselyConnection } from '../src/sqlite-driver.ts'
import { createDatabase, type EngineName } from './support/databases.ts'
import { useEverything } from './support/workflow.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each()
})

/** A database with a second schema, and the ways to keep the tables there. */
interface Place {
  readonly schema: string
  byKysely(schema?: string): KeyStore
  byOption(schema?: string): KeyStore
  channel(store: KeyStore): Channel
  run(text: string): Promise<Record<string, unknown>[]>
  /** Schemas in which a table of ours stands. */
  schemas(): Promise<string[]>
}

/** Written in a way that a name must be quoted. */
const SCHEMA = 'Auth and keys'

async function openPostgres(): Promise<Place> {
  const database = await createDatabase('postgres')
  const pool = new Pool({ connectionString: database.place, max: 5 })
  cleanUp.push(
    () => database.remove(),
    () => pool.end(),
  )
  await pool.query(`create schema "${SCHEMA}"`)
  const db = new Kysely<never>({ dialect: new PostgresDialect({ pool }) })
  return {
    schema: SCHEMA,
    byKysely: (schema = SCHEMA) => postgres(db.withSchema(schema) as Kysely<never>),
    byOption: (schema = SCHEMA) => postgres(pool, { schema }),
    channel: () => postgresChannel(pool, { schema: SCHEMA }),
    run: async (text) => (await pool.query(text)).rows,
    schemas: async () =>
      (await pool.query("select distinct schemaname from pg_tables where tablename like 'bearward%'")).rows.map(
        ({ schemaname }) => schemaname,
      ),
  }
}

async function openMysql(): Promise<Place> {
  const [database, other] = [await createDatabase('mysql'), await createDatabase('mysql')]
  const pool = createPool({ uri: database.place, connectionLimit: 5 })
  const raw = createCallbackPool({ uri: database.place, connectionLimit: 5 })
  cleanUp.push(
    () => other.remove(),
    () => database.remove(),
    () => pool.end(),
    () => new Promise((resolve) => raw.end(resolve)),
  )
  const own = new URL(other.place).pathname.slice(1)
  const db = new Kysely<never>({ dialect: new MysqlDialect({ pool: raw }) })
  const run = async (text: string) => (await pool.query(text))[0] as Record<string, unknown>[]
  return {
    schema: own,
    byKysely: (schema = own) => mysql(db.withSchema(schema) as Kysely<never>),
    byOption: (schema = own) => mysql(pool, { schema }),
    channel: (store) => sqlChannel(store, { pollMs: 20 }),
    run,
    schemas: async () =>
      (
        await run(
          `select distinct table_schema as name from information_schema.tables
           where table_name like 'bearward%' and table_schema in (database(), '${own}')`,
        )
      ).map(({ name }) => String(name)),
  }
}

async function openSqlite(): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'bearward-sql-'))
  const connection = new DatabaseSync(join(folder, 'main.db'))
  connection.exec(`attach database '${join(folder, 'keys.db')}' as "${SCHEMA}"`)
  cleanUp.push(
    () => rmSync(folder, { recursive: true }),
    () => connection.close(),
  )
  const db = new Kysely<never>({ dialect: new SqliteDialect({ database: kyselyConnection(connection) }) })
  return {
    schema: SCHEMA,
    byKysely: (schema = SCHEMA) => sqlite(db.withSchema(schema) as Kysely<never>),
    byOption: (schema = SCHEMA) => sqlite(connection, { schema }),
    channel: (store) => sqlChannel(store, { pollMs: 20 }),
    run: async (text) => connection.prepare(text).all() as Record<string, unknown>[],
    schemas: async () =>
      ['main', SCHEMA].filter(
        (schema) =>
          connection.prepare(`select 1 from "${schema}".sqlite_schema where name like 'bearward%'`).all().length > 0,
      ),
  }
}

const OPEN: Readonly<Record<EngineName, () => Promise<Place>>> = {
  sqlite: openSqlite,
  postgres: openPostgres,
  mysql: openMysql,
}

describe.each(Object.keys(OPEN) as EngineName[])('over %s, all of it stands in the schema', (engine) => {
  test('of a Kysely instance', async () => {
    const place = await OPEN[engine]()
    const store = place.byKysely()
    await useEverything(store, place.channel(store))
    expect(await place.schemas()).toEqual([place.schema])
  })

  test('of the option', async () => {
    const place = await OPEN[engine]()
    const store = place.byOption()
    await useEverything(store, place.channel(store))
    expect(await place.schemas()).toEqual([place.schema])
  })

  test('and so do tables that are made by hand, in one step or in several', async () => {
    const { run, byOption, schema, schemas } = await OPEN[engine]()
    for (const statement of migrationSql(engine, 0, { schema }).split(';\n')) {
      if (statement.trim() !== '') await run(statement)
    }
    expect(await schemas()).toEqual([schema])
    expect(await migrate(byOption())).toEqual({ from: SCHEMA_VERSION, to: SCHEMA_VERSION })
    expect(await byOption().findById('key_1')).toBeNull()
  })

  test('and a schema that is not there is named, and not made', async () => {
    const { byOption, schemas } = await OPEN[engine]()
    await expect(byOption('nowhere').findById('key_1')).rejects.toThrow('nowhere')
    expect(await schemas()).toEqual([])
  })

  test('and tables that an earlier version put elsewhere are found, and no empty ones made beside them', async () => {
    const place = await OPEN[engine]()
    const { run, byKysely, byOption, schemas, schema } = place
    for (const statement of migrationSql(engine).split(';\n')) if (statement.trim() !== '') await run(statement)
    const before = await schemas()
    await expect(byKysely().findById('key_1')).rejects.toThrow(
      `the schema "${schema}" has no tables of this package, and another one has: an earlier version made them there.`,
    )
    expect(await schemas()).toEqual(before)
    // Said in so many words, it is meant.
    expect(await byOption().findById('key_1')).toBeNull()
    expect((await schemas()).toSorted()).toEqual([...before, schema].toSorted())
  })
})

test('the search_path of PostgreSQL decides where no schema is named', async () => {
  const database = await createDatabase('postgres')
  const pool = new Pool({ connectionString: database.place, max: 3, options: '-c search_path=auth,public' })
  cleanUp.push(
    () => database.remove(),
    () => pool.end(),
  )
  await pool.query('create schema auth')
  const store = postgres(pool)
  await useEverything(store, postgresChannel(pool))
  const { rows } = await pool.query("select distinct schemaname from pg_tables where tablename like 'bearward%'")
  expect(rows).toEqual([{ schemaname: 'auth' }])
})

test('the trigger of PostgreSQL stands in the schema, and tells of changes there', async () => {
  const { byOption, channel, run, schema } = await openPostgres()
  const store = byOption()
  await migrate(store)
  await run(postgresTriggerSql({ schema }))
  const heard: unknown[] = []
  const own = channel(store)
  cleanUp.push(() => own.close())
  await own.subscribe({ invalidate: (each) => void heard.push(...each), lost: () => {} }).prove()
  await run(`insert into "${schema}".bearward_keys (id, digest, hint, name, scopes, metadata, created_at, ends_predecessor, version, standing)
    values ('key_1', 'd', 'x', '', '[]', '{}', 1, 0, 1, 'open')`)
  await expect.poll(() => heard).toEqual([{ id: 'key_1' }])
})

describe('the name of a schema', () => {
  const db = new Kysely<never>({
    dialect: new SqliteDialect({ database: kyselyConnection(new DatabaseSync(':memory:')) }),
  })

  test('is what the plugins of the instance make of it', () => {
    expect(schemaOf(db)).toBeUndefined()
    expect(schemaOf(db.withSchema('auth'))).toBe('auth')
    expect(schemaOf(db.withPlugin(new CamelCasePlugin()).withSchema('myAuth'))).toBe('my_auth')
    expect(schemaOf(db.withSchema('auth').withPlugin(new CamelCasePlugin()))).toBe('auth')
    expect(schemaOf(db.withSchema('one').withoutPlugins())).toBeUndefined()
  })

  const message = 'must be a name of 1 to 63 characters without quotes, backslashes and control characters'
  test.each(['', 'a"b', "a'b", 'a`b', 'a\\b', 'a\0b', 'a\nb', 'a'.repeat(64), 5, null, {}])('is not %j', (schema) => {
    expect(() => sqlite(':memory:', { schema: schema as never })).toThrow(
      new TypeError(`sqlite: option \`schema\` ${message}`),
    )
    expect(() => migrationSql('mysql', 0, { schema: schema as never })).toThrow(TypeError)
    expect(() => postgresTriggerSql({ schema: schema as never })).toThrow(TypeError)
    expect(() => postgresChannel(new Pool(), { schema: schema as never })).toThrow(TypeError)
  })

  test('that an instance brings is checked as well, and may not be two', () => {
    expect(() => sqlite(db.withSchema('a"b') as Kysely<never>)).toThrow(TypeError)
    expect(() => sqlite(db.withSchema('one') as Kysely<never>, { schema: 'two' })).toThrow(
      new TypeError('sqlite: option `schema` names another schema than the Kysely instance does'),
    )
    expect(() => sqlite(db.withSchema('one') as Kysely<never>, { schema: 'one' })).not.toThrow()
  })
})
