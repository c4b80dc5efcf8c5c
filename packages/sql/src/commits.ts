import type { Commit, CommitOutcome, NewAuditEntry, StoredKey } from '@bearward/keyring'
import type { Kysely } from 'kysely'
import type { Engine } from './engine.ts'
import { auditRowOf, rowOf, text } from './rows.ts'
import type { Schema } from './schema.ts'

/** What a notification may hold, in bytes; of more, it says that everything may have changed. */
const MAX_NOTIFICATION = 7000
/** Rows of one insert: databases bound the parameters of a statement. */
const ROWS_AT_ONCE = 100

/** Writes a commit in one transaction, or nothing. */
export async function writeCommit(engine: Engine, commit: Commit): Promise<CommitOutcome> {
  try {
    return await engine.transact(async (db) => {
      // Locked until the end: commits come one after the other, and so do their numbers.
      const sequence = await engine.advance(db, 'commits', commit.audit.length)
      await create(db, commit.create)
      await update(db, commit.update)
      await writeAudit(db, commit.audit, sequence)
      await announce(engine, db, commit, sequence)
      return { status: 'committed', sequence }
    })
  } catch (error) {
    if (error instanceof Refused) return error.outcome
    throw error
  }
}

/** Undoes a transaction that is refused, and carries the answer out of it. */
class Refused extends Error {
  readonly outcome: CommitOutcome

  constructor(outcome: CommitOutcome) {
    super(outcome.status)
    this.outcome = outcome
  }
}

async function create(db: Kysely<Schema>, keys: readonly StoredKey[]): Promise<void> {
  for (const some of chunks(keys)) {
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
  for (const some of chunks(keys)) await refuseTakenByOthers(db, some)
  for (const key of keys) {
    const { id, ...columns } = rowOf(key)
    const { numUpdatedRows } = await db
      .updateTable('bearward_keys')
      .set(columns)
      .where('id', '=', id)
      .where('version', '=', key.version - 1)
      .executeTakeFirstOrThrow()
    if (numUpdatedRows !== 1n) throw new Refused({ status: 'conflict', keyId: id })
  }
}

/** A key that takes another digest may meet a key that has it already. */
async function refuseTakenByOthers(db: Kysely<Schema>, keys: readonly StoredKey[]): Promise<void> {
  const idOf = new Map(keys.map(({ id, digest }) => [digest, id]))
  const holders = await db
    .selectFrom('bearward_keys')
    .select(['id', 'digest'])
    .where('digest', 'in', [...idOf.keys()])
    .execute()
  if (holders.some(({ id, digest }) => idOf.get(text(digest)) !== text(id)) || idOf.size < keys.length) {
    throw new Refused({ status: 'duplicate', field: 'digest' })
  }
}

async function writeAudit(db: Kysely<Schema>, entries: readonly NewAuditEntry[], last: number): Promise<void> {
  const first = last - entries.length + 1
  const rows = entries.map((entry, index) => auditRowOf(entry, first + index))
  for (const some of chunks(rows)) await db.insertInto('bearward_audit').values(some).execute()
}

async function announce(engine: Engine, db: Kysely<Schema>, commit: Commit, sequence: number): Promise<void> {
  const { invalidations, outbox } = commit
  if (invalidations.length === 0) return
  const written = JSON.stringify(invalidations)
  if (outbox) await db.insertInto('bearward_outbox').values({ sequence, invalidations: written }).execute()
  const told = new TextEncoder().encode(written).length > MAX_NOTIFICATION ? '["all"]' : written
  await engine.notify?.(db, `{"sequence":${sequence},"invalidations":${told}}`)
}

export function chunks<T>(rows: readonly T[]): T[][] {
  const all: T[][] = []
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) all.push(rows.slice(start, start + ROWS_AT_ONCE))
  return all
}
