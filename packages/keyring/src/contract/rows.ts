import { auditOf } from '../audit.ts'
import { TEXT_LIMITS } from '../input.ts'
import type { StoredKey } from '../key.ts'
import { next } from '../lifecycle.ts'
import type { KeyStore } from '../store.ts'
import { expectEqual } from './expect.ts'
import type { StoreCase } from './harness.ts'
import { changed, fill, issued, NEVER_USED, NOW, sampleKey } from './sample.ts'

const FRESH = { fresh: true } as const

/** Text that a collation, a driver or a query may lose something of. */
const TEXTS = [
  '',
  ' blanks around ',
  'Ünïcödé, 鍵, 🔑',
  '\'; DROP TABLE keys; -- " ` \\ %_',
  'line\nbreak\ttab',
  '{"json": [1, null]}',
  '$1 ? :name @p',
]

/** A key with every field set to something that could be lost. */
const FULL: StoredKey = sampleKey({
  secretHash: 'django:pbkdf2_sha256$260000$NaCl1234abcd$Wa8lzZLU5SdNRhVhwwVKxqyXtM6Wiu9RCGGGyarGO3w=',
  scopes: ['posts:read', 'posts:write', '*', '__proto__'],
  metadata: { team: 'Ünï 🔑', nested: { list: [1, 2.5, null, true, 'a'], empty: {} }, quote: '\'"\\' },
  notBefore: 0,
  expiresAt: 8_640_000_000_000_000,
  disabledAt: NOW + 0.0,
  revokedAt: NOW + 1,
  endedAt: NOW + 2,
  announcedAt: NOW + 3,
  rotatedFrom: 'key_before',
  rotatedTo: 'key_after',
  graceEndsAt: NOW - 1,
  endsPredecessor: true,
  version: 1,
})

const BARE: StoredKey = sampleKey({ name: '', owner: null, environment: null, scopes: [], metadata: {} })

export async function expectStored(store: KeyStore, key: StoredKey): Promise<void> {
  expectEqual(await store.findByDigest([key.digest], FRESH), key, 'findByDigest')
  expectEqual(await store.findById(key.id), { ...key, ...NEVER_USED }, 'findById')
}

export const rowCases: readonly StoreCase[] = [
  {
    name: 'a missing row is null',
    async run({ store }) {
      expectEqual(await store.findByDigest(['d'.repeat(64)], FRESH), null, 'findByDigest')
      expectEqual(await store.findByDigest(['d'.repeat(64)], { fresh: false }), null, 'findByDigest, not fresh')
      expectEqual(await store.findById('key_nobody'), null, 'findById')
      expectEqual(await store.list({ now: NOW, limit: 10 }), [], 'list')
      expectEqual(await store.audit({ limit: 10 }), [], 'audit')
    },
  },
  {
    name: 'every field of a key comes back as it was given',
    async run({ store }) {
      for (const key of [FULL, BARE]) {
        await fill(store, key)
        await expectStored(store, key)
      }
    },
  },
  {
    name: 'every field of a key can be changed',
    async run({ store }) {
      const key = { ...BARE, id: FULL.id, createdAt: FULL.createdAt }
      await fill(store, key)
      const full = { ...FULL, version: 2 }
      await store.commit(changed(full, auditOf('updated', key, full, NOW, {})))
      await expectStored(store, full)
      const back = next({ ...key, version: 2 }, {})
      await store.commit(changed(back, auditOf('updated', full, back, NOW, {})))
      await expectStored(store, back)
    },
  },
  {
    name: 'text is bytes: nothing is trimmed, folded or taken for a command',
    async run({ store }) {
      for (const text of TEXTS) {
        const key = sampleKey({ name: text, owner: text || 'none', hint: `hint ${text}`, metadata: { [text]: text } })
        await fill(store, key)
        await expectStored(store, key)
        const found = await store.list({ owner: key.owner ?? '', now: NOW, limit: 10 })
        expectEqual(
          found.map(({ id }) => id),
          [key.id],
          'list by owner',
        )
      }
    },
  },
  {
    name: 'digests and ids are compared byte for byte',
    async run({ store }) {
      const key = sampleKey({ id: 'key_Abc', digest: 'unkey:AbC+/=' })
      await fill(store, key)
      for (const digest of ['unkey:abc+/=', 'UNKEY:ABC+/=', 'unkey:AbC+/= ', 'unkey:ÁbC+/=', 'unkey:AbC+/', '%', '']) {
        expectEqual(await store.findByDigest([digest], FRESH), null, `findByDigest(${digest})`)
      }
      for (const id of ['key_abc', 'KEY_ABC', 'key_Abc ', 'key_%']) {
        expectEqual(await store.findById(id), null, `findById(${id})`)
      }
      const twins = ['key_abc', 'key_ABC', 'key_Abc2'].map((id) => sampleKey({ id, digest: `unkey:${id}` }))
      expectEqual((await store.commit(issued(...twins))).status, 'committed', 'keys that differ in case alone')
    },
  },
  {
    name: 'of several digests the first that is taken leads to its key, in one read',
    async run({ store }) {
      const [one, two] = [sampleKey({ digest: 'unkey:AbC+/=' }), sampleKey()]
      await fill(store, one, two)
      const unknown = 'e'.repeat(64)
      const found = async (...digests: string[]) => (await store.findByDigest(digests, FRESH))?.id ?? null
      expectEqual(await found(unknown, one.digest), one.id, 'the second of two')
      expectEqual(await found(one.digest, unknown, two.digest), one.id, 'the first of three')
      expectEqual(await found(two.digest, unknown, one.digest), two.id, 'the same three in another order')
      expectEqual(await found(two.digest, two.digest), two.id, 'the same one twice')
      expectEqual(await found(unknown, 'unkey:abc+/=', `${two.digest} `), null, 'none')
    },
  },
  {
    name: 'a key that is given another digest is found by that alone',
    async run({ store }) {
      const [key, other] = [sampleKey({ digest: 'unkey:AbC+/=' }), sampleKey()]
      await fill(store, key, other)
      const after = next(key, { digest: 'a'.repeat(64) })
      const taken = next(key, { digest: other.digest })
      const entry = auditOf('redigested', key, after, NOW, {})
      expectEqual(await store.commit(changed(taken, entry)), { status: 'duplicate', field: 'digest' }, 'a taken digest')
      await expectStored(store, key)
      expectEqual((await store.commit(changed(after, entry))).status, 'committed', 'a new digest')
      await expectStored(store, after)
      expectEqual(await store.findByDigest([key.digest], FRESH), null, 'the old digest')
      await fill(store, sampleKey({ digest: key.digest }))
      expectEqual((await store.findByDigest([key.digest], FRESH))?.owner, 'acct_1', 'the old digest, taken by another')
    },
  },
  {
    name: 'text of the greatest length comes back whole',
    async run({ store }) {
      const long = (character: string, units: number): string => character.repeat(Math.floor(units / character.length))
      for (const character of ['x', '鍵', '🔑']) {
        const key = sampleKey({
          name: long(character, TEXT_LIMITS.name),
          owner: long(character, TEXT_LIMITS.owner),
          hint: long('x', TEXT_LIMITS.hint),
          scopes: Array.from({ length: 100 }, (_, index) => String(index).padStart(TEXT_LIMITS.scope, 's')),
          metadata: { text: long(character, 1000) },
        })
        const by = { actor: long(character, TEXT_LIMITS.actor), reason: long(character, TEXT_LIMITS.reason) }
        const entry = auditOf('issued', undefined, key, NOW, by)
        await store.commit({ ...issued(key), audit: [entry] })
        await expectStored(store, key)
        const [found] = await store.audit({ keyId: key.id, limit: 1 })
        expectEqual([found?.actor, found?.reason, found?.owner], [by.actor, by.reason, key.owner], 'the entry')
      }
    },
  },
  {
    name: 'times come back to the millisecond',
    async run({ store }) {
      const times = { notBefore: NOW + 1, expiresAt: NOW + 999, disabledAt: NOW + 501, revokedAt: NOW + 7 }
      const key = sampleKey({ ...times, endedAt: NOW + 123, announcedAt: NOW + 499, graceEndsAt: NOW + 500 })
      await store.commit({ ...issued(key), audit: [auditOf('issued', undefined, key, NOW + 333, {})] })
      await store.recordUse([{ keyId: key.id, at: NOW + 667, from: '::1' }])
      expectEqual(await store.findByDigest([key.digest], FRESH), key, 'findByDigest')
      expectEqual((await store.findById(key.id))?.lastUsedAt, NOW + 667, 'the latest use')
      expectEqual((await store.audit({ limit: 1 }))[0]?.at, NOW + 333, 'the time of the entry')
      expectEqual((await store.usage(key.id, 0)).addresses[0]?.lastUsedAt, NOW + 667, 'the use of the address')
    },
  },
]
