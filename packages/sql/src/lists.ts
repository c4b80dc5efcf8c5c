import type { EndingQuery, ListPosition, ListQuery, StoredKey, Usage } from '@bearward/keyring'
import type { Kysely, SelectQueryBuilder } from 'kysely'
import type { Engine } from './engine.ts'
import { type JoinedUse, keyOf, keyWithUsageOf, text } from './rows.ts'
import type { KeyRow, Schema } from './schema.ts'
import { type Builder, beginsWith, chosen, type Part, partsOf, type Where } from './selection.ts'

/** Up to so many keys are got one by one and put in order here; of more, the keys are walked in their order. */
const FEW = 500

/** Keys joined with their use. */
export function keysWithUses(
  db: Kysely<Schema>,
): SelectQueryBuilder<Schema, 'bearward_keys' | 'bearward_key_uses', KeyRow & JoinedUse> {
  return db
    .selectFrom('bearward_keys')
    .leftJoin('bearward_key_uses', 'bearward_key_uses.key_id', 'bearward_keys.id')
    .selectAll('bearward_keys')
    .select(['bearward_key_uses.last_used_at', 'bearward_key_uses.last_used_from']) as never
}

/** A page of keys, newest first. Reads about as many rows as it answers, however many there are. */
export async function listKeys(engine: Engine, query: ListQuery): Promise<(StoredKey & Usage)[]> {
  const { hint = '', state, now, limit } = query
  const matching = chosen(query, engine.comparesPairs)
  const found = hint === '' ? undefined : await few(engine, beginsWith(hint))
  const pages: (StoredKey & Usage)[][] = []
  for (const part of partsOf(state, now)) {
    const ids = found ?? (part.rare === undefined ? undefined : await few(engine, part.rare))
    pages.push(await pageOf(engine, part, matching, ids, limit))
  }
  return pages.flat().sort(newestFirst).slice(0, limit)
}

/** Keys that are neither revoked nor ended and whose end has come, earliest first. */
export async function listEnding(engine: Engine, query: EndingQuery): Promise<StoredKey[]> {
  const { until, unannounced = false, limit } = query
  const column = unannounced ? 'announce_at' : 'ends_at'
  const rows = await engine.run((db) =>
    db
      .selectFrom('bearward_keys')
      .selectAll()
      .where(column, '<=', until)
      .orderBy(column)
      .orderBy('id')
      .limit(limit)
      .execute(),
  )
  return rows.map(keyOf)
}

/** Ids of all keys that meet a condition, unless there are many. */
async function few(engine: Engine, where: Where): Promise<string[] | undefined> {
  const rows = await engine.run((db) =>
    db
      .selectFrom('bearward_keys')
      .select('id')
      .where(where)
      .limit(FEW + 1)
      .execute(),
  )
  return rows.length > FEW ? undefined : rows.map(({ id }) => text(id))
}

async function pageOf(
  engine: Engine,
  part: Part,
  matching: Where,
  ids: readonly string[] | undefined,
  limit: number,
): Promise<(StoredKey & Usage)[]> {
  if (ids?.length === 0) return []
  const rows = await engine.run((db) => {
    const keys = keysWithUses(db).where((eb) => {
      const builder = eb as unknown as Builder
      return builder.and([part.where(builder), matching(builder)]) as never
    })
    if (ids !== undefined) return keys.where('bearward_keys.id', 'in', ids).execute()
    return keys.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute()
  })
  return rows.map(keyWithUsageOf)
}

/** The order of `list()`; ids are ASCII, so that `<` compares bytes. */
function newestFirst(one: ListPosition, other: ListPosition): number {
  if (one.createdAt !== other.createdAt) return other.createdAt - one.createdAt
  return one.id < other.id ? 1 : one.id > other.id ? -1 : 0
}
