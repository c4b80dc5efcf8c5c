import type { KeyStore, Use, UseOutcome } from '../../src/store.ts'
import type { StoreFlaw } from './flaws.ts'

/** Remembers every use as it came, and nothing of what `noteUse()` says. */
function latest(right: KeyStore): Map<string, Use> {
  const uses = new Map<string, Use>()
  const { recordUse } = right
  right.recordUse = async (given) => {
    for (const use of given) uses.set(use.keyId, use)
    return recordUse.call(right, given)
  }
  return uses
}

/** Writes the whole key back with its use, as it was when it was read. */
function writesKeyBack(right: KeyStore): Partial<KeyStore> {
  return {
    async recordUse(uses) {
      const outcomes = await right.recordUse(uses)
      for (const { keyId } of uses) {
        const row = await right.findById(keyId)
        if (row === null) continue
        const { lastUsedAt: _at, lastUsedFrom: _from, ...key } = row
        const update = [{ ...key, revokedAt: null, version: key.version + 1 }]
        await right.commit({ create: [], update, audit: [], invalidations: [], outbox: false })
      }
      return outcomes
    },
  }
}

export const useFlaws: readonly StoreFlaw[] = [
  {
    name: 'tells of nothing new',
    refusedBy: ['a use is noted, and what was new about it is told'],
    spoil: (right) => ({
      async recordUse(uses): Promise<readonly UseOutcome[]> {
        await right.recordUse(uses)
        return []
      },
    }),
  },
  {
    name: 'lets uses go backwards',
    refusedBy: ['an earlier use does not take the place of a later one'],
    spoil(right) {
      const uses = latest(right)
      return {
        recordUse: right.recordUse,
        async findById(id) {
          const row = await right.findById(id)
          return row === null ? null : { ...row, lastUsedAt: uses.get(id)?.at ?? row.lastUsedAt }
        },
      }
    },
  },
  {
    name: 'knows the last address alone',
    refusedBy: ['the latest addresses are known, and older ones are new again'],
    spoil(right) {
      const uses = latest(right)
      const { recordUse } = right
      return {
        async recordUse(given) {
          const before = new Map(given.map(({ keyId }) => [keyId, uses.get(keyId)?.from]))
          const outcomes = await recordUse.call(right, given)
          return outcomes.map((outcome, index) => ({
            ...outcome,
            isNewAddress: given[index]?.from !== null && before.get(outcome.keyId) !== given[index]?.from,
          }))
        },
      }
    },
  },
  {
    name: 'keeps addresses in the order of their first use',
    refusedBy: [
      'an address that is used again stays known',
      'the addresses of a key are told with the time of their last use, the latest first',
    ],
    spoil(right) {
      const known = new Map<string, Map<string, number>>()
      return {
        async recordUse(uses) {
          const outcomes = await right.recordUse(uses)
          const isNew = new Map<string, boolean>()
          for (const { keyId, from, at } of uses) {
            if (from === null) continue
            const addresses = known.get(keyId) ?? new Map<string, number>()
            known.set(keyId, addresses)
            isNew.set(keyId, !addresses.has(from))
            if (!addresses.has(from)) addresses.set(from, at)
            if (addresses.size > 16) addresses.delete([...addresses.keys()][0] ?? '')
          }
          return outcomes.map((each) => ({ ...each, isNewAddress: isNew.get(each.keyId) ?? each.isNewAddress }))
        },
        async usage(keyId, since) {
          const { days } = await right.usage(keyId, since)
          const addresses = [...(known.get(keyId) ?? [])].map(([address, lastUsedAt]) => ({ address, lastUsedAt }))
          return { days, addresses }
        },
      }
    },
  },
  {
    name: 'keeps a month of uses',
    refusedBy: ['uses are counted by day, and the last 90 days are kept'],
    spoil: (right) => ({
      async usage(keyId, since) {
        const { days, addresses } = await right.usage(keyId, since)
        return { days: days.slice(-1), addresses }
      },
    }),
  },
  {
    name: 'rejects the use of a key that is not there',
    refusedBy: ['the use of a key that is not there is passed over'],
    spoil: (right) => ({
      async recordUse(uses) {
        for (const { keyId } of uses) if ((await right.findById(keyId)) === null) throw new Error('foreign key')
        return right.recordUse(uses)
      },
    }),
  },
  {
    name: 'writes the whole key back with its use',
    refusedBy: [
      'a use changes nothing of the key, and never brings back a revoked one',
      'uses that race with a revocation do not undo it',
    ],
    spoil: writesKeyBack,
  },
]
