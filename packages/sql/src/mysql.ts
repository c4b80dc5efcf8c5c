import type { KeyStore } from '@bearward/keyring'
import { Kysely, MysqlDialect, type MysqlPool, type RawBuilder, type SqlBool, sql } from 'kysely'
import { type Counter, checkSqlOptions, type Engine, type SqlOptions } from './engine.ts'
import { explaining } from './explained.ts'
import { text, whole } from './rows.ts'
import type { Schema } from './schema.ts'
import { chooseSchema, inSchema, type SchemaChoice } from './schema-name.ts'
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
 * @param options `migrate`, `schema`, `replica`
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
  const { migrate } = checkSqlOptions('mysql', options, ['migrate', 'schema', 'replica'])
  const choice = chooseSchema('mysql', source, options.schema)
  return new SqlStore(mysqlEngine(source, choice, options.replica), migrate)
}

/** Seconds to wait for another process that changes the tables. */
const MIGRATION_WAIT_S = 60

function mysqlEngine(
  source: Mysql2Pool | Kysely<never>,
  { schema, isImplied }: SchemaChoice,
  replica?: Mysql2Pool | Kysely<never>,
): Engine {
  const db = kyselyOver('source', source, schema)
  return explaining({
    name: 'mysql',
    db,
    schema,
    isSchemaImplied: isImplied,
    replica: replica === undefined ? db : kyselyOver('replica', replica, schema),
    comparesPairs: false,
    holds,
    check: () => checkSession(db),
    run: (work) => work(db),
    transact: (work) => db.transaction().setIsolationLevel('read committed').execute(work),
    advance,
    migrateAlone: (work) => db.connection().execute((connection) => migrateLocked(connection, work)),
    close: async () => {},
  })
}

/**
 * `lower()` leaves bytes alone and knows all letters of Unicode. So the bytes are read as Hebrew, which has no case: then it
 * changes nothing but ASCII letters.
 */
function holds(column: string, folded: string): RawBuilder<SqlBool> {
  const bytes = sql`cast(${sql.ref(column)} as binary)`
  return sql<SqlBool>`locate(cast(${folded} as binary), cast(lower(convert(${bytes} using hebrew)) as binary)) > 0`
}

/** No transaction: MySQL commits at every change of a table. */
async function migrateLocked(db: Kysely<Schema>, work: (db: Kysely<Schema>) => Promise<void>): Promise<void> {
  const wait = sql.lit(MIGRATION_WAIT_S)
  const lock = await sql<{ taken: unknown }>`select get_lock('bearward_migrations', ${wait}) as taken`.execute(db)
  if (Number(lock.rows[0]?.taken) !== 1) throw new Error('another process has been changing the tables for a minute')
  try {
    await work(db)
  } finally {
    await sql`select release_lock('bearward_migrations')`.execute(db)
  }
}

/**
 * Settings under which text is not what it was: without a strict mode it is cut to fit, with another character set it is
 * turned into other bytes, and where backslashes do not escape, `mysql2` does not escape.
 */
async function checkSession(db: Kysely<Schema>): Promise<void> {
  const { rows } = await sql<{ mode: unknown; charset: unknown }>`
    select @@session.sql_mode as mode, @@session.character_set_client as charset`.execute(db)
  const modes = text(rows[0]?.mode).split(',')
  if (!modes.includes('STRICT_TRANS_TABLES') && !modes.includes('STRICT_ALL_TABLES')) {
    throw new Error('mysql: sql_mode must have STRICT_TRANS_TABLES: without it text is cut to fit, and nobody is told')
  }
  if (modes.includes('NO_BACKSLASH_ESCAPES')) {
    throw new Error('mysql: sql_mode must not have NO_BACKSLASH_ESCAPES: mysql2 escapes text with backslashes')
  }
  if (text(rows[0]?.charset) !== 'utf8mb4') {
    throw new Error('mysql: the connections must use the character set utf8mb4, which is the default of mysql2')
  }
}

async function advance(db: Kysely<Schema>, counter: Counter, by: number): Promise<number> {
  const counters = db.updateTable('bearward_counters').where('name', '=', counter)
  await counters.set((eb) => ({ value: eb('value', '+', by) })).execute()
  const row = await db.selectFrom('bearward_counters').select('value').where('name', '=', counter).executeTakeFirst()
  return whole(row?.value)
}

function kyselyOver(name: string, source: Mysql2Pool | Kysely<never>, schema: string | undefined): Kysely<Schema> {
  if (source instanceof Kysely) return inSchema(source.withoutPlugins() as unknown as Kysely<Schema>, schema)
  const pool = source !== null && typeof source === 'object' && 'pool' in source ? source.pool : source
  if (typeof (pool as MysqlPool | null)?.getConnection !== 'function') {
    throw new TypeError(`mysql: ${name} must be a pool of mysql2, or a Kysely instance`)
  }
  return inSchema(new Kysely<Schema>({ dialect: new MysqlDialect({ pool: pool as MysqlPool }) }), schema)
}
