import { type EndingQuery, isListed, type ListQuery, newestFirst, type StoredKey, type Usage } from '@bearward/keyring'
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
  const hinted = hint === '' ? undefined : await few(engine, beginsWith(hint))
  const pages =
    hinted === undefined
      ? await Promise.all(partsOf(state, now).map((part) => pageOf(engine, part, query)))
      : [await selectFrom(engine, hinted, query)]
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

async function pageOf(engine: Engine, { where, rare }: Part, query: ListQuery): Promise<(StoredKey & Usage)[]> {
  const ids = rare === undefined ? undefined : await few(engine, rare)
  if (ids !== undefined) return selectFrom(engine, ids, query)
  const matching = chosen(query, engine)
  const rows = await engine.run((db) =>
    keysWithUses(db)
      .where((eb) => {
        const builder = eb as unknown as Builder
        return builder.and([where(builder), matching(builder)]) as never
      })
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(query.limit)
      .execute(),
  )
  return rows.map(keyWithUsageOf)
}

/** Those of a few keys that are listed. */
async function selectFrom(engine: Engine, ids: readonly string[], query: ListQuery): Promise<(StoredKey & Usage)[]> {
  if (ids.length === 0) return []
  const rows = await engine.run((db) => keysWithUses(db).where('bearward_keys.id', 'in', ids).execute())
  return rows.map(keyWithUsageOf).filter((key) => isListed(key, query))
}
