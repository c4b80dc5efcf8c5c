import { setImmediate } from 'node:timers/promises'
import {
  type EndingQuery,
  isListed,
  type ListPosition,
  type ListQuery,
  newestFirst,
  type StoredKey,
  type Usage,
} from '@bearward/keyring'
import type { Kysely, SelectQueryBuilder } from 'kysely'
import type { Engine } from './engine.ts'
import { type JoinedUse, keyOf, keyWithUsageOf, text, whole } from './rows.ts'
import type { KeyRow, Schema } from './schema.ts'
import { all, type Builder, beginsWith, chosen, holding, type Part, partsOf, placed, type Where } from './selection.ts'

/** Up to so many keys are got one by one and put in order here; of more, the keys are walked in their order. */
const FEW = 500
/** Keys that one statement of a search looks at. */
const STRETCH = 1000

/** Keys joined with their use. Under other names, because SQLite knows no `schema.table.*`. */
export function keysWithUses(
  db: Kysely<Schema>,
): SelectQueryBuilder<Schema, 'bearward_keys' | 'bearward_key_uses', KeyRow & JoinedUse> {
  return db
    .selectFrom('bearward_keys as keys')
    .leftJoin('bearward_key_uses as uses', 'uses.key_id', 'keys.id')
    .selectAll('keys')
    .select(['uses.last_used_at', 'uses.last_used_from']) as never
}

/** A page of keys, newest first. Reads about as many rows as it answers, however many there are, but for a search. */
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
  if ((query.search ?? '') !== '') return searchAll(engine, where, query)
  return walk(engine, all(where, chosen(query, engine)), query.limit)
}

/** The first keys that meet a condition, newest first. */
async function walk(engine: Engine, where: Where, limit: number): Promise<(StoredKey & Usage)[]> {
  const rows = await engine.run((db) =>
    keysWithUses(db)
      .where((eb) => where(eb as unknown as Builder) as never)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .execute(),
  )
  return rows.map(keyWithUsageOf)
}

/** Looks at all keys, if need be, stretch by stretch: no statement takes long, and SQLite's lets others have their turn. */
async function searchAll(engine: Engine, where: Where, query: ListQuery): Promise<(StoredKey & Usage)[]> {
  const { search = '', limit } = query
  const holds = holding(search, engine)
  const found: (StoredKey & Usage)[] = []
  for (let { after } = query; ; await setImmediate()) {
    const matching = all(where, chosen({ ...query, after }, engine))
    const end = await endOfStretch(engine, matching)
    const stretch = end === undefined ? matching : all(matching, placed('>=', end, engine.comparesPairs))
    found.push(...(await walk(engine, all(stretch, holds), limit - found.length)))
    if (end === undefined || found.length >= limit) return found
    after = end
  }
}

/** The last of the keys that are looked at together; `undefined` when there are not so many. */
async function endOfStretch(engine: Engine, where: Where): Promise<ListPosition | undefined> {
  const row = await engine.run((db) =>
    db
      .selectFrom('bearward_keys')
      .select(['created_at', 'id'])
      .where(where)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(1)
      .offset(STRETCH - 1)
      .executeTakeFirst(),
  )
  return row && { createdAt: whole(row.created_at), id: text(row.id) }
}

/** Those of a few keys that are listed. */
async function selectFrom(engine: Engine, ids: readonly string[], query: ListQuery): Promise<(StoredKey & Usage)[]> {
  if (ids.length === 0) return []
  const rows = await engine.run((db) => keysWithUses(db).where('id', 'in', ids).execute())
  return rows.map(keyWithUsageOf).filter((key) => isListed(key, query))
}
