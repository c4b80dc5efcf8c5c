import { DAY } from '@bearward/core'
import { MAX_ADDRESSES, USAGE_DAYS, type UsageDay, type Use, type UseOutcome } from '@bearward/keyring'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import { chunks } from './commits.ts'
import type { Engine } from './engine.ts'
import { text, whole } from './rows.ts'
import type { Schema, UsageDayRow, UseRow } from './schema.ts'

interface Known {
  readonly at: number
  readonly from: string | null
  readonly addresses: readonly string[]
}

/** Notes uses in their own tables: no statement here writes to a key. */
export function writeUses(engine: Engine, uses: readonly Use[]): Promise<UseOutcome[]> {
  return engine.transact(async (db) => {
    // A lock of its own: uses wait for uses, and never for a change of a key.
    await engine.advance(db, 'uses', 1)
    const ids = [...new Set(uses.map(({ keyId }) => keyId))]
    const keys = await db.selectFrom('bearward_keys').select('id').where('id', 'in', ids).execute()
    const present = new Set(keys.map(({ id }) => text(id)))
    const known = await readUses(db, ids)
    const changed = new Map<string, Known>()
    const outcomes = uses.filter(({ keyId }) => present.has(keyId)).map((use) => note(use, known, changed))
    await replaceUses(engine, db, changed)
    await countUses(
      engine,
      db,
      uses.filter(({ keyId }) => present.has(keyId)),
    )
    return outcomes
  })
}

function note({ keyId, at, from }: Use, known: Map<string, Known>, changed: Map<string, Known>): UseOutcome {
  const before = known.get(keyId)
  const after = merge(before, at, from)
  known.set(keyId, after)
  changed.set(keyId, after)
  const isNewAddress = from !== null && !(before?.addresses.includes(from) ?? false)
  return { keyId, isFirst: before === undefined, isNewAddress }
}

function merge(before: Known | undefined, at: number, from: string | null): Known {
  const addresses = before?.addresses ?? []
  const isLatest = before === undefined || at >= before.at
  const isNew = from !== null && !addresses.includes(from)
  return {
    at: isLatest ? at : before.at,
    from: isLatest && from !== null ? from : (before?.from ?? null),
    addresses: isNew ? [...addresses, from].slice(-MAX_ADDRESSES) : addresses,
  }
}

async function readUses(db: Kysely<Schema>, ids: readonly string[]): Promise<Map<string, Known>> {
  const rows = await db.selectFrom('bearward_key_uses').selectAll().where('key_id', 'in', ids).execute()
  return new Map(
    rows.map((row) => [
      text(row.key_id),
      {
        at: whole(row.last_used_at),
        from: row.last_used_from === null ? null : text(row.last_used_from),
        addresses: JSON.parse(text(row.addresses)) as string[],
      },
    ]),
  )
}

/** Whole rows take the place of those that are there: nobody else writes uses meanwhile. */
async function replaceUses(engine: Engine, db: Kysely<Schema>, changed: ReadonlyMap<string, Known>): Promise<void> {
  const rows: UseRow[] = [...changed].map(([key_id, { at, from, addresses }]) => ({
    key_id,
    last_used_at: at,
    last_used_from: from,
    addresses: JSON.stringify(addresses),
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

export async function readUsage(db: Kysely<Schema>, keyId: string, sinceDay: number): Promise<UsageDay[]> {
  const rows = await db
    .selectFrom('bearward_usage_days')
    .select(['day', 'uses'])
    .where('key_id', '=', keyId)
    .where('day', '>=', sinceDay)
    .orderBy('day')
    .execute()
  return rows.map(({ day, uses }) => ({ day: whole(day), uses: whole(uses) }))
}
