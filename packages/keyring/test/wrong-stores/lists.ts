import type { StoredKey } from '../../src/key.ts'
import { isListed } from '../../src/listing.ts'
import type { KeyStore, ListQuery } from '../../src/store.ts'
import type { StoreFlaw } from './flaws.ts'

const EVERYTHING = { now: 0, limit: 10_000 } as const
const FRESH = { fresh: true } as const

export async function keysOf(store: KeyStore): Promise<StoredKey[]> {
  const all = await store.list(EVERYTHING)
  const keys = await Promise.all(all.map(async ({ digest }) => store.findByDigest([digest], FRESH)))
  return keys.filter((key) => key !== null)
}

function selected(right: KeyStore, choose: (keys: StoredKey[], query: ListQuery) => StoredKey[]): Partial<KeyStore> {
  return {
    async list(query) {
      const ids = choose(await keysOf(right), query).slice(0, query.limit)
      const rows = await Promise.all(ids.map(async ({ id }) => right.findById(id)))
      return rows.filter((row) => row !== null)
    },
  }
}

const PAGES = 'a list is newest first, and pages meet without gap or overlap'
const SEARCH =
  'a search finds what stands in name, id, owner or hint, ASCII letters in either case and all else as bytes'
const ENDING = 'keys that end are listed by their end, earliest first, without those that have ended for good'

export const listFlaws: readonly StoreFlaw[] = [
  {
    name: 'lists the oldest first',
    refusedBy: [PAGES],
    spoil: (right) => ({ list: async (query) => (await right.list(query)).toReversed() }),
  },
  {
    name: 'has a cursor that skips keys of one moment',
    refusedBy: [PAGES],
    spoil: (right) => ({
      list: (query) => right.list({ ...query, after: query.after && { ...query.after, id: '' } }),
    }),
  },
  {
    name: 'has a cursor that repeats keys of one moment',
    refusedBy: [PAGES],
    spoil: (right) => ({
      // More than one page of keys of one moment would never end.
      list: (query) => right.list({ ...query, after: query.after && { ...query.after, id: `${query.after.id}0` } }),
    }),
  },
  {
    name: 'selects owners by a collation that folds case',
    refusedBy: ['a list is selected by owner, environment and hint, compared byte for byte'],
    spoil: (right) =>
      selected(right, (keys, { owner, ...query }) =>
        keys.filter(
          (key) => isListed(key, query) && (owner === undefined || key.owner?.toLowerCase() === owner.toLowerCase()),
        ),
      ),
  },
  {
    name: 'takes a search for a pattern',
    refusedBy: [SEARCH],
    spoil: (right) =>
      selected(right, (keys, { search, ...query }) =>
        keys.filter((key) => isListed(key, query) && (search === undefined || patternOf(search).test(key.name))),
      ),
  },
  {
    name: 'folds the case of all letters in a search',
    refusedBy: [SEARCH],
    spoil: (right) =>
      selected(right, (keys, { search = '', ...query }) =>
        keys.filter((key) => isListed(key, query) && key.name.toLowerCase().includes(search.toLowerCase())),
      ),
  },
  {
    name: 'judges states by its own clock',
    refusedBy: ['a list by state judges every key at the given moment'],
    spoil: (right) => ({ list: (query) => right.list({ ...query, now: Date.now() }) }),
  },
  {
    name: 'lists keys that have ended among those that end',
    refusedBy: [ENDING],
    spoil: (right) => ({
      async listEnding({ until, limit }) {
        const ends = (key: StoredKey): number =>
          Math.min(key.expiresAt ?? Number.POSITIVE_INFINITY, key.graceEndsAt ?? Number.POSITIVE_INFINITY)
        const keys = (await keysOf(right)).filter((key) => ends(key) <= until)
        return keys.sort((one, other) => ends(one) - ends(other)).slice(0, limit)
      },
    }),
  },
  {
    name: 'announces a key again that was announced',
    refusedBy: [ENDING],
    spoil: (right) => ({ listEnding: (query) => right.listEnding({ ...query, unannounced: false }) }),
  },
]

/** As LIKE reads it. */
function patternOf(search: string): RegExp {
  const text = search.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(text.replaceAll('%', '.*').replaceAll('_', '.'), 'i')
}
