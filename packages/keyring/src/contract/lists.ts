import { KEY_STATES, type KeyState, type StoredKey } from '../key.ts'
import type { KeyStore, ListQuery } from '../store.ts'
import { expectEqual, expectTrue } from './expect.ts'
import type { StoreCase } from './harness.ts'
import { fill, issued, NOW, sampleKey } from './sample.ts'

async function idsOf(store: KeyStore, query: Partial<ListQuery>): Promise<string[]> {
  return (await store.list({ now: NOW, limit: 100, ...query })).map(({ id }) => id)
}

/** Keys in each state at `NOW`; some states can come about in several ways. */
const BY_STATE: Readonly<Record<KeyState, readonly Partial<StoredKey>[]>> = {
  scheduled: [{ notBefore: NOW + 1 }, { notBefore: NOW + 1, rotatedTo: 'key_x', graceEndsAt: NOW + 9 }],
  active: [{}, { notBefore: NOW }, { expiresAt: NOW + 1 }],
  retiring: [{ rotatedTo: 'key_x', graceEndsAt: NOW + 1 }],
  disabled: [{ disabledAt: NOW - 1 }, { disabledAt: NOW + 5, notBefore: NOW + 5 }],
  expired: [{ expiresAt: NOW }, { expiresAt: NOW - 9, endedAt: NOW - 1 }, { expiresAt: NOW, disabledAt: NOW }],
  retired: [
    { rotatedTo: 'key_x', graceEndsAt: NOW },
    { rotatedTo: 'key_x', graceEndsAt: NOW + 9, endedAt: NOW - 5 },
    { rotatedTo: 'key_x', graceEndsAt: NOW - 1, expiresAt: NOW + 1 },
  ],
  revoked: [{ revokedAt: NOW + 100 }, { revokedAt: 1, expiresAt: NOW - 1, endedAt: NOW, disabledAt: NOW }],
}

export const listCases: readonly StoreCase[] = [
  {
    name: 'a list is newest first, and pages meet without gap or overlap',
    async run({ store }) {
      const keys = Array.from({ length: 23 }, (_, index) =>
        // Several of one moment, whose order is that of their ids.
        sampleKey({ id: `key_${(index * 7) % 23}`, createdAt: NOW + Math.floor(index / 5) }),
      )
      await store.commit(issued(...keys))
      const expected = keys
        .toSorted((one, other) => other.createdAt - one.createdAt || (one.id < other.id ? 1 : -1))
        .map(({ id }) => id)
      expectEqual(await idsOf(store, {}), expected, 'one page')
      const paged: string[] = []
      for (let after: ListQuery['after']; ; ) {
        expectTrue(paged.length <= expected.length, 'pages of four: expected each key once, got more than there are')
        const page = await store.list({ after, now: NOW, limit: 4 })
        paged.push(...page.map(({ id }) => id))
        const last = page.at(-1)
        if (last === undefined) break
        after = { createdAt: last.createdAt, id: last.id }
      }
      expectEqual(paged, expected, 'pages of four')
    },
  },
  {
    name: 'a list is selected by owner, environment and hint, compared byte for byte',
    async run({ store }) {
      const one = sampleKey({ owner: 'acct_a', environment: 'live', hint: 'acme_live_AbCd…' })
      const two = sampleKey({ owner: 'acct_A', environment: 'test', hint: 'acme_test_AbCd…' })
      const three = sampleKey({ owner: 'acct_a ', environment: 'live', hint: 'acme_live_abcd…' })
      const four = sampleKey({ owner: null, environment: null, hint: 'acme%live_AbCd…' })
      await fill(store, one, two, three, four)
      expectEqual(await idsOf(store, { owner: 'acct_a' }), [one.id], 'by owner')
      expectEqual(await idsOf(store, { owner: 'acct_a ' }), [three.id], 'by an owner that ends in a blank')
      expectEqual(await idsOf(store, { environment: 'live' }), [three.id, one.id], 'by environment')
      expectEqual(await idsOf(store, { hint: 'acme_live_AbCd' }), [one.id], 'by hint')
      expectEqual(await idsOf(store, { hint: 'acme_live_A' }), [one.id], 'by the beginning of a hint')
      expectEqual(await idsOf(store, { hint: 'acme%' }), [four.id], 'by a hint that looks like a pattern')
      expectEqual(await idsOf(store, { hint: '' }), [four.id, three.id, two.id, one.id], 'by nothing')
      expectEqual(await idsOf(store, { owner: 'acct_a', environment: 'test' }), [], 'by two that do not meet')
    },
  },
  {
    name: 'a search finds what stands in name, id, owner or hint, ASCII letters in either case and all else as bytes',
    async run({ store }) {
      const NAMES = {
        plain: 'Nightly Build',
        accent: 'CAFÉ Ünïcödé ΣΊΣΥΦΟΣ שלום',
        // Two bytes of its three are those of `é`, but for what would be a change of case in Latin letters.
        three: '\u{3a40} \u{212a}elvin İ ẞ',
        pair: 'key 🔑 of 鍵',
        pattern: '100% of a_b \\ [x] * \'"',
      }
      const keys = Object.fromEntries(
        Object.entries(NAMES).map(([name, text], index) => [
          name,
          sampleKey({ id: `K${index}_x`, name: text, owner: null, hint: `acme_live_Ab${index}Z…` }),
        ]),
      ) as Record<keyof typeof NAMES, StoredKey>
      const owned = sampleKey({ id: 'key_owned', name: '', owner: 'Acct_Ü7' })
      await fill(store, ...Object.values(keys), owned)
      const found = (search: string, query: Partial<ListQuery> = {}): Promise<string[]> =>
        idsOf(store, { search, ...query })
      const { plain, accent, three, pair, pattern } = keys

      for (const text of ['nightly', 'Y BU', 'NIGHTLY BUILD', 'k0_X', 'live_aB0z']) {
        expectEqual(await found(text), [plain.id], text)
      }
      for (const text of ['acct_Ü7', 'ACCT', 'Ü7']) expectEqual(await found(text), [owned.id], text)
      for (const text of ['café'.toUpperCase(), 'cafÉ', 'Ünïcödé', 'ΣΥΦ', 'לום']) {
        expectEqual(await found(text), [accent.id], text)
      }
      for (const text of ['café', 'ünï', 'acct_ü7', 'σ', 'kelvin', 'i\u0307', 'ß', 'cafe', '\u{10}']) {
        expectEqual(await found(text), [], text)
      }
      expectEqual(await found('\u{3a40}'), [three.id], 'a character of three bytes')
      expectEqual(await found('é'), [accent.id], 'a character whose bytes are nearly within it')
      expectEqual(await found('🔑'), [pair.id], 'a character of four bytes')
      expectEqual(await found('鍵'), [pair.id], 'the end of a name')
      for (const text of ['%', '100%', 'a_b', '\\', '[x]', '*', '\'"', ' \\ ']) {
        expectEqual(await found(text), [pattern.id], text)
      }
      for (const text of ['1%f', 'axb', '%%', '.', 'acme%', '\\%']) expectEqual(await found(text), [], text)
      expectEqual(await found('_live_ab', { limit: 2 }), [pattern.id, pair.id], 'a page')
      expectEqual(await found('_live_ab', { limit: 2, after: pair }), [three.id, accent.id], 'the page after it')
      expectEqual(await found('live', { owner: 'acct_1' }), [], 'with an owner')
      expectEqual(await found('Ü', { owner: 'Acct_Ü7', state: 'active' }), [owned.id], 'with an owner and a state')
      expectEqual(await found('live', { state: 'revoked' }), [], 'with a state that no key is in')
      expectEqual(await found('b1', { hint: 'acme_live_A' }), [accent.id], 'with a hint')
      expectEqual((await found('')).length, 6, 'nothing')
    },
  },
  {
    name: 'a list by state judges every key at the given moment',
    async run({ store }) {
      const expected = new Map<KeyState, string[]>()
      for (const state of KEY_STATES) {
        const keys = BY_STATE[state].map((changes) => sampleKey(changes))
        await fill(store, ...keys)
        expected.set(state, keys.map(({ id }) => id).toReversed())
      }
      for (const state of KEY_STATES) expectEqual(await idsOf(store, { state }), expected.get(state), state)
      const [first] = expected.get('active') ?? []
      expectEqual((await idsOf(store, { state: 'expired', now: NOW + 1 })).includes(first ?? ''), true, 'a tick later')
    },
  },
  {
    name: 'keys that end are listed by their end, earliest first, without those that have ended for good',
    async run({ store }) {
      const soon = sampleKey({ expiresAt: NOW + 20 })
      const grace = sampleKey({ expiresAt: NOW + 90, rotatedTo: 'key_x', graceEndsAt: NOW + 10 })
      const announced = sampleKey({ expiresAt: NOW + 30, announcedAt: NOW })
      const disabled = sampleKey({ expiresAt: NOW + 40, disabledAt: NOW })
      const later = sampleKey({ expiresAt: NOW + 51 })
      const over = [
        sampleKey({ expiresAt: NOW, revokedAt: NOW }),
        sampleKey({ expiresAt: NOW, endedAt: NOW }),
        sampleKey(),
      ]
      await fill(store, later, disabled, announced, soon, grace, ...over)
      const ending = async (query: { until: number; unannounced?: boolean; limit: number }): Promise<string[]> =>
        (await store.listEnding(query)).map(({ id }) => id)
      const all = [grace.id, soon.id, announced.id, disabled.id]
      expectEqual(await ending({ until: NOW + 50, limit: 10 }), all, 'until a moment')
      expectEqual(await ending({ until: NOW + 50, limit: 2 }), all.slice(0, 2), 'two of them')
      const unannounced = [grace.id, soon.id, disabled.id]
      expectEqual(await ending({ until: NOW + 50, unannounced: true, limit: 10 }), unannounced, 'unannounced')
      expectEqual(await ending({ until: NOW + 10, limit: 10 }), [grace.id], 'the moment itself belongs to it')
      expectEqual((await store.listEnding({ until: NOW + 10, limit: 1 }))[0], grace, 'the whole key')
    },
  },
]
