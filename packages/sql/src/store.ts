import { type MaybePromise, SECOND, SharedWork, systemClock } from '@bearward/core'
import type {
  AuditEntry,
  AuditQuery,
  Commit,
  CommitOutcome,
  EndingQuery,
  KeyStore,
  KeyUses,
  ListQuery,
  OutboxEntry,
  ReadContext,
  StoredKey,
  Usage,
  Use,
  UseOutcome,
} from '@bearward/keyring'
import { CompiledQuery, type Kysely } from 'kysely'
import { writeCommit } from './commits.ts'
import type { Engine, Migrated } from './engine.ts'
import { keysWithUses, listEnding, listKeys } from './lists.ts'
import { migrateTables, presentVersion } from './migrate.ts'
import { SCHEMA_VERSION } from './migrations.ts'
import { checkRights, STORE_TABLES } from './rights.ts'
import { auditEntryOf, keyOf, keyWithUsageOf, outboxEntryOf } from './rows.ts'
import type { KeyRow, Schema } from './schema.ts'
import { readUsage, writeUses } from './uses.ts'

/**
 * Longest time that calls wait for the one that opens the store. Then one of them opens it too: the request of the first may have been
 * cancelled, and several that bring the tables to their version wait for each other in the database.
 */
const OPEN_WITHIN_MS: number = 3 * SECOND

/** Keys in a database, whichever it is. */
export class SqlStore implements KeyStore {
  readonly #engine: Engine
  readonly #migrates: boolean
  /** The statements of `findByDigest`, by the number of digests, each compiled once. */
  readonly #byDigest = new Map<number, string>()
  readonly #opening = new SharedWork<void>({ clock: systemClock, patienceMs: OPEN_WITHIN_MS })
  #isOpen = false
  #isClosed = false

  constructor(engine: Engine, migrates: boolean) {
    this.#engine = engine
    this.#migrates = migrates
  }

  findByDigest(digests: readonly string[], context: ReadContext): MaybePromise<StoredKey | null> {
    const rows = this.#isOpen ? this.#engine.findNow?.(digests) : undefined
    return rows === undefined ? this.#findByDigest(digests, context) : firstOf(rows, digests)
  }

  async findById(id: string): Promise<(StoredKey & Usage) | null> {
    const engine = await this.#open()
    const row = await engine.run((db) => keysWithUses(db).where('id', '=', id).executeTakeFirst())
    return row === undefined ? null : keyWithUsageOf(row)
  }

  async list(query: ListQuery): Promise<readonly (StoredKey & Usage)[]> {
    return listKeys(await this.#open(), query)
  }

  async listEnding(query: EndingQuery): Promise<readonly StoredKey[]> {
    return listEnding(await this.#open(), query)
  }

  async commit(commit: Commit): Promise<CommitOutcome> {
    return writeCommit(await this.#open(), commit)
  }

  async audit(query: AuditQuery): Promise<readonly AuditEntry[]> {
    const { keyId, owner, actor, action, before, limit } = query
    const engine = await this.#open()
    const rows = await engine.run((db) => {
      let entries = db.selectFrom('bearward_audit').selectAll()
      if (keyId !== undefined) entries = entries.where('key_id', '=', keyId)
      if (owner !== undefined) entries = entries.where('owner', '=', owner)
      if (actor !== undefined) entries = entries.where('actor', '=', actor)
      if (action !== undefined) entries = entries.where('action', '=', action)
      if (before !== undefined) entries = entries.where('sequence', '<', before)
      return entries.orderBy('sequence', 'desc').limit(limit).execute()
    })
    return rows.map(auditEntryOf)
  }

  async recordUse(uses: readonly Use[]): Promise<readonly UseOutcome[]> {
    if (uses.length === 0) return []
    return writeUses(await this.#open(), uses)
  }

  async usage(keyId: string, sinceDay: number): Promise<KeyUses> {
    return readUsage(await this.#open(), keyId, sinceDay)
  }

  async outbox(query: { remove?: readonly number[]; limit: number }): Promise<readonly OutboxEntry[]> {
    const { remove = [], limit } = query
    const engine = await this.#open()
    if (remove.length > 0) {
      await engine.run((db) => db.deleteFrom('bearward_outbox').where('sequence', 'in', remove).execute())
    }
    const rows = await engine.run((db) =>
      db.selectFrom('bearward_outbox').selectAll().orderBy('sequence').limit(limit).execute(),
    )
    return rows.map(outboxEntryOf)
  }

  async ready(): Promise<void> {
    const engine = await this.#open()
    const version = await presentVersion(engine)
    if (version < SCHEMA_VERSION) {
      throw new Error(
        `the tables are at version ${version}, and version ${SCHEMA_VERSION} is needed: run \`bearward migrate\`, or migrate(store)`,
      )
    }
    await checkRights(engine, STORE_TABLES)
    if (engine.replica === engine.db) return
    await engine.run(() => engine.replica.selectFrom('bearward_keys').select('id').limit(1).execute())
  }

  /** The engine, whatever the tables are. */
  bareEngine(): Engine {
    this.#checkClosed()
    return this.#engine
  }

  /** Brings the tables to the present version, whatever the options say. */
  async migrate(): Promise<Migrated> {
    this.#checkClosed()
    return migrateTables(this.#engine)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#isOpen = false
    await this.#engine.close()
  }

  async #findByDigest(digests: readonly string[], { fresh }: ReadContext): Promise<StoredKey | null> {
    const engine = await this.#open()
    const from = fresh ? engine.db : engine.replica
    const query = CompiledQuery.raw(this.#statementFor(digests), [...digests]) as CompiledQuery<KeyRow>
    const { rows } = await engine.run(() => from.executeQuery(query))
    return firstOf(rows, digests)
  }

  #statementFor(digests: readonly string[]): string {
    let statement = this.#byDigest.get(digests.length)
    if (statement === undefined) {
      statement = compileByDigest(this.#engine.db, digests)
      this.#byDigest.set(digests.length, statement)
    }
    return statement
  }

  /** For channels: the engine, with its tables at the present version. */
  engine(): Promise<Engine> {
    return this.#open()
  }

  /** The engine, with its tables at the present version. */
  async #open(): Promise<Engine> {
    this.#checkClosed()
    if (this.#isOpen) return this.#engine
    // After a failure the next call tries again: a database may be down when the process starts.
    await this.#opening.run(() => this.#prepare())
    this.#checkClosed()
    return this.#engine
  }

  async #prepare(): Promise<void> {
    await this.#engine.check?.()
    if (this.#migrates) await migrateTables(this.#engine)
    this.#isOpen = !this.#isClosed
  }

  #checkClosed(): void {
    if (this.#isClosed) throw new Error('the store was closed')
  }
}

/**
 * Creates or upgrades the tables of a store, as the store does by itself unless it was made with `migrate: false`. Safe
 * when several processes do it at once; does nothing where the tables are at the present version.
 *
 * @param store made by `sqlite()`, `postgres()` or `mysql()`
 * @returns the versions before and after; 0 means that there were no tables
 * @throws {TypeError} when the store was made otherwise
 * @throws {Error} when the tables are of a later version than this package knows, or the database cannot be reached
 * @example
 * ```ts
 * import { migrate, sqlite } from '@bearward/sql'
 *
 * const { from, to } = await migrate(sqlite('keys.db', { migrate: false }))
 * ```
 */
export async function migrate(store: KeyStore): Promise<Migrated> {
  if (!(store instanceof SqlStore)) throw new TypeError('migrate: give a store made by sqlite(), postgres() or mysql()')
  return store.migrate()
}

/**
 * The version that the tables of a store are at; changes nothing. `SCHEMA_VERSION` is the one that this package works with.
 *
 * @param store made by `sqlite()`, `postgres()` or `mysql()`
 * @returns 0 when there are no tables
 * @throws {TypeError} when the store was made otherwise
 * @throws {Error} when the tables are of a later version than this package knows, or the database cannot be reached or read
 * @example
 * ```ts
 * import { sqlite, tableVersion } from '@bearward/sql'
 *
 * console.log(await tableVersion(sqlite('keys.db', { migrate: false })))
 * ```
 */
export async function tableVersion(store: KeyStore): Promise<number> {
  if (!(store instanceof SqlStore))
    throw new TypeError('tableVersion: give a store made by sqlite(), postgres() or mysql()')
  return presentVersion(store.bareEngine())
}

function compileByDigest(db: Kysely<Schema>, digests: readonly string[]): string {
  const keys = db.selectFrom('bearward_keys').selectAll()
  const [only = ''] = digests
  return (digests.length === 1 ? keys.where('digest', '=', only) : keys.where('digest', 'in', digests)).compile().sql
}

/** The key under the first of the digests that is taken; rows come in any order. */
function firstOf(rows: readonly KeyRow[], digests: readonly string[]): StoredKey | null {
  const keys = rows.map(keyOf)
  if (keys.length < 2) return keys[0] ?? null
  return keys.sort((one, other) => digests.indexOf(one.digest) - digests.indexOf(other.digest))[0] ?? null
}
