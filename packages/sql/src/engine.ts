import type { Kysely } from 'kysely'
import type { Engine as EngineName, Migration } from './migrations.ts'
import type { Schema } from './schema.ts'

/** What differs between the databases; everything else is said once, in Kysely's words. */
export interface Engine {
  readonly name: EngineName
  readonly db: Kysely<Schema>
  /** Where reads go that need not see the latest commit. */
  readonly replica: Kysely<Schema>
  /**
   * Runs `work` in one transaction that no other writer's can overlap once it has locked a counter. Rolled back when
   * `work` rejects.
   */
  transact<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T>
  /** Runs `work` while no other process migrates; in a transaction where the database can undo what it creates. */
  migrateAlone(work: (db: Kysely<Schema>) => Promise<void>): Promise<void>
  /** Tells the processes that listen of a change, as part of the transaction; only where the database can. */
  notify?(db: Kysely<Schema>, payload: string): Promise<void>
  /** Gives back what was opened here; what the user opened stays open. */
  close(): Promise<void>
}

export type { Migration }

/** What every store takes. */
export interface SqlOptions {
  /**
   * Whether to create and upgrade the tables when the store is first used. Default `true`; with `false`, run
   * `migrate()` or the text of `migrationSql()` yourself.
   */
  readonly migrate?: boolean | undefined
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
