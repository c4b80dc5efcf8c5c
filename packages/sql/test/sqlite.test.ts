import { DatabaseSync } from 'node:sqlite'
import { storeContract } from '@bearward/keyring/testing'
import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { describe, test } from 'vitest'
import { type SqliteConnection, sqlite } from '../src/index.ts'
import { kyselyConnection } from '../src/sqlite-driver.ts'
import { createDatabase } from './support/databases.ts'

/** A connection whose disk fails once, when a commit has written its keys. */
function failing(database: DatabaseSync): { connection: SqliteConnection; fail: () => void } {
  let fails = false
  const connection: SqliteConnection = {
    close: () => database.close(),
    prepare(text) {
      const statement = database.prepare(text)
      if (!text.startsWith('insert into "bearward_audit"')) return statement as never
      return new Proxy(statement, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name)
          if (typeof value !== 'function') return value
          return (...parameters: unknown[]) => {
            if (fails && name === 'run') {
              fails = false
              throw new Error('disk I/O error')
            }
            return value.apply(target, parameters)
          }
        },
      }) as never
    },
  }
  return {
    connection,
    fail: () => {
      fails = true
    },
  }
}

describe('sqlite() on a file', () => {
  const harness = {
    offers: ['another'] as const,
    async open() {
      const { place, remove } = await createDatabase('sqlite')
      return { store: sqlite(place), another: async () => sqlite(place), remove }
    },
  }
  for (const { name, run } of storeContract(harness)) test(name, run)
})

describe('sqlite() in memory', () => {
  for (const { name, run } of storeContract({ open: async () => ({ store: sqlite(':memory:') }) })) test(name, run)
})

describe('sqlite() on a database of node:sqlite that the user opened, and whose disk fails', () => {
  const harness = {
    offers: ['interruptNextCommit'] as const,
    async open() {
      const { connection, fail } = failing(new DatabaseSync(':memory:'))
      return { store: sqlite(connection), interruptNextCommit: fail }
    },
  }
  for (const { name, run } of storeContract(harness)) test(name, run)
})

describe('sqlite() on a database of better-sqlite3 that the user opened', () => {
  const open = async () => ({ store: sqlite(new Database(':memory:')) })
  for (const { name, run } of storeContract({ open })) test(name, run)
})

describe('sqlite() on a Kysely instance of the user', () => {
  const open = async () => {
    const database = kyselyConnection(new DatabaseSync(':memory:'))
    const db = new Kysely<never>({ dialect: new SqliteDialect({ database }) })
    return { store: sqlite(db), remove: () => db.destroy() }
  }
  for (const { name, run } of storeContract({ open })) test(name, run)
})
