import type { KeyStore } from '@bearward/keyring'
import { Kysely, MysqlDialect, type MysqlPool, sql } from 'kysely'
import { checkSqlOptions, type Engine, type SqlOptions } from './engine.ts'
import type { Schema } from './schema.ts'
import { SqlStore } from './store.ts'

/** A pool of `mysql2`, or of `mysql2/promise`, which holds one. */
export type Mysql2Pool = MysqlPool | { readonly pool: MysqlPool }

/** What `mysql()` takes besides the database. */
export interface MysqlOptions extends SqlOptions {
  /** A pool or Kysely instance of a replica, for reads that need not see the latest commit. Default: none. */
  readonly replica?: Mysql2Pool | Kysely<never> | undefined
}

/**
 * Keys in MySQL 8 or MariaDB 10.6 and later.
 *
 * @param source a pool of `mysql2`, with callbacks or promises, or a Kysely instance; it stays open when the store is
 *   closed
 * @param options `migrate`, `replica`
 * @throws {TypeError} when the source or an option cannot be used
 * @example
 * ```ts
 * import { keyFormat } from '@bearward/core'
 * import { createKeyring } from '@bearward/keyring'
 * import { mysql } from '@bearward/sql'
 * import { createPool } from 'mysql2/promise'
 *
 * const pool = createPool('mysql://localhost/acme')
 * const keyring = createKeyring({ store: mysql(pool), format: keyFormat({ prefix: 'acme' }) })
 * ```
 */
export function mysql(source: Mysql2Pool | Kysely<never>, options: MysqlOptions = {}): KeyStore {
  const { migrate } = checkSqlOptions('mysql', options, ['migrate', 'replica'])
  return new SqlStore(mysqlEngine(source, options.replica), migrate)
}

/** Seconds to wait for another process that changes the tables. */
const MIGRATION_WAIT_S = 60

export function mysqlEngine(source: Mysql2Pool | Kysely<never>, replica?: Mysql2Pool | Kysely<never>): Engine {
  const db = kyselyOver('source', source)
  return {
    name: 'mysql',
    db,
    replica: replica === undefined ? db : kyselyOver('replica', replica),
    transact: (work) => db.transaction().setIsolationLevel('read committed').execute(work),
    // No transaction: MySQL commits at every change of a table.
    migrateAlone: (work) =>
      db.connection().execute(async (connection) => {
        const lock = await sql<{ taken: unknown }>`select get_lock('bearward_migrations', ${sql.lit(
          MIGRATION_WAIT_S,
        )}) as taken`.execute(connection)
        if (Number(lock.rows[0]?.taken) !== 1)
          throw new Error('another process has been changing the tables for a minute')
        try {
          await work(connection)
        } finally {
          await sql`select release_lock('bearward_migrations')`.execute(connection)
        }
      }),
    close: async () => {},
  }
}

function kyselyOver(name: string, source: Mysql2Pool | Kysely<never>): Kysely<Schema> {
  if (source instanceof Kysely) return source as unknown as Kysely<Schema>
  const pool = source !== null && typeof source === 'object' && 'pool' in source ? source.pool : source
  if (typeof (pool as MysqlPool | null)?.getConnection !== 'function') {
    throw new TypeError(`mysql: ${name} must be a pool of mysql2, or a Kysely instance`)
  }
  return new Kysely<Schema>({ dialect: new MysqlDialect({ pool: pool as MysqlPool }) })
}
