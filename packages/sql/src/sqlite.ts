import type { KeyStore } from '@bearward/keyring'
import { Kysely, SqliteDialect, sql } from 'kysely'
import { checkSqlOptions, type Engine, type SqlOptions } from './engine.ts'
import type { Schema } from './schema.ts'
import { retryBusy } from './sqlite-busy.ts'
import { kyselyConnection, openSqlite, type SqliteConnection } from './sqlite-driver.ts'
import { SqlStore } from './store.ts'

/**
 * Keys in SQLite: the embedded default. Several processes may use one file.
 *
 * @param source a path, `':memory:'`, an open database of `node:sqlite` or `better-sqlite3` that nobody else uses while
 *   the store does, or a Kysely instance. A path is opened with WAL and `synchronous = FULL`: what was acknowledged survives
 *   a killed process and a power failure. What you opened yourself stays open, and as you set it up
 * @param options `migrate`
 * @throws {TypeError} when the source or an option cannot be used
 * @example
 * ```ts
 * import { keyFormat } from '@bearward/core'
 * import { createKeyring } from '@bearward/keyring'
 * import { sqlite } from '@bearward/sql'
 *
 * const keyring = createKeyring({ store: sqlite('keys.db'), format: keyFormat({ prefix: 'acme' }) })
 * ```
 */
export function sqlite(source: string | SqliteConnection | Kysely<never>, options: SqlOptions = {}): KeyStore {
  const { migrate } = checkSqlOptions('sqlite', options, ['migrate'])
  return new SqlStore(sqliteEngine(source), migrate)
}

export function sqliteEngine(source: string | SqliteConnection | Kysely<never>): Engine {
  if (source instanceof Kysely) return engineOver(source as unknown as Kysely<Schema>, async () => {})
  if (typeof source === 'string' && source !== '') {
    const db = kyselyOver(openSqlite(source))
    return engineOver(db, () => db.destroy(), source === ':memory:' ? undefined : 'PRAGMA journal_mode = WAL')
  }
  if (typeof (source as SqliteConnection | null)?.prepare !== 'function') {
    throw new TypeError('sqlite: give a path, an open database, or a Kysely instance')
  }
  return engineOver(kyselyOver(source as SqliteConnection), async () => {})
}

function kyselyOver(connection: SqliteConnection): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: new SqliteDialect({ database: kyselyConnection(connection) }) })
}

/** @param setUp a statement that must have succeeded before the first transaction */
function engineOver(db: Kysely<Schema>, close: () => Promise<void>, setUp?: string): Engine {
  let isSetUp = setUp === undefined
  const transact = <T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T> =>
    retryBusy(() =>
      db.connection().execute(async (connection) => {
        if (!isSetUp && setUp !== undefined) await sql.raw(setUp).execute(connection)
        isSetUp = true
        // Takes the write lock first: a transaction that begins by reading may find, when it writes, that it is too late.
        await sql`begin immediate`.execute(connection)
        try {
          const result = await work(connection)
          await sql`commit`.execute(connection)
          return result
        } catch (error) {
          await sql`rollback`.execute(connection)
          throw error
        }
      }),
    )
  return { name: 'sqlite', db, replica: db, transact, migrateAlone: transact, close }
}
