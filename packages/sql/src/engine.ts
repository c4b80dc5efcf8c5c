import type { Kysely, RawBuilder, SqlBool } from 'kysely'
import type { Database, KeyRow, Schema } from './schema.ts'

/** What differs between the databases; everything else is said once, in Kysely's words. */
export interface Engine {
  readonly name: Database
  readonly db: Kysely<Schema>
  /** The schema that all statements name; `undefined` where they name none. */
  readonly schema: string | undefined
  /** Whether the schema came with a Kysely instance: earlier versions ignored it. */
  readonly isSchemaImplied: boolean
  /** Where reads go that need not see the latest commit. */
  readonly replica: Kysely<Schema>
  /** Whether `(a, b) < (x, y)` walks an index. */
  readonly comparesPairs: boolean
  /** Whether a column of `bearward_keys` holds a text, which is `folded`: its ASCII letters, and they alone, in lower case. */
  holds(column: 'name' | 'id' | 'owner' | 'hint', folded: string): RawBuilder<SqlBool>
  /** Rejects when the database is set up so that text would not come back as it was written. */
  check?(): Promise<void>
  /**
   * The rows with these digests, at once; `undefined` when it cannot be said now. Sees every commit, and nothing that is
   * not committed.
   */
  findNow?(digests: readonly string[]): readonly KeyRow[] | undefined
  /** A schema that holds the tables and that is looked through, but that this role may not use; only where there is such a thing. */
  hiddenSchema?(): Promise<string | undefined>
  /** Runs `work`, which is one statement, and again while the database is busy. */
  run<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T>
  /** Runs `work` in one transaction; rolled back when `work` rejects. Must begin by `advance()`. */
  transact<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T>
  /** Adds to a counter and locks it until the transaction ends, so that no other's overlaps. @returns its new value */
  advance(db: Kysely<Schema>, counter: Counter, by: number): Promise<number>
  /** Runs `work` while no other process migrates; in a transaction where the database can undo what it creates. */
  migrateAlone(work: (db: Kysely<Schema>) => Promise<void>): Promise<void>
  /** Tells the processes that listen of a change, as part of the transaction; only where the database can. */
  notify?(db: Kysely<Schema>, payload: string): Promise<void>
  /** Gives back what was opened here; what the user opened stays open. */
  close(): Promise<void>
}

/** Commits wait for commits, and uses for uses; neither waits for the other. */
export type Counter = 'commits' | 'uses'

/** What every store of this package takes. */
export interface SqlOptions {
  /**
   * Whether to create and upgrade the tables when the store is first used. Default `true`; with `false`, call
   * `migrate()` or run the text of `migrationSql()` yourself.
   */
  readonly migrate?: boolean | undefined
  /**
   * The schema of the tables: in MySQL a database, in SQLite the name of an attached one. It must be there. Default: that of
   * a Kysely instance made by `withSchema()`, else where the database looks by itself.
   */
  readonly schema?: string | undefined
}

/** What `migrate()` did. */
export interface Migrated {
  readonly from: number
  readonly to: number
}

/** @throws {TypeError} naming the option that cannot be used */
export function checkSqlOptions(maker: string, options: SqlOptions, known: readonly string[]): { migrate: boolean } {
  if (typeof options !== 'object' || options === null) throw new TypeError(`${maker}: options must be an object`)
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new TypeError(`${maker}: there is no option \`${name}\``)
  }
  const { migrate = true } = options
  if (typeof migrate !== 'boolean') throw new TypeError(`${maker}: option \`migrate\` must be true or false`)
  return { migrate }
}
