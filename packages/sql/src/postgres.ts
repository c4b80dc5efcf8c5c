import type { KeyStore } from '@bearward/keyring'
import { Kysely, PostgresDialect, type PostgresPool, type RawBuilder, sql } from 'kysely'
import { type Counter, checkSqlOptions, type Engine, type SqlOptions } from './engine.ts'
import { explaining } from './explained.ts'
import { guardedPool } from './postgres-pool.ts'
import { whole } from './rows.ts'
import type { Schema } from './schema.ts'
import { chooseSchema, inSchema, type SchemaChoice, table } from './schema-name.ts'
import { SqlStore } from './store.ts'

/** What `postgres()` takes besides the database. */
export interface PostgresOptions extends SqlOptions {
  /** A pool or Kysely instance of a replica, for reads that need not see the latest commit. Default: none. */
  readonly replica?: PostgresPool | Kysely<never> | undefined
}

/** The channel on which commits are told to whoever listens. */
export const POSTGRES_CHANGES = 'bearward_changes'

/**
 * Keys in PostgreSQL 12 or later. Every commit also notifies the processes that listen, as part of its transaction.
 *
 * @param source a `pg` pool, or a Kysely instance; it stays open when the store is closed. Listen to its `error` event:
 *   `pg` ends a process that does not when an idle connection is lost
 * @param options `migrate`, `schema`, `replica`
 * @throws {TypeError} when the source or an option cannot be used
 * @example
 * ```ts
 * import { keyFormat } from '@bearward/core'
 * import { createKeyring } from '@bearward/keyring'
 * import { postgres } from '@bearward/sql'
 * import { Pool } from 'pg'
 *
 * const pool = new Pool({ connectionString: 'postgres://localhost/acme' })
 * const keyring = createKeyring({ store: postgres(pool), format: keyFormat({ prefix: 'acme' }) })
 * ```
 */
export function postgres(source: PostgresPool | Kysely<never>, options: PostgresOptions = {}): KeyStore {
  const { migrate } = checkSqlOptions('postgres', options, ['migrate', 'schema', 'replica'])
  const choice = chooseSchema('postgres', source, options.schema)
  return new SqlStore(postgresEngine(source, choice, options.replica), migrate)
}

/** Locked while the tables are changed: "bearward" in ASCII. */
const MIGRATION_LOCK = '7089335930951987812'
/** A process that stands still in the middle of a commit must not hold up all others for longer. */
const IDLE_TIMEOUT = '10s'

export function postgresEngine(
  source: PostgresPool | Kysely<never>,
  { schema, isImplied }: SchemaChoice,
  replica?: PostgresPool | Kysely<never>,
): Engine {
  const db = kyselyOver('source', source, schema)
  const transact = <T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T> =>
    db.transaction().setIsolationLevel('read committed').execute(work)
  return explaining({
    name: 'postgres',
    db,
    schema,
    isSchemaImplied: isImplied,
    replica: replica === undefined ? db : kyselyOver('replica', replica, schema),
    comparesPairs: true,
    // In the collation "C" there are no letters but ASCII's.
    holds: (column, folded) => sql`strpos(lower(${sql.ref(column)} collate "C"), ${folded}) > 0`,
    ...(schema === undefined && { hiddenSchema: () => hiddenSchema(db) }),
    run: (work) => work(db),
    transact,
    advance: (transaction, counter, by) => advance(transaction, table({ schema }, 'bearward_counters'), counter, by),
    migrateAlone: (work) =>
      transact(async (transaction) => {
        await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)}::bigint)`.execute(transaction)
        await work(transaction)
      }),
    async notify(transaction, payload) {
      await sql`select pg_notify(${POSTGRES_CHANGES}, ${payload})`.execute(transaction)
    },
    close: async () => {},
  })
}

/** PostgreSQL passes over such a schema without a word, and the tables would be made in the next one. */
async function hiddenSchema(db: Kysely<Schema>): Promise<string | undefined> {
  const { rows } = await sql<{ name: string }>`
    select n.nspname as name from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relname = 'bearward_migrations' and not has_schema_privilege(n.oid, 'USAGE') and n.nspname = any (array(
      select replace(trim(both ' "' from part), '$user', current_user::text)
      from unnest(string_to_array(current_setting('search_path'), ',')) as part))`.execute(db)
  return rows[0]?.name
}

/**
 * Also sees to it, for this transaction alone, that the server writes to its disk before it acknowledges, and that it ends
 * the connection of a process that stands still; where the server has bounds of its own, they stay.
 */
async function advance(
  db: Kysely<Schema>,
  counters: RawBuilder<unknown>,
  counter: Counter,
  by: number,
): Promise<number> {
  const { rows } = await sql<{ value: unknown }>`
    update ${counters} set value = value + ${sql.lit(by)} where name = ${counter}
    returning value,
      case current_setting('synchronous_commit')
        when 'off' then set_config('synchronous_commit', 'on', true) end as durable,
      case current_setting('idle_in_transaction_session_timeout')
        when '0' then set_config('idle_in_transaction_session_timeout', ${IDLE_TIMEOUT}, true) end as bounded
  `.execute(db)
  return whole(rows[0]?.value)
}

function kyselyOver(name: string, source: PostgresPool | Kysely<never>, schema: string | undefined): Kysely<Schema> {
  if (source instanceof Kysely) return inSchema(source.withoutPlugins() as unknown as Kysely<Schema>, schema)
  if (typeof (source as PostgresPool | null)?.connect !== 'function') {
    throw new TypeError(`postgres: ${name} must be a pool of pg, or a Kysely instance`)
  }
  return inSchema(new Kysely<Schema>({ dialect: new PostgresDialect({ pool: guardedPool(source) }) }), schema)
}
