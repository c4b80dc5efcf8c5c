import type { KeyStore } from '@bearward/keyring'
import { CompiledQuery, Kysely, type RawBuilder, type SqlBool, SqliteDialect, sql } from 'kysely'
import { type Counter, checkSqlOptions, type Engine, type SqlOptions } from './engine.ts'
import { explaining } from './explained.ts'
import { whole } from './rows.ts'
import type { KeyRow, Schema } from './schema.ts'
import { chooseSchema, inSchema, namesIn, type SchemaChoice } from './schema-name.ts'
import { isBusy, retryBusy } from './sqlite-busy.ts'
import { FILE_MANNERS, kyselyConnection, openSqlite, type SqliteConnection } from './sqlite-driver.ts'
import { SqlStore } from './store.ts'

/**
 * Keys in SQLite: the embedded default. Several processes may use one file.
 *
 * @param source a path, `':memory:'`, an open database of `node:sqlite` or `better-sqlite3` that nobody else uses while
 *   the store does, or a Kysely instance. A path is opened with WAL and `synchronous = FULL`: what was acknowledged survives
 *   a killed process and a power failure. What you opened yourself stays open, and as you set it up
 * @param options `migrate`, `schema`
 * @throws {TypeError} when the source or an option cannot be used
 * @throws {Error} when the path cannot be opened
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
  const { migrate } = checkSqlOptions('sqlite', options, ['migrate', 'schema'])
  const choice = chooseSchema('sqlite', source, options.schema)
  return new SqlStore(explaining(sqliteEngine(source, choice)), migrate)
}

function sqliteEngine(source: string | SqliteConnection | Kysely<never>, choice: SchemaChoice): Engine {
  if (source instanceof Kysely) return new SqliteEngine(source.withoutPlugins() as unknown as Kysely<Schema>, choice)
  if (typeof source === 'string' && source !== '') {
    return new SqliteEngine(openSqlite(source), choice, {
      closes: true,
      ...(source !== ':memory:' && { setUp: FILE_MANNERS }),
    })
  }
  if (typeof (source as SqliteConnection | null)?.prepare !== 'function') {
    throw new TypeError('sqlite: give a path, an open database, or a Kysely instance')
  }
  return new SqliteEngine(source as SqliteConnection, choice)
}

interface Manners {
  /** Statements that must have succeeded before the first transaction. */
  readonly setUp?: readonly string[]
  readonly closes?: boolean
}

class SqliteEngine implements Engine {
  readonly name = 'sqlite'
  readonly comparesPairs = true
  readonly db: Kysely<Schema>
  readonly schema: string | undefined
  readonly isSchemaImplied: boolean
  readonly #connection: SqliteConnection | undefined
  readonly #closes: boolean
  #setUp: readonly string[]
  /** Whether the connection holds a transaction whose writes nobody may see yet. */
  #isInTransaction = false
  /** Statements by the number of digests. */
  readonly #finds = new Map<number, (...digests: readonly string[]) => unknown[]>()

  constructor(
    source: SqliteConnection | Kysely<Schema>,
    { schema, isImplied }: SchemaChoice,
    { setUp = [], closes = false }: Manners = {},
  ) {
    this.#connection = source instanceof Kysely ? undefined : source
    this.schema = schema
    this.isSchemaImplied = isImplied
    const db =
      source instanceof Kysely
        ? source
        : new Kysely<Schema>({ dialect: new SqliteDialect({ database: kyselyConnection(source) }) })
    this.db = inSchema(db, schema)
    this.#setUp = setUp
    this.#closes = closes
  }

  get replica(): Kysely<Schema> {
    return this.db
  }

  /** SQLite's own `lower()` knows ASCII alone. */
  holds(column: string, folded: string): RawBuilder<SqlBool> {
    return sql<SqlBool>`instr(lower(${sql.ref(column)}), ${folded}) > 0`
  }

  findNow(digests: readonly string[]): readonly KeyRow[] | undefined {
    if (this.#connection === undefined || this.#isInTransaction) return undefined
    try {
      return this.#findFor(this.#connection, digests.length)(...digests) as KeyRow[]
    } catch (error) {
      if (isBusy(error)) return undefined
      throw error
    }
  }

  #findFor(connection: SqliteConnection, count: number): (...digests: readonly string[]) => unknown[] {
    let find = this.#finds.get(count)
    if (find === undefined) {
      find = prepareFind(connection, namesIn('sqlite', this.schema).table('bearward_keys'), count)
      this.#finds.set(count, find)
    }
    return find
  }

  run<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    return retryBusy(() => work(this.db))
  }

  transact<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    return retryBusy(() =>
      this.db.connection().execute(async (connection) => {
        for (const statement of this.#setUp) await connection.executeQuery(CompiledQuery.raw(statement))
        this.#setUp = []
        // Takes the write lock first: a transaction that begins by reading may find, when it writes, that it is too late.
        await sql`begin immediate`.execute(connection)
        this.#isInTransaction = true
        try {
          const result = await work(connection)
          await sql`commit`.execute(connection)
          return result
        } catch (error) {
          await rollBack(connection)
          throw error
        } finally {
          this.#isInTransaction = false
        }
      }),
    )
  }

  async advance(db: Kysely<Schema>, counter: Counter, by: number): Promise<number> {
    const { value } = await db
      .updateTable('bearward_counters')
      .set((eb) => ({ value: eb('value', '+', by) }))
      .where('name', '=', counter)
      .returning('value')
      .executeTakeFirstOrThrow()
    return whole(value)
  }

  migrateAlone(work: (db: Kysely<Schema>) => Promise<void>): Promise<void> {
    return this.transact(work)
  }

  async close(): Promise<void> {
    if (this.#closes) await this.db.destroy()
  }
}

function prepareFind(
  connection: SqliteConnection,
  keys: string,
  count: number,
): (...digests: readonly string[]) => unknown[] {
  const marks = Array(count).fill('?').join(', ')
  const statement = connection.prepare(`select * from ${keys} where digest in (${marks})`)
  return statement.all.bind(statement) as (...digests: readonly string[]) => unknown[]
}

/** SQLite has rolled back by itself after some errors, and complains when it is asked again. */
async function rollBack(connection: Kysely<Schema>): Promise<void> {
  try {
    await sql`rollback`.execute(connection)
  } catch {
    // The error that led here says more.
  }
}
