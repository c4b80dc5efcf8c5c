import type {
  AuditEntry,
  AuditQuery,
  Commit,
  CommitOutcome,
  EndingQuery,
  KeyStore,
  ListQuery,
  NewAuditEntry,
  OutboxEntry,
  ReadContext,
  StoredKey,
  Usage,
  Use,
  UseOutcome,
} from '@bearward/keyring'
import { type Kysely, sql } from 'kysely'
import type { Engine } from './engine.ts'
import { migrateTables } from './migrations.ts'
import { auditEntryOf, auditRowOf, keyOf, keyWithUsageOf, outboxEntryOf, rowOf, text, whole } from './rows.ts'
import type { Schema } from './schema.ts'
import { ending, listed } from './selection.ts'
import { writeUses } from './uses.ts'

/** What a notification may hold; of more, it says that everything may have changed. */
const MAX_NOTIFICATION = 7000
/** Rows of one insert: databases bound the parameters of a statement. */
const ROWS_AT_ONCE = 100

/** Keys in a database, whichever it is. */
export class SqlStore implements KeyStore {
  readonly #engine: Engine
  readonly #migrates: boolean
  #ready: Promise<void> | undefined
  #isClosed = false

  constructor(engine: Engine, migrates: boolean) {
    this.#engine = engine
    this.#migrates = migrates
  }

  async findByDigest(digest: string, { fresh }: ReadContext): Promise<StoredKey | null> {
    const { db, replica } = await this.#open()
    const from = fresh ? db : replica
    const row = await from.selectFrom('bearward_keys').selectAll().where('digest', '=', digest).executeTakeFirst()
    return row === undefined ? null : keyOf(row)
  }

  async findById(id: string): Promise<(StoredKey & Usage) | null> {
    const { db } = await this.#open()
    const row = await keysWithUses(db).where('id', '=', id).executeTakeFirst()
    return row === undefined ? null : keyWithUsageOf(row)
  }

  async list(query: ListQuery): Promise<readonly (StoredKey & Usage)[]> {
    const { db } = await this.#open()
    const rows = await keysWithUses(db)
      .where((eb) => listed(eb as never, query))
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(query.limit)
      .execute()
    return rows.map(keyWithUsageOf)
  }

  async listEnding(query: EndingQuery): Promise<readonly StoredKey[]> {
    const { db } = await this.#open()
    const rows = await db
      .selectFrom('bearward_keys')
      .selectAll()
      .where((eb) => ending(eb, query))
      .orderBy('ends_at')
      .orderBy('id')
      .limit(query.limit)
      .execute()
    return rows.map(keyOf)
  }

  async commit(commit: Commit): Promise<CommitOutcome> {
    const engine = await this.#open()
    try {
      return await engine.transact(async (db) => {
        // Locked until the end: commits come one after the other, and so do their numbers.
        const sequence = await advance(db, 'commits', commit.audit.length)
        await create(db, commit.create)
        await update(db, commit.update)
        await writeAudit(db, commit.audit, sequence)
        await this.#announce(db, commit, sequence)
        return { status: 'committed', sequence }
      })
    } catch (error) {
      if (error instanceof Refused) return error.outcome
      throw error
    }
  }

  async audit(query: AuditQuery): Promise<readonly AuditEntry[]> {
    const { keyId, owner, actor, action, before, limit } = query
    const { db } = await this.#open()
    let entries = db.selectFrom('bearward_audit').selectAll()
    if (keyId !== undefined) entries = entries.where('key_id', '=', keyId)
    if (owner !== undefined) entries = entries.where('owner', '=', owner)
    if (actor !== undefined) entries = entries.where('actor', '=', actor)
    if (action !== undefined) entries = entries.where('action', '=', action)
    if (before !== undefined) entries = entries.where('sequence', '<', before)
    return (await entries.orderBy('sequence', 'desc').limit(limit).execute()).map(auditEntryOf)
  }

  async recordUse(uses: readonly Use[]): Promise<readonly UseOutcome[]> {
    if (uses.length === 0) return []
    const engine = await this.#open()
    return engine.transact(async (db) => {
      // A lock of its own: uses wait for uses, and never for a change of a key.
      await advance(db, 'uses', 1)
      return writeUses(db, uses)
    })
  }

  async outbox(query: { remove?: readonly number[]; limit: number }): Promise<readonly OutboxEntry[]> {
    const { remove = [], limit } = query
    const { db } = await this.#open()
    if (remove.length > 0) await db.deleteFrom('bearward_outbox').where('sequence', 'in', remove).execute()
    const rows = await db.selectFrom('bearward_outbox').selectAll().orderBy('sequence').limit(limit).execute()
    return rows.map(outboxEntryOf)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#engine.close()
  }

  /** Brings the tables to the present version, whatever the options say. */
  async migrate(): Promise<void> {
    if (this.#isClosed) throw new Error('the store was closed')
    await migrateTables(this.#engine)
  }

  /** The engine, with its tables at the present version. */
  async #open(): Promise<Engine> {
    if (this.#isClosed) throw new Error('the store was closed')
    if (this.#migrates) {
      this.#ready ??= migrateTables(this.#engine).catch((error: unknown) => {
        // The next call tries again: a database may be down when the process starts.
        this.#ready = undefined
        throw error
      })
      await this.#ready
    }
    return this.#engine
  }

  async #announce(db: Kysely<Schema>, { invalidations, outbox }: Commit, sequence: number): Promise<void> {
    if (invalidations.length === 0) return
    const written = JSON.stringify(invalidations)
    if (outbox) await db.insertInto('bearward_outbox').values({ sequence, invalidations: written }).execute()
    const told = written.length > MAX_NOTIFICATION ? '["all"]' : written
    await this.#engine.notify?.(db, `{"sequence":${sequence},"invalidations":${told}}`)
  }
}

/**
 * Creates or upgrades the tables of a store, as the store does by itself unless it was made with `migrate: false`. Safe when
 * several processes do it at once; does nothing where the tables are at the present version.
 *
 * @param store made by `sqlite()`, `postgres()` or `mysql()`
 * @throws {TypeError} when it was not
 * @throws {Error} when the tables are of a later version than this package knows
 * @example
 * ```ts
 * import { migrate, sqlite } from '@bearward/sql'
 *
 * await migrate(sqlite('keys.db', { migrate: false }))
 * ```
 */
export async function migrate(store: KeyStore): Promise<void> {
  if (!(store instanceof SqlStore)) throw new TypeError('migrate: give a store made by sqlite(), postgres() or mysql()')
  await store.migrate()
}

/** Undoes a transaction that is refused, and carries the answer out of it. */
class Refused extends Error {
  readonly outcome: CommitOutcome

  constructor(outcome: CommitOutcome) {
    super(outcome.status)
    this.outcome = outcome
  }
}

function keysWithUses(db: Kysely<Schema>) {
  return db
    .selectFrom('bearward_keys')
    .leftJoin('bearward_key_uses', 'bearward_key_uses.key_id', 'bearward_keys.id')
    .selectAll('bearward_keys')
    .select(['bearward_key_uses.last_used_at', 'bearward_key_uses.last_used_from'])
}

/** @returns the counter's value after it was advanced; its row is locked until the transaction ends */
async function advance(db: Kysely<Schema>, name: string, by: number): Promise<number> {
  await db
    .updateTable('bearward_counters')
    .set({ value: sql<number>`value + ${sql.lit(by)}` })
    .where('name', '=', name)
    .execute()
  const { value } = await db
    .selectFrom('bearward_counters')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  return whole(value)
}

async function create(db: Kysely<Schema>, keys: readonly StoredKey[]): Promise<void> {
  for (let start = 0; start < keys.length; start += ROWS_AT_ONCE) {
    const some = keys.slice(start, start + ROWS_AT_ONCE)
    await refuseTaken(db, some)
    await db.insertInto('bearward_keys').values(some.map(rowOf)).execute()
  }
}

/** Asked rather than read out of an error: every driver words its own, and PostgreSQL's ends the transaction. */
async function refuseTaken(db: Kysely<Schema>, keys: readonly StoredKey[]): Promise<void> {
  const ids = keys.map(({ id }) => id)
  const digests = keys.map(({ digest }) => digest)
  const taken = await db
    .selectFrom('bearward_keys')
    .select('id')
    .where((eb) => eb.or([eb('id', 'in', ids), eb('digest', 'in', digests)]))
    .execute()
  const isIdTaken = new Set(ids).size < ids.length || taken.some(({ id }) => ids.includes(text(id)))
  if (isIdTaken) throw new Refused({ status: 'duplicate', field: 'id' })
  if (taken.length > 0 || new Set(digests).size < digests.length) {
    throw new Refused({ status: 'duplicate', field: 'digest' })
  }
}

async function update(db: Kysely<Schema>, keys: readonly StoredKey[]): Promise<void> {
  for (const key of keys) {
    const { id, digest: _digest, ...columns } = rowOf(key)
    const { numUpdatedRows } = await db
      .updateTable('bearward_keys')
      .set(columns)
      .where('id', '=', id)
      .where('version', '=', key.version - 1)
      .executeTakeFirstOrThrow()
    if (numUpdatedRows !== 1n) throw new Refused({ status: 'conflict', keyId: id })
  }
}

async function writeAudit(db: Kysely<Schema>, entries: readonly NewAuditEntry[], last: number): Promise<void> {
  const first = last - entries.length + 1
  const rows = entries.map((entry, index) => auditRowOf(entry, first + index))
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    await db
      .insertInto('bearward_audit')
      .values(rows.slice(start, start + ROWS_AT_ONCE))
      .execute()
  }
}
