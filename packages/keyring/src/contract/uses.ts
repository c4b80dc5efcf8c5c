import { DAY } from '@bearward/core'
import { type KeyStore, MAX_ADDRESSES, USAGE_DAYS, type UsageDay, type Use, type UseOutcome } from '../store.ts'
import { expectEqual } from './expect.ts'
import type { StoreCase } from './harness.ts'
import { fill, NOW, revoked, sampleKey } from './sample.ts'

/** Outcomes with nothing new may be left out. */
function news(outcomes: readonly UseOutcome[]): unknown[] {
  return outcomes
    .filter(({ isFirst, isNewAddress }) => isFirst || isNewAddress)
    .toSorted((one, other) => (one.keyId < other.keyId ? -1 : 1))
    .map(({ keyId, isFirst, isNewAddress }) => [keyId, isFirst, isNewAddress])
}

async function daysOf(store: KeyStore, keyId: string, since: number): Promise<readonly UsageDay[]> {
  return (await store.usage(keyId, since)).days
}

async function addressesOf(store: KeyStore, keyId: string): Promise<unknown[]> {
  const { addresses } = await store.usage(keyId, 0)
  return addresses.map(({ address, lastUsedAt }) => [address, lastUsedAt])
}

export const usageCases: readonly StoreCase[] = [
  {
    name: 'a use is noted, and what was new about it is told',
    async run({ store }) {
      const [one, two] = [sampleKey(), sampleKey()]
      await fill(store, one, two)
      const use = { keyId: one.id, at: NOW, from: '192.0.2.1' }
      const both = [use, { keyId: two.id, at: NOW + 1, from: null }]
      const outcomes = news(await store.recordUse(both))
      const expected = [
        [one.id, true, true],
        [two.id, true, false],
      ].toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1))
      expectEqual(outcomes, expected, 'first uses')
      expectEqual(news(await store.recordUse([{ ...use, at: NOW + 5 }])), [], 'the same address')
      const other = { keyId: one.id, at: NOW + 6, from: '192.0.2.2' }
      expectEqual(news(await store.recordUse([other])), [[one.id, false, true]], 'another address')
      expectEqual(news(await store.recordUse([use])), [], 'the first address again')
      const found = await store.findById(one.id)
      expectEqual([found?.lastUsedAt, found?.lastUsedFrom], [NOW + 6, '192.0.2.2'], 'the latest use')
      const [listed] = (await store.list({ now: NOW, limit: 10 })).filter(({ id }) => id === two.id)
      expectEqual([listed?.lastUsedAt, listed?.lastUsedFrom], [NOW + 1, null], 'in a list')
    },
  },
  {
    name: 'an earlier use does not take the place of a later one',
    async run({ store }) {
      const key = sampleKey()
      await fill(store, key)
      await store.recordUse([{ keyId: key.id, at: NOW + 10, from: '::1' }])
      await store.recordUse([{ keyId: key.id, at: NOW, from: '::2' }])
      const between = await store.findById(key.id)
      expectEqual(
        [between?.lastUsedAt, between?.lastUsedFrom],
        [NOW + 10, '::1'],
        'the latest use after an earlier one',
      )
      await store.recordUse([{ keyId: key.id, at: NOW + 11, from: null }])
      const found = await store.findById(key.id)
      expectEqual([found?.lastUsedAt, found?.lastUsedFrom], [NOW + 11, '::1'], 'the latest use and the latest address')
    },
  },
  {
    name: 'the latest addresses are known, and older ones are new again',
    async run({ store }) {
      const key = sampleKey()
      await fill(store, key)
      for (let index = 0; index <= MAX_ADDRESSES; index++) {
        await store.recordUse([{ keyId: key.id, at: NOW + index, from: `192.0.2.${index}` }])
      }
      const again = async (index: number): Promise<unknown[]> =>
        news(await store.recordUse([{ keyId: key.id, at: NOW + 99, from: `192.0.2.${index}` }]))
      expectEqual(await again(MAX_ADDRESSES), [], 'the latest')
      expectEqual(await again(1), [], 'the earliest that is kept')
      expectEqual(await again(0), [[key.id, false, true]], 'the one before')
    },
  },
  {
    name: 'an address that is used again stays known',
    async run({ store }) {
      const key = sampleKey()
      await fill(store, key)
      const use = (from: string, at: number): Use => ({ keyId: key.id, at, from })
      await store.recordUse([use('::1', NOW)])
      for (let index = 1; index <= MAX_ADDRESSES; index++) {
        await store.recordUse([use('::1', NOW + index), use(`192.0.2.${index}`, NOW + index)])
      }
      expectEqual(news(await store.recordUse([use('::1', NOW + 99)])), [], 'the one that is always used')
      expectEqual(
        news(await store.recordUse([use('192.0.2.2', NOW + 99)])),
        [],
        'the earliest of the others that is kept',
      )
      expectEqual(news(await store.recordUse([use('192.0.2.1', NOW + 99)])), [[key.id, false, true]], 'the one before')
    },
  },
  {
    name: 'the addresses of a key are told with the time of their last use, the latest first',
    async run({ store }) {
      const [key, other] = [sampleKey(), sampleKey()]
      await fill(store, key, other)
      expectEqual(await addressesOf(store, key.id), [], 'a key that was not used')
      const use = (from: string | null, at: number): Use => ({ keyId: key.id, at, from })
      await store.recordUse([
        use('192.0.2.1', NOW + 1),
        use('2001:db8::1', NOW + 2),
        { ...use('::9', NOW), keyId: other.id },
      ])
      await store.recordUse([use(null, NOW + 9), use('192.0.2.3', NOW + 3)])
      await store.recordUse([use('192.0.2.1', NOW + 4), use('192.0.2.3', NOW)])
      const expected = [
        ['192.0.2.1', NOW + 4],
        ['192.0.2.3', NOW + 3],
        ['2001:db8::1', NOW + 2],
      ]
      expectEqual(await addressesOf(store, key.id), expected, 'the addresses')
      expectEqual(await addressesOf(store, other.id), [['::9', NOW]], 'those of another key')
      expectEqual(await addressesOf(store, 'key_nobody'), [], 'those of a key that is not there')
    },
  },
  {
    name: 'uses are counted by day, and the last 90 days are kept',
    async run({ store }) {
      const [key, other] = [sampleKey(), sampleKey()]
      await fill(store, key, other)
      const today = Math.floor(NOW / DAY)
      const use = (day: number, uses?: number): Use => ({ keyId: key.id, at: day * DAY + 1, from: null, uses })
      const yesterday = { keyId: other.id, at: today * DAY - 1, from: null, uses: 7 }
      await store.recordUse([use(today, 3), yesterday])
      await store.recordUse([use(today), use(today, 2)])
      await store.recordUse([use(today - USAGE_DAYS + 1, 4)])
      const before = { day: today - USAGE_DAYS + 1, uses: 4 }
      expectEqual(await daysOf(store, key.id, 0), [before, { day: today, uses: 6 }], 'all days')
      expectEqual(await daysOf(store, key.id, today), [{ day: today, uses: 6 }], 'the last day')
      expectEqual(await daysOf(store, other.id, 0), [{ day: today - 1, uses: 7 }], 'the other key')
      expectEqual(await daysOf(store, 'key_nobody', 0), [], 'a key that is not there')
      await store.recordUse([{ keyId: 'key_nobody', at: NOW, from: null, uses: 1 }])
      expectEqual(await daysOf(store, 'key_nobody', 0), [], 'a key that is still not there')
    },
  },
  {
    name: 'the use of a key that is not there is passed over',
    async run({ store }) {
      const key = sampleKey()
      await fill(store, key)
      const nobody = { keyId: 'key_nobody', at: NOW, from: '::1' }
      const outcomes = await store.recordUse([nobody, { keyId: key.id, at: NOW, from: null }])
      expectEqual(news(outcomes), [[key.id, true, false]], 'what was new')
      expectEqual(await store.findById('key_nobody'), null, 'the key that is not there')
      expectEqual(news(await store.recordUse([])), [], 'no use at all')
    },
  },
  {
    name: 'a use changes nothing of the key, and never brings back a revoked one',
    async run({ store }) {
      const key = sampleKey()
      await fill(store, key)
      await store.commit(revoked(key))
      await store.recordUse([{ keyId: key.id, at: NOW + 1, from: '::1' }])
      const found = await store.findById(key.id)
      expectEqual([found?.revokedAt, found?.version, found?.lastUsedAt], [NOW, 2, NOW + 1], 'the key')
      expectEqual((await store.audit({ limit: 10 })).length, 2, 'entries')
    },
  },
]
