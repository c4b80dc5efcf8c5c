import { checksum } from '@bearward/core/formats'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  betterAuthKeys,
  drfKeys,
  githubStyleTokens,
  keypalKeys,
  plainKeys,
  prefixedApiKeys,
  sanctumTokens,
  unkeyKeys,
} from '../src/index.ts'
import { IMPORTS, importVector, setUp, VECTORS } from './support.ts'

const bearer = (token: string): string => `Bearer ${token}`
const base58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

const text = (characters: string, minLength: number, maxLength = minLength): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...characters.split('')), minLength, maxLength })

/** Tokens of each shape that nobody issued. */
const BAD: Readonly<Record<string, fc.Arbitrary<string>>> = {
  unkey: text(base58, 16, 60).map((body) => `acme_${body}`),
  'better-auth': text(base62.slice(10), 64).map((body) => `acme_${body}`),
  keypal: text(base62, 32).map((body) => `sk_live_${body}`),
  'prefixed-api-key': fc.tuple(text(base58, 8), text(base58, 24)).map(([short, long]) => `my_company_${short}_${long}`),
  sanctum: fc.tuple(fc.nat(), text(base62, 40)).map(([id, secret]) => `${id}|${secret}`),
  'sanctum without id': text(base62, 40),
  drf: fc.tuple(text(base62, 8), text(base62, 32)).map(([prefix, secret]) => `${prefix}.${secret}`),
  github: text(base62, 30).map((random) => `ghp_${random}${checksum(random)}`),
  plain: text('0123456789abcdef', 40),
}

describe('a bad key', () => {
  test.each(Object.entries(BAD))(
    'of the shape of %s costs one lookup, among keys of all systems',
    async (_name, shape) => {
      const world = setUp()
      // One row of each system; two of them are of one token.
      for (const vector of VECTORS) await importVector(world, vector).catch(() => {})
      const verifier = world.keyring.verifier({ cache: false })
      await fc.assert(
        fc.asyncProperty(shape, async (token) => {
          world.lookups.length = 0
          const verdict = await verifier.verify(bearer(token))
          expect(verdict.ok || verdict.denial.code).toBe('invalid')
          expect(world.lookups.length).toBe(1)
          expect(world.lookups[0]?.[0]).toMatch(/^[0-9a-f]{64}$/)
          expect(world.lookups[0]?.length).toBeGreaterThan(1)
        }),
        { numRuns: 30 },
      )
    },
  )

  test('of no shape costs none', async () => {
    const { keyring, lookups } = setUp()
    const verifier = keyring.verifier({ cache: false })
    for (const token of [
      'x',
      'acme_short',
      'acme_8DfbjXLth7APvt3qQPgt0',
      '42|abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123eb0f0e41',
      'ghp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq18',
      'abcdefgh.ABCDEFGHIJKLMNOPQRSTUVWXYZ01234-',
      '|abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123',
      `${'a'.repeat(37)}|abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123`,
    ]) {
      expect((await verifier.verify(bearer(token))).ok, token).toBe(false)
    }
    expect(lookups).toEqual([])
  })
})

describe('what leaked of a table', () => {
  test.each(VECTORS)('of $name is refused as a key, and finds nothing', async (vector) => {
    const world = setUp()
    await importVector(world, vector)
    const verifier = world.keyring.verifier({ cache: false })
    const columns = Object.values(vector.row).filter((value) => typeof value === 'string')
    const [, stored = ''] = vector.stored.split(':')
    const found: (string | null)[] = []
    for (const leaked of [vector.stored, stored, `42|${stored}`, `ghp_${stored}`, ...columns.map(String)]) {
      const verdict = await verifier.verify(bearer(leaked))
      expect(verdict.ok, leaked).toBe(false)
    }
    for (const digests of world.lookups) {
      const holder = await world.store.findByDigest([...digests], { fresh: true })
      found.push(holder?.id ?? null)
    }
    expect(found.filter((id) => id !== null)).toEqual([])
  })
})

describe('shapes', () => {
  test('are told apart by prefix, length, alphabet and checksum, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (token) => {
        for (const format of IMPORTS) expect(typeof format.recognises(token)).toBe('boolean')
      }),
    )
  })

  test('of a vector are recognised, and not with a character more, less or changed at either end', () => {
    for (const { token, name } of VECTORS) {
      const recognising = IMPORTS.filter((format) => format.recognises(token))
      expect(recognising.length, name).toBeGreaterThan(0)
      expect(recognising.every(({ maxLength }) => token.length <= maxLength)).toBe(true)
      for (const near of [`${token}~`, `~${token}`, `${token.slice(0, -1)}~`, token.slice(0, 12)]) {
        // Any text is a prefix to `prefixedApiKeys()` without one.
        const others = IMPORTS.filter((format) => format.name !== 'prefixed-api-key' && format.recognises(near))
        expect(
          others.map((format) => format.name),
          near,
        ).toEqual([])
      }
    }
  })

  test('of prefixed-api-key are read from the right', async () => {
    const format = prefixedApiKeys({ prefix: 'my_company' })
    const token = 'my_company_BRTRKFsL_51FwqftsmMDHHbJAMEXXHCgG'
    expect(format.recognises(token)).toBe(true)
    expect(format.recognises(token.replace('my_', 'our_'))).toBe(false)
    expect(await format.digests(token)).toEqual(['d70d981d87b449c107327c2a2afbf00d4b58070d6ba571aac35d7ea3e7c79f37'])
    expect(prefixedApiKeys().recognises('_BRTRKFsL_51FwqftsmMDHHbJAMEXXHCgG')).toBe(false)
  })

  test('of Sanctum are bound to their id', async () => {
    const format = sanctumTokens()
    const secret = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123'
    const [one] = await format.digests(`42|${secret}`)
    const [other] = await format.digests(`43|${secret}`)
    const [bare] = await format.digests(secret)
    expect(new Set([one, other, bare]).size).toBe(3)
    expect(bare).toMatch(/^:[0-9a-f]{64}$/)
    expect(format.recognises(secret + secret)).toBe(true)
    expect(format.recognises(`42|${secret}00000000`)).toBe(false)
  })

  test('without options are those without a prefix', () => {
    expect(unkeyKeys().recognises('8DfbjXLth7APvt3qQPgtf')).toBe(true)
    expect(unkeyKeys().recognises('acme_8DfbjXLth7APvt3qQPgtf')).toBe(false)
    expect(betterAuthKeys().recognises('a'.repeat(64))).toBe(true)
    expect(betterAuthKeys({ length: 32 }).recognises('a'.repeat(64))).toBe(false)
    expect(keypalKeys().recognises('a'.repeat(32))).toBe(true)
  })

  test('keypal may use SHA-512', async () => {
    const [digest] = await keypalKeys({ algorithm: 'sha512', salt: 'pepper1' }).digests('a'.repeat(32))
    expect(digest).toMatch(/^[0-9a-f]{128}$/)
    const [plain] = await keypalKeys({ algorithm: 'sha512' }).digests('a'.repeat(32))
    expect(plain).not.toBe(digest)
  })
})

describe('options', () => {
  const cases: readonly [string, () => unknown][] = [
    ['unkeyKeys prefix', () => unkeyKeys({ prefix: 7 as never })],
    ['unkeyKeys prefix', () => unkeyKeys({ prefix: [] })],
    ['betterAuthKeys length', () => betterAuthKeys({ length: 3 })],
    ['keypalKeys salt', () => keypalKeys({ salt: 7 as never })],
    ['keypalKeys algorithm', () => keypalKeys({ algorithm: 'md5' as never })],
    ['prefixedApiKeys shortTokenLength', () => prefixedApiKeys({ shortTokenLength: 0 })],
    ['prefixedApiKeys longTokenLength', () => prefixedApiKeys({ longTokenLength: 1.5 })],
    ['sanctumTokens tokenPrefix', () => sanctumTokens({ tokenPrefix: 'ä' })],
    ['drfKeys maxConcurrent', () => drfKeys({ maxConcurrent: 0 })],
    ['drfKeys maxWaiting', () => drfKeys({ maxWaiting: -1 })],
    ['githubStyleTokens prefix', () => githubStyleTokens({ prefix: 'a b' })],
    ['plainKeys pattern', () => plainKeys({ pattern: /a/g })],
    ['plainKeys pattern', () => plainKeys(undefined as never)],
    ['plainKeys maxLength', () => plainKeys({ pattern: /a/, maxLength: 1 })],
  ]
  test.each(cases)('%s is checked', (named, make) => {
    const [maker = '', option = ''] = named.split(' ')
    expect(make).toThrow(new RegExp(`^${maker}: option \`${option}\``))
  })
})
