import type { StoredKey } from '../../src/key.ts'
import type { AuditQuery, KeyStore } from '../../src/store.ts'
import type { StoreFlaw } from './flaws.ts'
import { keysOf } from './lists.ts'

/** Writes every key as `change` makes it. */
function writing(right: KeyStore, change: (key: StoredKey) => StoredKey): Partial<KeyStore> {
  return {
    commit: (commit) =>
      right.commit({ ...commit, create: commit.create.map(change), update: commit.update.map(change) }),
  }
}

const BYTES = 'digests and ids are compared byte for byte'
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
]
