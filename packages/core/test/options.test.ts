import { describe, expect, it } from 'vitest'
import { hmacSha256 } from '../src/digest.ts'
import { localChannel } from '../src/local-channel.ts'
import { checkOptions, type VerifierOptions } from '../src/options.ts'
import type { KeyRecord } from '../src/record.ts'
import { anyToken, keyFormat } from '../src/token.ts'
import { createVerifier } from '../src/verifier.ts'

const resolve = () => null
const format = keyFormat({ prefix: 'acme' })
type Options = VerifierOptions<KeyRecord, string>

describe('defaults', () => {
  it('are those that are documented', () => {
    expect(checkOptions({ resolve })).toMatchObject({
      oneQuery: false,
      formats: [],
      cache: undefined,
      deadlineMs: 5000,
      realm: 'api',
      maxTokenLength: 512,
      scopePatterns: false,
      credentials: { bearer: true, basic: false },
      accept: undefined,
    })
    expect(checkOptions({ resolve }).digest.older).toEqual([])
  })

  it('stand in for undefined', () => {
    const names = [
      'oneQuery',
      'format',
      'digest',
      'cache',
      'deadlineMs',
      'realm',
      'maxTokenLength',
      'scopes',
      'scopePatterns',
      'credentials',
      'secretHash',
      'accept',
      'clock',
    ]
    const {
      digest: _,
      secretHash: __,
      ...settings
    } = checkOptions({ resolve, ...Object.fromEntries(names.map((name) => [name, undefined])) })
    expect(checkOptions({ resolve })).toMatchObject(settings)
  })
})

describe('bounds', () => {
  it.each([
    [{ deadlineMs: 1 }],
    [{ deadlineMs: 600_000 }],
    [{ maxTokenLength: 16 }],
    [{ maxTokenLength: 8192 }],
    [{ cache: { max: 1, maxStalenessMs: 1 } }],
    [{ cache: { max: 0, channel: localChannel({ leaseMs: 100 }), maxAgeMs: 1 } }],
    [{ cache: { max: 1, channel: localChannel({ leaseMs: 60_000 }), maxAgeMs: 86_400_000 } }],
    [{ cache: { max: 10_000_000, maxStalenessMs: 86_400_000 } }],
    [{ format, maxTokenLength: format.maxLength }],
    [{ format: [format, anyToken()] }],
    [{ scopes: ['a', 'b:*', '*'] }],
    [{ scopes: [] }],
    [{ realm: '' }],
    [{ credentials: {} }],
    [{ credentials: { bearer: false, basic: true } }],
    [{ credentials: { header: "!#$%&'*+-.^_`|~X9", query: 'key' } }],
  ])('themselves can be used: %j', (options) => {
    expect(checkOptions({ resolve, ...options } as Options)).toMatchObject({ resolve })
  })
})

describe('an option that cannot be used throws a TypeError that names it', () => {
  const numbers = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '1', null, 1n, true, {}]
  const cases: [name: string, options: unknown][] = [
    ...[undefined, null, 1, 'x'].map((options): [string, unknown] => ['options must be an object', options]),
    ...[undefined, null, 'x', {}].map((value): [string, unknown] => ['`resolve`', { resolve: value }]),
    ['`resolver`', { resolve, resolver: resolve }],
    ['`realms`', { resolve, realms: undefined }],
    ...['sha256', null, {}, { digest: () => '' }, { digest: () => '', older: 'x' }, () => ''].map(
      (digest): [string, unknown] => ['`digest`', { resolve, digest }],
    ),
    ...[...numbers, 600_001].map((deadlineMs): [string, unknown] => ['`deadlineMs`', { resolve, deadlineMs }]),
    ...[...numbers, 15, 8193].map((maxTokenLength): [string, unknown] => [
      '`maxTokenLength`',
      { resolve, maxTokenLength },
    ]),
    ['`maxTokenLength`', { resolve, format, maxTokenLength: format.maxLength - 1 }],
    ['`maxTokenLength`', { resolve, format: [anyToken(), format], maxTokenLength: format.maxLength - 1 }],
    ...[null, 'acme', [], {}, [format, null], [format, {}], format.parse, /a/].map((value): [string, unknown] => [
      '`format`',
      { resolve, format: value },
    ]),
    ...[null, true, 1000, 'x', () => 1].map((cache): [string, unknown] => ['`cache`', { resolve, cache }]),
    ['`maxStalenessMs`', { resolve, cache: {} }],
    ['`maxStalenessMs`', { resolve, cache: { max: 10 } }],
    ['`channel`', { resolve, cache: { max: 10, maxStalenessMs: 10, channel: localChannel() } }],
    ['`cache.channel`', { resolve, cache: { max: 10, channel: {} } }],
    ['`cache.channel`', { resolve, cache: { max: 10, channel: null } }],
    ['`cache.max`', { resolve, cache: { channel: localChannel() } }],
    ['`cache.maxAgeMs`', { resolve, cache: { max: 10, maxStalenessMs: 10, maxAgeMs: 10 } }],
    ...[...numbers, 99, 60_001, undefined].map((leaseMs): [string, unknown] => [
      '`cache.channel.leaseMs`',
      { resolve, cache: { max: 10, channel: { ...localChannel(), leaseMs } } },
    ]),
    ...[...numbers, 86_400_001].map((maxAgeMs): [string, unknown] => [
      '`cache.maxAgeMs`',
      { resolve, cache: { max: 1, channel: localChannel(), maxAgeMs } },
    ]),
    ['`cache.max`', { resolve, cache: { maxStalenessMs: 10 } }],
    ['`ttl`', { resolve, cache: { max: 10, ttl: 10 } }],
    ...[...numbers, 86_400_001].map((maxStalenessMs): [string, unknown] => [
      '`cache.maxStalenessMs`',
      { resolve, cache: { max: 1, maxStalenessMs } },
    ]),
    ...[...numbers, 10_000_001].map((max): [string, unknown] => [
      '`cache.max`',
      { resolve, cache: { max, maxStalenessMs: 1 } },
    ]),
    ...['a\n', 'é', '\0', 1, null, {}].map((realm): [string, unknown] => ['`realm`', { resolve, realm }]),
    ...['posts:read', null, {}, [1], ['a b'], [''], ['a"'], ['a', 'é'], new Set(['a'])].map(
      (scopes): [string, unknown] => ['`scopes`', { resolve, scopes }],
    ),
    ...[0, 1, 'true', null].map((scopePatterns): [string, unknown] => ['`scopePatterns`', { resolve, scopePatterns }]),
    ...[true, 'x', null, {}].map((accept): [string, unknown] => ['`accept`', { resolve, accept }]),
    ...[null, 1, {}, { now: () => 0 }, { monotonic: () => 0 }, Date].map((clock): [string, unknown] => [
      '`clock`',
      { resolve, clock },
    ]),
    ...[null, {}, 'scrypt', () => true].map((secretHash): [string, unknown] => [
      '`secretHash`',
      { resolve, secretHash },
    ]),
    ...[null, 'basic', 1].map((credentials): [string, unknown] => ['`credentials`', { resolve, credentials }]),
    ['`cookie`', { resolve, credentials: { cookie: 'x' } }],
    ...[0, 'true', null].map((bearer): [string, unknown] => [
      '`credentials.bearer`',
      { resolve, credentials: { bearer } },
    ]),
    ...[0, 'true', null].map((basic): [string, unknown] => [
      '`credentials.basic`',
      { resolve, credentials: { basic } },
    ]),
    ...['', 'a b', 'a:', 'é', 'X\n', 1, null, true, 'Authorization', 'AUTHORIZATION'].map(
      (header): [string, unknown] => ['`credentials.header`', { resolve, credentials: { header } }],
    ),
    ...['', 1, null, true].map((query): [string, unknown] => [
      '`credentials.query`',
      { resolve, credentials: { query } },
    ]),
    ['`credentials` leaves no source', { resolve, credentials: { bearer: false } }],
    ['`credentials` leaves no source', { resolve, credentials: { bearer: false, basic: false } }],
  ]

  it.each(cases.map(([name, options], index) => [index, name, options] as const))('%i: %s', (_index, name, options) => {
    const make = () => createVerifier(options as Options)
    expect(make).toThrow(TypeError)
    expect(make).toThrow(/^createVerifier: /)
    expect(make).toThrow(name)
  })
})

describe('options, once checked', () => {
  it('are frozen, and nothing was written to what was given', () => {
    const given = Object.freeze({
      resolve,
      format: Object.freeze([format]),
      cache: Object.freeze({ max: 1, maxStalenessMs: 1 }),
      credentials: Object.freeze({ basic: true }),
      digest: hmacSha256({ peppers: Object.freeze({ a: 'x'.repeat(32) }), current: 'a' }),
      scopes: Object.freeze(['a']),
    })
    const settings = checkOptions(given)
    for (const part of [settings, settings.formats, settings.cache, settings.credentials]) {
      expect(Object.isFrozen(part)).toBe(true)
    }
  })

  it('do not follow what is written to them later', () => {
    const formats = [format]
    const cache = { max: 1, maxStalenessMs: 1 }
    const credentials = { bearer: true, basic: false }
    const settings = checkOptions({ resolve, format: formats, cache, credentials })
    formats.pop()
    cache.maxStalenessMs = 86_400_000
    credentials.basic = true
    expect(settings.formats).toEqual([format])
    expect(settings.cache).toEqual({ max: 1, maxStalenessMs: 1, channel: undefined })
    expect(settings.credentials).toEqual({ bearer: true, basic: false })
  })
})
