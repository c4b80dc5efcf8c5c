import { DAY } from '@bearward/core'
import {
  type AddressUse,
  type KeyUses,
  noteUse,
  USAGE_DAYS,
  type Use,
  type UseOutcome,
  type UseRecord,
} from '@bearward/keyring'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import { chunks } from './commits.ts'
import type { Engine } from './engine.ts'
import { text, textOrNull, whole } from './rows.ts'
import type { Schema, UsageDayRow, UseRow } from './schema.ts'

/** Notes uses in their own tables: no statement here writes to a key. */
export function writeUses(engine: Engine, uses: readonly Use[]): Promise<UseOutcome[]> {
  return engine.transact(async (db) => {
    // A lock of its own: uses wait for uses, and never for a change of a key.
    await engine.advance(db, 'uses', 1)
    const ids = [...new Set(uses.map(({ keyId }) => keyId))]
    const keys = await db.selectFrom('bearward_keys').select('id').where('id', 'in', ids).execute()
    const present = new Set(keys.map(({ id }) => text(id)))
    const known = await readUses(db, ids)
    const changed = new Map<string, UseRecord>()
    const noted = uses.filter(({ keyId }) => present.has(keyId))
    const outcomes = noted.map((use) => {
      const { record, outcome } = noteUse(changed.get(use.keyId) ?? known.get(use.keyId), use)
      changed.set(use.keyId, record)
      return outcome
    })
    await replaceUses(engine, db, changed)
    await countUses(engine, db, noted)
    return outcomes
  })
}

async function readUses(db: Kysely<Schema>, ids: readonly string[]): Promise<Map<string, UseRecord>> {
  const rows = await db.selectFrom('bearward_key_uses').selectAll().where('key_id', 'in', ids).execute()
  return new Map(rows.map((row) => [text(row.key_id), recordOf(row)]))
}

function recordOf(row: UseRow): UseRecord {
  return {
    lastUsedAt: whole(row.last_used_at),
    lastUsedFrom: textOrNull(row.last_used_from),
    addresses: addressesOf(text(row.addresses)),
  }
}

/**
 * An address that stands alone was written down before its time was. What cannot be read is left out, and written over by
 * the next use.
 */
function addressesOf(json: string): AddressUse[] {
  try {
    return (JSON.parse(json) as unknown[]).map(addressOf).reverse()
  } catch {
    return []
  }
}

/** @throws {TypeError} when it is neither an address nor an address with a time */
function addressOf(written: unknown): AddressUse {
  const [address, lastUsedAt] = typeof written === 'string' ? [written, null] : (written as unknown[])
  return { address: text(address), lastUsedAt: lastUsedAt === null ? null : whole(lastUsedAt) }
}

function written(addresses: readonly AddressUse[]): string {
  const oldestFirst = addresses.toReversed()
  return JSON.stringify(
    oldestFirst.map(({ address, lastUsedAt }) => (lastUsedAt === null ? address : [address, lastUsedAt])),
  )
}

/** Whole rows take the place of those that are there: nobody else writes uses meanwhile. */
async function replaceUses(engine: Engine, db: Kysely<Schema>, changed: ReadonlyMap<string, UseRecord>): Promise<void> {
  const rows: UseRow[] = [...changed].map(([key_id, { lastUsedAt, lastUsedFrom, addresses }]) => ({
    key_id,
    last_used_at: lastUsedAt,
    last_used_from: lastUsedFrom,
    addresses: written(addresses),
  }))
  const columns = ['last_used_at', 'last_used_from', 'addresses'] as const
  for (const some of chunks(rows)) {
    const insert = db.insertInto('bearward_key_uses').values(some)
    const replace =
      engine.name === 'mysql'
        ? insert.onDuplicateKeyUpdate(Object.fromEntries(columns.map((name) => [name, sql`values(${sql.ref(name)})`])))
        : insert.onConflict((conflict) =>
            conflict
              .column('key_id')
              .doUpdateSet((eb) => Object.fromEntries(columns.map((name) => [name, eb.ref(`excluded.${name}`)]))),
          )
    await replace.execute()
  }
}

/** Adds up what there may be already, and drops the days that need not be kept of the keys concerned. */
async function countUses(engine: Engine, db: Kysely<Schema>, uses: readonly Use[]): Promise<void> {
  const rows = new Map<string, UsageDayRow>()
  for (const { keyId, at, uses: count = 1 } of uses) {
    const day = Math.floor(at / DAY)
    const name = `${day} ${keyId}`
    rows.set(name, { key_id: keyId, day, uses: (rows.get(name)?.uses ?? 0) + count })
  }
  const sum = (added: RawBuilder<number>) => ({ uses: sql<number>`bearward_usage_days.uses + ${added}` })
  for (const some of chunks([...rows.values()])) {
    const insert = db.insertInto('bearward_usage_days').values(some)
    const add =
      engine.name === 'mysql'
        ? insert.onDuplicateKeyUpdate(sum(sql`values(uses)`))
        : insert.onConflict((conflict) => conflict.columns(['key_id', 'day']).doUpdateSet(sum(sql`excluded.uses`)))
    await add.execute()
    const earliest = Math.min(...some.map(({ day }) => day))
    await db
      .deleteFrom('bearward_usage_days')
      .where(
        'key_id',
        'in',
        some.map(({ key_id }) => key_id),
      )
      .where('day', '<=', earliest - USAGE_DAYS)
      .execute()
  }
}

export async function readUsage(engine: Engine, keyId: string, sinceDay: number): Promise<KeyUses> {
  const days = await engine.run((db) =>
    db
      .selectFrom('bearward_usage_days')
      .select(['day', 'uses'])
      .where('key_id', '=', keyId)
      .where('day', '>=', sinceDay)
      .orderBy('day')
      .execute(),
  )
  const records = await engine.run((db) => readUses(db, [keyId]))
  return {
    days: days.map(({ day, uses }) => ({ day: whole(day), uses: whole(uses) })),
    addresses: records.get(keyId)?.addresses ?? [],
  }
}
