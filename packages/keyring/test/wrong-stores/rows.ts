import type { StoredKey } from '../../src/key.ts'
import { isListed } from '../../src/listing.ts'
import type { AuditQuery, KeyStore, ListQuery } from '../../src/store.ts'
import type { StoreFlaw } from './flaws.ts'

const EVERYTHING = { now: 0, limit: 10_000 } as const
const FRESH = { fresh: true } as const

async function keysOf(store: KeyStore): Promise<StoredKey[]> {
  const all = await store.list(EVERYTHING)
  const keys = await Promise.all(all.map(({ digest }) => store.findByDigest([digest], FRESH)))
  return keys.filter((key) => key !== null)
}

/** Writes every key as `change` makes it. */
function writing(right: KeyStore, change: (key: StoredKey) => StoredKey): Partial<KeyStore> {
  return {
    commit: (commit) =>
      right.commit({ ...commit, create: commit.create.map(change), update: commit.update.map(change) }),
  }
}

function selected(right: KeyStore, choose: (keys: StoredKey[], query: ListQuery) => StoredKey[]): Partial<KeyStore> {
  return {
    async list(query) {
      const ids = choose(await keysOf(right), query).slice(0, query.limit)
      const rows = await Promise.all(ids.map(({ id }) => right.findById(id)))
      return rows.filter((row) => row !== null)
    },
  }
}

const PAGES = 'a list is newest first, and pages meet without gap or overlap'
const SEARCH =
  'a search finds what stands in name, id, owner or hint, ASCII letters in either case and all else as bytes'
const BYTES = 'digests and ids are compared byte for byte'
const ENDING = 'keys that end are listed by their end, earliest first, without those that have ended for good'

export const rowFlaws: readonly StoreFlaw[] = [
  {
    name: 'rejects where there is no row',
    refusedBy: ['a missing row is null'],
    spoil: (right) => ({
      async findById(id) {
        const row = await right.findById(id)
        if (row === null) throw new Error('no row')
        return row
      },
    }),
  },
  {
    name: 'has no place for a link to the successor',
    refusedBy: ['every field of a key comes back as it was given'],
    spoil: (right) => writing(right, (key) => ({ ...key, rotatedTo: null })),
  },
  {
    name: 'updates only the fields that change often',
    refusedBy: ['every field of a key can be changed'],
    spoil: (right) => ({
      async commit(commit) {
        const update = await Promise.all(
          commit.update.map(async (key) => ({
            ...key,
            environment: (await right.findById(key.id))?.environment ?? null,
          })),
        )
        return right.commit({ ...commit, update })
      },
    }),
  },
  {
    name: 'keeps text of three bytes a character',
    refusedBy: ['text is bytes: nothing is trimmed, folded or taken for a command'],
    spoil: (right) => writing(right, (key) => ({ ...key, name: key.name.replace(/[\u{10000}-\u{10ffff}]/gu, '?') })),
  },
  {
    name: 'trims text',
    refusedBy: ['text is bytes: nothing is trimmed, folded or taken for a command'],
    spoil: (right) => writing(right, (key) => ({ ...key, name: key.name.trim() })),
  },
  {
    name: 'cuts long text',
    refusedBy: ['text of the greatest length comes back whole'],
    spoil: (right) => writing(right, (key) => ({ ...key, owner: key.owner?.slice(0, 191) ?? null })),
  },
  {
    name: 'keeps whole seconds',
    refusedBy: ['times come back to the millisecond'],
    spoil: (right) =>
      writing(right, (key) => ({
        ...key,
        disabledAt: key.disabledAt === null ? null : Math.floor(key.disabledAt / 1000) * 1000,
      })),
  },
  {
    name: 'compares digests by a collation that folds case',
    refusedBy: [BYTES],
    spoil: (right) => ({
      async findByDigest(digests, context) {
        const folded = digests.map((digest) => digest.toLowerCase())
        const twin = (await keysOf(right)).find(({ digest }) => folded.includes(digest.toLowerCase()))
        return right.findByDigest(twin === undefined ? digests : [twin.digest], context)
      },
    }),
  },
  {
    name: 'compares ids by a collation that pads with blanks',
    refusedBy: [BYTES],
    spoil: (right) => ({ findById: (id) => right.findById(id.trimEnd()) }),
  },
  {
    name: 'reads the first of several digests alone',
    refusedBy: ['of several digests the first that is taken leads to its key, in one read'],
    spoil: (right) => ({ findByDigest: (digests, context) => right.findByDigest(digests.slice(0, 1), context) }),
  },
  {
    name: 'still finds a key by the digest that it had',
    refusedBy: ['a key that is given another digest is found by that alone'],
    spoil(right) {
      const former = new Map<string, string>()
      return {
        async commit(commit) {
          for (const { id } of commit.update) former.set((await right.findById(id))?.digest ?? '', id)
          return right.commit(commit)
        },
        async findByDigest(digests, context) {
          const found = await right.findByDigest(digests, context)
          const id = former.get(digests[0] ?? '')
          const key = found === null && id !== undefined ? await right.findById(id) : null
          return key === null ? found : right.findByDigest([key.digest], context)
        },
      }
    },
  },
  {
    name: 'returns the object that it keeps',
    refusedBy: ['what was returned is a copy, and what was given is copied'],
    spoil(right) {
      const kept = new Map<string, StoredKey | null>()
      return {
        async findByDigest(digests, context) {
          const id = digests.join()
          if (!kept.has(id)) kept.set(id, await right.findByDigest(digests, context))
          return kept.get(id) ?? null
        },
      }
    },
  },
  {
    name: 'returns the entries that it keeps',
    refusedBy: ['what lists, the audit trail, the outbox and the record of use return are copies'],
    spoil(right) {
      const kept = new Map<string, ReturnType<KeyStore['audit']>>()
      const audit = (query: AuditQuery): ReturnType<KeyStore['audit']> => {
        const id = JSON.stringify(query)
        const entries = kept.get(id) ?? right.audit(query)
        kept.set(id, entries)
        return entries
      }
      return { audit }
    },
  },
  {
    name: 'reads a replica for `fresh`',
    refusedBy: ['a fresh read includes every commit that was acknowledged before it'],
    spoil(right) {
      const replica = new Map<string, StoredKey>()
      return {
        async findByDigest(digests, context) {
          const id = digests.join()
          const behind = replica.get(id)
          const row = await right.findByDigest(digests, context)
          if (row !== null) replica.set(id, row)
          return behind ?? row
        },
      }
    },
  },
  {
    name: 'writes an entry to see whether it is ready',
    refusedBy: [
      'a store that says when it is ready is so before its first use and after it, and changes nothing by saying it',
    ],
    spoil: (right) => ({
      async ready() {
        const [entry] = await right.audit({ limit: 1 })
        if (entry === undefined) return
        const { sequence: _, ...again } = entry
        await right.commit({ create: [], update: [], audit: [again], invalidations: [], outbox: false })
      },
    }),
  },
  {
    name: 'answers null once it is closed',
    refusedBy: ['closed means closed'],
    spoil: (right) => ({
      findByDigest: async (digests, context) => Promise.resolve(right.findByDigest(digests, context)).catch(() => null),
    }),
  },
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
