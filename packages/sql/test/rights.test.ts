import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Channel } from '@bearward/core'
import type { KeyStore } from '@bearward/keyring'
import { createPool } from 'mysql2/promise'
import { Pool } from 'pg'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { migrate, mysql, postgres, postgresChannel, sqlChannel, sqlite, tableVersion } from '../src/index.ts'
import { RIGHTS, type TableName } from '../src/rights.ts'
import { createDatabase } from './support/databases.ts'
import { useEverything } from './support/workflow.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/database-rights.md'), 'utf8')

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each()
})

/** Roles belong to the server, so each test has its own. */
let roles = 0
let names: { app: string; migrator: string; database: string }
beforeEach(() => {
  const suffix = `${process.pid}_${++roles}`
  names = { app: `app_${suffix}`, migrator: `migrator_${suffix}`, database: '' }
})

/** The statements of the page's two blocks for a database: before the tables are made, and after. */
function statementsOf(heading: string): [before: string[], after: string[]] {
  const [, section = ''] = page.split(`## ${heading}\n`)
  const [own = ''] = section.split('\n## ')
  const blocks = [...own.matchAll(/```sql\n(.*?)```/gs)].map(([, text = '']) =>
    text
      .replace(/\bacme\b/g, names.database)
      .replace(/\bapp\b/g, names.app)
      .replace(/\bmigrator\b/g, names.migrator)
      .split(';\n')
      .filter((statement) => statement.trim() !== ''),
  )
  expect(blocks).toHaveLength(2)
  return blocks as [string[], string[]]
}

/** A database with two roles, set up as the page says. */
interface Place {
  /** Runs a statement as the owner of the tables, or as one who may grant. */
  grant(text: string): Promise<unknown>
  store(as: 'app' | 'migrator', migrate?: boolean): KeyStore
  channel(store: KeyStore): Channel
  /** Makes the tables, and gives the rights on them. */
  prepare(): Promise<void>
}

async function openPostgres(): Promise<Place> {
  const database = await createDatabase('postgres')
  names.database = new URL(database.place).pathname.slice(1)
  const admin = new Pool({ connectionString: database.place, max: 1 }).on('error', () => {})
  const [before, after] = statementsOf('PostgreSQL')
  for (const statement of before) await admin.query(statement)
  const poolOf = (role: string): Pool => {
    const pool = new Pool({ connectionString: database.place.replace(/\/\/[^@/]*@/, `//${role}@`), max: 4 })
    cleanUp.push(() => pool.end())
    return pool
  }
  cleanUp.push(async () => {
    await database.remove()
    await admin.end()
    await dropRoles(names.app, names.migrator)
  })
  const [app, migrator] = [poolOf(names.app), poolOf(names.migrator)]
  return {
    grant: (text) => migrator.query(text),
    store: (as, migrates = true) => postgres(as === 'app' ? app : migrator, { migrate: migrates }),
    channel: () => postgresChannel(app),
    async prepare() {
      await migrate(postgres(migrator))
      for (const statement of after) await migrator.query(statement)
    },
  }
}

/** Their rights went with the database. */
async function dropRoles(...all: readonly string[]): Promise<void> {
  const server = new Pool({ connectionString: inject('postgresUrl'), max: 1 })
  await server.query(`drop role ${all.join(', ')}`)
  await server.end()
}

async function openMysql(): Promise<Place> {
  const database = await createDatabase('mysql')
  names.database = new URL(database.place).pathname.slice(1)
  const admin = createPool({ uri: database.place, connectionLimit: 1 })
  const [before, after] = statementsOf('MySQL and MariaDB')
  for (const statement of before) await admin.query(statement)
  const poolOf = (user: string) => {
    const place = new URL(database.place)
    place.username = user
    const pool = createPool({ uri: place.href, connectionLimit: 4 })
    cleanUp.push(() => pool.end())
    return pool
  }
  cleanUp.push(async () => {
    await admin.query(`drop user ${names.app}, ${names.migrator}`)
    await admin.end()
    await database.remove()
  })
  const store: Place['store'] = (as, migrates = true) => mysql(poolOf(names[as]), { migrate: migrates })
  return {
    grant: (text) => admin.query(text.replaceAll('bearward_', `${names.database}.bearward_`)),
    store,
    channel: (of) => sqlChannel(of, { pollMs: 20 }),
    async prepare() {
      await migrate(store('migrator'))
      for (const statement of after) await admin.query(statement)
    },
  }
}

describe.each([
  ['PostgreSQL', openPostgres],
  ['MySQL and MariaDB', openMysql],
])('%s', (_name, open) => {
  test('everything works with exactly the rights of the page, whatever `migrate` says', async () => {
    const { prepare, store, channel } = await open()
    await prepare()
    for (const migrates of [true, false]) {
      const own = store('app', migrates)
      await useEverything(own, channel(own))
    }
  })

  test('each right that is missing is named by ready(), with the statement that gives it', async () => {
    const { prepare, store, channel, grant } = await open()
    await prepare()
    const own = store('app')
    const line = channel(own)
    cleanUp.push(() => line.close())
    for (const [table, rights] of Object.entries(RIGHTS) as [TableName, string[]][]) {
      const isChannels = ['bearward_members', 'bearward_servers'].includes(table)
      for (const right of rights) {
        await grant(`REVOKE ${right} ON ${table} FROM ${names.app}`)
        const ready = isChannels ? line.ready?.() : own.ready?.()
        await expect(ready, `${right} on ${table}`).rejects.toThrow(
          `the owner of the tables must run GRANT ${rights.join(', ')} ON ${table} TO app, app being this role`,
        )
        await grant(`GRANT ${right} ON ${table} TO ${names.app}`)
      }
    }
    await own.ready?.()
    await line.ready?.()
  })

  test('who may not make the tables is told who must, and no table is half made', async () => {
    const { store, prepare } = await open()
    await expect(store('app').findById('key_1')).rejects.toThrow(/TO (?:app|migrator)|docs\/database-rights\.md/)
    await prepare()
    expect(await store('app').findById('key_1')).toBeNull()
  })

  test('tables that are not there are told apart from a database that cannot be read', async () => {
    const { store, grant, prepare } = await open()
    expect(await tableVersion(store('migrator', false))).toBe(0)
    await expect(store('migrator', false).ready?.()).rejects.toThrow('the tables are at version 0, and version')
    await expect(store('migrator', false).findById('key_1')).rejects.toThrow(
      'run `bearward migrate`, or migrate(store)',
    )
    await prepare()
    await grant(`REVOKE SELECT ON bearward_migrations FROM ${names.app}`)
    await expect(tableVersion(store('app'))).rejects.toThrow('GRANT SELECT ON bearward_migrations TO app')
  })
})

test('PostgreSQL: a schema that the role may not use is named, and no tables are made in the next one', async () => {
  const database = await createDatabase('postgres')
  const admin = new Pool({ connectionString: database.place, max: 1 }).on('error', () => {})
  cleanUp.push(async () => {
    await admin.end()
    await database.remove()
    await dropRoles(names.app)
  })
  await admin.query('create schema auth')
  await migrate(postgres(admin, { schema: 'auth' }))
  await admin.query(`create role ${names.app} login`)
  await admin.query(`grant usage, create on schema public to ${names.app}`)
  const place = database.place.replace(/\/\/[^@/]*@/, `//${names.app}@`)
  const pool = new Pool({ connectionString: place, max: 1, options: '-c search_path="$user",auth,public' })
  cleanUp.push(() => pool.end())
  const message = 'GRANT USAGE ON SCHEMA "auth" TO app'
  await expect(postgres(pool).findById('key_1')).rejects.toThrow(message)
  await expect(postgres(pool, { schema: 'auth' }).findById('key_1')).rejects.toThrow(message)
  const { rows } = await admin.query(
    "select 1 from pg_tables where schemaname = 'public' and tablename like 'bearward%'",
  )
  expect(rows).toEqual([])
})

test('PostgreSQL: where writes are off, lookups go on, and ready() says so', async () => {
  const database = await createDatabase('postgres')
  const admin = new Pool({ connectionString: database.place, max: 1 }).on('error', () => {})
  await migrate(postgres(admin))
  const pool = new Pool({ connectionString: database.place, max: 2, options: '-c default_transaction_read_only=on' })
  cleanUp.push(
    () => database.remove(),
    () => admin.end(),
    () => pool.end(),
  )
  const store = postgres(pool)
  expect(await store.findByDigest(['d'], { fresh: true })).toBeNull()
  await expect(store.ready?.()).rejects.toThrow('read-only transaction: writes are off here; connect to the primary')
  // As a replica it serves.
  await postgres(admin, { replica: pool }).ready?.()
})

test('MySQL: where writes are off, lookups go on, and ready() says so', async () => {
  const database = await createDatabase('mysql')
  const pool = createPool({ uri: database.place, connectionLimit: 1 })
  cleanUp.push(
    () => database.remove(),
    () => pool.end(),
  )
  await migrate(mysql(pool))
  await pool.query('set session transaction read only')
  const store = mysql(pool)
  expect(await store.findByDigest(['d'], { fresh: true })).toBeNull()
  await expect(store.ready?.()).rejects.toThrow('writes are off here; connect to the primary')
})

test('SQLite: a file that may not be written is named', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bearward-sql-'))
  cleanUp.push(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'keys.db')
  await migrate(sqlite(path))
  chmodSync(path, 0o400)
  const connection = new DatabaseSync(path, { readOnly: true })
  cleanUp.push(() => connection.close())
  const store = sqlite(connection)
  expect(await store.findById('key_1')).toBeNull()
  await expect(store.ready?.()).rejects.toThrow('the process must be able to write the file, its folder')
})

test('a replica that cannot be reached is not ready', async () => {
  const database = await createDatabase('postgres')
  const [pool, replica] = [
    new Pool({ connectionString: database.place, max: 1 }),
    new Pool({ connectionString: 'postgres://nobody:hush@127.0.0.1:1/none' }),
  ]
  cleanUp.push(
    () => database.remove(),
    () => pool.end(),
  )
  await expect(postgres(pool, { replica }).ready?.()).rejects.toThrow('ECONNREFUSED')
})
