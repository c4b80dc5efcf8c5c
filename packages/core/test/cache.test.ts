import { describe, expect, test } from 'vitest'
import { type Moments, RecordCache, type Remembered } from '../src/cache.ts'
import type { BoundedCacheOptions } from '../src/cache-options.ts'
import { DAY, MINUTE } from '../src/clock.ts'
import { sha256 } from '../src/digest.ts'
import type { CacheOutcome } from '../src/events.ts'
import { targetOf } from '../src/invalidation.ts'
import type { KeyRecord } from '../src/record.ts'
import { idKeyFormat } from '../src/token.ts'
import { createVerifier, type Verifier } from '../src/verifier.ts'
import { ManualClock } from './manual-clock.ts'

function entry(digest: string, readAt: Moments, facts: Partial<Remembered> = {}): Remembered {
  const read = { readAtWall: readAt.wall, readAtMonotonic: readAt.monotonic }
  return { digest, foundBy: digest, id: `id_${digest}`, owner: 'acct_1', ...read, ...facts }
}

function setUp(limits: Partial<BoundedCacheOptions> = {}, hasOtherDigests = false) {
  const clock = new ManualClock()
  const cache = new RecordCache<Remembered>({ max: 3, maxStalenessMs: MINUTE, ...limits }, clock, hasOtherDigests)
  const moments = (): Moments => cache.moments()
  const get = (digest: string) => cache.get(digest, clock.now(), clock.monotonic())
  return { clock, cache, get, moments }
}

describe('bounds', () => {
  test('holds `max` records and forgets the one used longest ago', () => {
    const { cache, moments, get } = setUp()
    for (const digest of ['a', 'b', 'c']) cache.remember(entry(digest, moments()))
    expect(get('a')).toBeDefined()
    cache.remember(entry('d', moments()))
    expect(['a', 'b', 'c', 'd'].filter((digest) => get(digest) !== undefined)).toEqual(['a', 'c', 'd'])
  })

  test('a flood of unknown digests drives out no record, and is bounded itself', () => {
    const { cache, moments, get } = setUp()
    for (const digest of ['a', 'b', 'c']) cache.remember(entry(digest, moments()))
    for (let count = 0; count < 100; count++) cache.rememberUnknown(`unknown_${count}`, moments())
    expect(['a', 'b', 'c'].filter((digest) => get(digest) !== undefined)).toEqual(['a', 'b', 'c'])
    const left = Array.from({ length: 100 }, (_, count) => count).filter((count) => get(`unknown_${count}`))
    expect(left).toEqual([97, 98, 99])
  })

  test('unknown digests get at most ten thousand places, however large the cache is', () => {
    const { cache, moments, get } = setUp({ max: 20_000 })
    for (let count = 0; count < 10_001; count++) cache.rememberUnknown(`unknown_${count}`, moments())
    expect(get('unknown_0')).toBeUndefined()
    expect(get('unknown_1')).toBeDefined()
  })

  test('a digest is either a record or unknown', () => {
    const { cache, moments, get } = setUp()
    cache.rememberUnknown('a', moments())
    cache.remember(entry('a', moments()))
    expect(get('a')).toMatchObject({ id: 'id_a' })
    cache.rememberUnknown('a', moments())
    expect(get('a')).toMatchObject({ unknown: true })
  })
})

describe('age', () => {
  for (const kind of ['record', 'unknown'] as const) {
    const remember = (cache: RecordCache<Remembered>, readAt: Moments) =>
      kind === 'record' ? cache.remember(entry('a', readAt)) : cache.rememberUnknown('a', readAt)

    test(`${kind}: counts from the beginning of the read`, () => {
      const { clock, cache, moments, get } = setUp()
      const readAt = moments()
      clock.advance(MINUTE - 1)
      remember(cache, readAt)
      expect(get('a')).toBeDefined()
      clock.advance(1)
      expect(get('a')).toBeUndefined()
    })

    test(`${kind}: counts as well when the process has run for longer than 32 bits of milliseconds`, () => {
      const { clock, cache, moments, get } = setUp()
      clock.advance(60 * DAY)
      const readAt = moments()
      remember(cache, readAt)
      clock.advance(MINUTE - 1)
      expect(get('a')).toBeDefined()
      clock.advance(1)
      expect(get('a')).toBeUndefined()
    })

    test(`${kind}: does not slide, however often it is served`, () => {
      const { clock, cache, moments, get } = setUp()
      remember(cache, moments())
      for (let second = 0; second < 59; second++) {
        clock.advance(1000)
        expect(get('a')).toBeDefined()
      }
      clock.advance(1000)
      expect(get('a')).toBeUndefined()
    })

    test(`${kind}: is over when the monotonic clock says so, though the wall clock stands still`, () => {
      const { clock, cache, moments, get } = setUp()
      remember(cache, moments())
      clock.advanceMonotonic(MINUTE)
      expect(get('a')).toBeUndefined()
    })

    test(`${kind}: is over when the wall clock says so, though the monotonic one stood still in a suspended machine`, () => {
      const { clock, cache, moments, get } = setUp()
      remember(cache, moments())
      clock.moveWall(MINUTE)
      expect(get('a')).toBeUndefined()
    })

    test(`${kind}: a wall clock that goes back before the read ends it`, () => {
      const { clock, cache, moments, get } = setUp()
      remember(cache, moments())
      clock.moveWall(-1)
      expect(get('a')).toBeUndefined()
    })

    test(`${kind}: a wall clock that goes back again and again does not extend it`, () => {
      const { clock, cache, moments, get } = setUp()
      remember(cache, moments())
      for (let second = 0; second < 59; second++) {
        clock.advance(1000)
        clock.moveWall(-1000)
        expect(get('a')).toBeDefined()
      }
      clock.advance(1000)
      clock.moveWall(-1000)
      expect(get('a')).toBeUndefined()
    })

    test(`${kind}: what was over does not come back with the wall clock`, () => {
      const { clock, cache, moments, get } = setUp()
      remember(cache, moments())
      clock.moveWall(MINUTE)
      expect(get('a')).toBeUndefined()
      clock.moveWall(-MINUTE)
      expect(get('a')).toBeUndefined()
    })

    test(`${kind}: a clock that answers NaN serves nothing`, () => {
      const { clock, cache, moments, get } = setUp()
      remember(cache, moments())
      clock.moveWall(Number.NaN)
      expect(get('a')).toBeUndefined()
    })
  }
})

describe('invalidation', () => {
  const fill = ({ cache, moments }: ReturnType<typeof setUp>): void => {
    cache.remember(entry('a', moments(), { id: 'key_1', owner: 'acct_1' }))
    cache.remember(entry('b', moments(), { id: 'key_1', owner: 'acct_1', foundBy: 'old_b' }))
    cache.remember(entry('c', moments(), { id: 'key_2', owner: 'acct_1' }))
    cache.remember(entry('d', moments(), { id: 'key_3', owner: 'acct_2' }))
    cache.remember(entry('e', moments(), { id: 'key_4', owner: undefined }))
    for (const digest of ['u', 'v']) cache.rememberUnknown(digest, moments())
  }
  const cases = [
    { by: 'all', left: '', hasOtherDigests: false },
    { by: { id: 'key_1' }, left: 'cde', hasOtherDigests: false },
    { by: { id: 'nobody' }, left: 'abcde', hasOtherDigests: false },
    { by: { owner: 'acct_1' }, left: 'de', hasOtherDigests: false },
    { by: { digest: 'a' }, left: 'bcdeuv', hasOtherDigests: false },
    { by: { digest: 'old_b' }, left: 'acdeuv', hasOtherDigests: false },
    { by: { digest: 'u' }, left: 'abcdev', hasOtherDigests: false },
    { by: { digest: 'a' }, left: 'bcde', hasOtherDigests: true },
  ] as const
  for (const { by, left, hasOtherDigests } of cases) {
    test(`${JSON.stringify(by)}${hasOtherDigests ? ', where keys have more digests than one,' : ''} leaves "${left}"`, () => {
      const made = setUp({ max: 10 }, hasOtherDigests)
      fill(made)
      made.cache.invalidate(targetOf(by))
      expect(
        'abcdeuv'
          .split('')
          .filter((digest) => made.get(digest) !== undefined)
          .join(''),
      ).toBe(left)
    })
  }

  test('a record that changed its id and owner is found by the new ones alone', () => {
    const { cache, moments, get } = setUp()
    cache.remember(entry('a', moments(), { id: 'key_1', owner: 'acct_1' }))
    cache.remember(entry('a', moments(), { id: 'key_2', owner: 'acct_2' }))
    cache.invalidate(targetOf({ id: 'key_1' }))
    cache.invalidate(targetOf({ owner: 'acct_1' }))
    expect(get('a')).toMatchObject({ id: 'key_2' })
    cache.invalidate(targetOf({ owner: 'acct_2' }))
    expect(get('a')).toBeUndefined()
  })

  test('names of records that were driven out are not kept', () => {
    const { cache, clock, moments, get } = setUp()
    // What an index kept of an entry that is gone would delete the entry that came after it.
    for (const id of ['key_1', 'key_2']) {
      cache.remember(entry('a', moments(), { id, owner: `of_${id}` }))
      for (const digest of ['x', 'y', 'z']) cache.remember(entry(digest, moments()))
      expect(get('a')).toBeUndefined()
    }
    cache.remember(entry('a', moments(), { id: 'key_3', owner: 'of_key_3' }))
    for (const id of ['key_1', 'key_2']) {
      cache.invalidate(targetOf({ id }))
      cache.invalidate(targetOf({ owner: `of_${id}` }))
    }
    expect(get('a')).toMatchObject({ id: 'key_3' })
    clock.advance(MINUTE)
    expect(get('a')).toBeUndefined()
    cache.remember(entry('a', moments(), { id: 'key_4', owner: 'of_key_4' }))
    cache.invalidate(targetOf({ id: 'key_3' }))
    expect(get('a')).toMatchObject({ id: 'key_4' })
  })

  test('ids that are names of object members are ordinary strings', () => {
    const { cache, moments, get } = setUp()
    cache.remember(entry('a', moments(), { id: '__proto__', owner: 'constructor' }))
    cache.invalidate(targetOf({ id: 'constructor' }))
    expect(get('a')).toBeDefined()
    cache.invalidate(targetOf({ owner: 'constructor' }))
    expect(get('a')).toBeUndefined()
  })
})

describe('an invalidation that could match nothing is told so', () => {
  const digest = 'ab'.repeat(32)
  const mistakes = [{ id: '' }, { owner: '' }, { digest: '' }, { digest: digest.toUpperCase() }, { digest: 'aB' }]
  for (const mistake of mistakes) {
    test(JSON.stringify(mistake), () => {
      const verifier = createVerifier({ resolve: () => null })
      expect(() => verifier.invalidate(mistake)).toThrow(TypeError)
    })
  }

  test('while a lower-case digest, and ids and owners in any case, are taken', () => {
    const verifier = createVerifier({ resolve: () => null })
    for (const name of [{ digest }, { id: 'KEY_1' }, { owner: 'Acct_1' }]) {
      expect(() => verifier.invalidate(name)).not.toThrow()
    }
  })
})

describe('through the verifier', () => {
  const TOKEN = 'token_of_the_cache_tests'

  /** A verifier whose row is changed behind its back; counts what it asks, and says what the cache did. */
  function watched(row: (now: number) => KeyRecord | null, limits: Partial<BoundedCacheOptions> = {}) {
    const clock = new ManualClock()
    const asked: string[] = []
    const outcomes: CacheOutcome[] = []
    const reasons: string[] = []
    const failures: string[] = []
    const verifier: Verifier = createVerifier({
      resolve: (digest) => {
        asked.push(digest)
        return row(clock.now())
      },
      cache: { max: 3, maxStalenessMs: MINUTE, ...limits },
      clock,
    })
    verifier.on('cache', ({ outcome }) => outcomes.push(outcome))
    verifier.on('denied', ({ reason }) => reasons.push(reason))
    verifier.on('failed', ({ reason }) => failures.push(reason))
    const verify = async (token = TOKEN) => {
      const verdict = await verifier.verify(`Bearer ${token}`)
      return verdict.ok ? 'ok' : verdict.denial.code
    }
    return { clock, asked, outcomes, reasons, failures, verifier, verify }
  }

  test('one read serves until it is too old', async () => {
    const { clock, asked, outcomes, verify } = watched(() => ({ id: 'key_1' }))
    expect([await verify(), await verify()]).toEqual(['ok', 'ok'])
    clock.advance(MINUTE - 1)
    expect(await verify()).toBe('ok')
    clock.advance(1)
    expect(await verify()).toBe('ok')
    expect(asked).toHaveLength(2)
    expect(outcomes).toEqual(['miss', 'fill', 'hit', 'hit', 'miss', 'fill'])
  })

  test('that a key is unknown is remembered as long', async () => {
    const { clock, asked, outcomes, verify } = watched(() => null)
    expect([await verify(), await verify()]).toEqual(['invalid', 'invalid'])
    clock.advance(MINUTE)
    expect(await verify()).toBe('invalid')
    expect(asked).toHaveLength(2)
    expect(outcomes).toEqual(['miss', 'fill', 'negative_hit', 'miss', 'fill'])
  })

  test('dates are asked on each hit', async () => {
    const { clock, asked, reasons, verify } = watched((now) => ({
      id: 'key_1',
      notBefore: now + 1000,
      expiresAt: now + 2000,
    }))
    expect(await verify()).toBe('invalid')
    clock.advance(999)
    expect(await verify()).toBe('invalid')
    clock.advance(1)
    expect(await verify()).toBe('ok')
    clock.advance(999)
    expect(await verify()).toBe('ok')
    clock.advance(1)
    expect(await verify()).toBe('invalid')
    expect(reasons).toEqual(['not_yet_valid', 'not_yet_valid', 'expired'])
    expect(asked).toHaveLength(1)
  })

  test('what was read as revoked is refused on each hit, wherever the clock goes', async () => {
    const { clock, asked, reasons, verify } = watched((now) => ({ id: 'key_1', revokedAt: now + MINUTE }))
    expect(await verify()).toBe('invalid')
    expect(await verify()).toBe('invalid')
    clock.moveWall(-MINUTE)
    expect(await verify()).toBe('invalid')
    expect(reasons).toEqual(['revoked', 'revoked', 'revoked'])
    expect(asked).toHaveLength(2)
  })

  test('what a handler does to its row changes nothing that is asked of the record', async () => {
    const row = { id: 'key_1', scopes: ['a'], disabled: false }
    const { verifier, verify } = watched(() => row)
    expect(await verify()).toBe('ok')
    row.disabled = true
    row.scopes.push('b')
    const verdict = await verifier.verify(`Bearer ${TOKEN}`)
    expect(verdict.ok && [...verdict.principal.scopes]).toEqual(['a'])
  })

  test('what a handler writes to its row changes nothing that `accept` said of it', async () => {
    interface Account extends KeyRecord {
      suspended: boolean
    }
    const verifier = createVerifier<Account>({
      resolve: () => ({ id: 'key_1', suspended: false }),
      accept: (row) => !row.suspended,
      cache: { max: 1, maxStalenessMs: MINUTE },
      clock: new ManualClock(),
    })
    const first = await verifier.verify(`Bearer ${TOKEN}`)
    if (!first.ok) throw new Error(first.denial.code)
    first.principal.key.suspended = true
    expect((await verifier.verify(`Bearer ${TOKEN}`)).ok).toBe(true)
  })

  test('a fill is fresh after an invalidation by the digest of the whole token, where the store knows an id', async () => {
    const secret = 's'.repeat(43)
    const token = `acme_${'i'.repeat(16)}_${secret}`
    const stored = await sha256().digest(secret)
    const fresh: boolean[] = []
    const verifier = createVerifier({
      resolve: (_digest, context) => {
        fresh.push(context.fresh)
        return { id: 'key_1', digest: stored }
      },
      format: idKeyFormat({ prefix: 'acme' }),
      cache: { max: 1, maxStalenessMs: MINUTE },
      clock: new ManualClock(),
    })
    expect((await verifier.verify(`Bearer ${token}`)).ok).toBe(true)
    verifier.invalidate({ digest: await sha256().digest(token) })
    expect((await verifier.verify(`Bearer ${token}`)).ok).toBe(true)
    expect(fresh).toEqual([false, true])
  })

  test('after close() a token is answered 503, whatever was remembered of it, and no token still 401', async () => {
    const { asked, reasons, verifier, verify } = watched(() => ({ id: 'key_1' }))
    expect(await verify()).toBe('ok')
    verifier.close()
    for (const token of [TOKEN, 'a_token_never_seen_before']) {
      const verdict = await verifier.verify(`Bearer ${token}`)
      expect(!verdict.ok && verdict.denial.status).toBe(503)
    }
    const withoutToken = await verifier.verify(undefined)
    expect(!withoutToken.ok && withoutToken.denial.status).toBe(401)
    expect(reasons).toEqual(['closed', 'closed', 'missing'])
    expect(asked).toHaveLength(1)
  })

  test('a failure is never remembered', async () => {
    const rows: (() => KeyRecord | null)[] = [
      () => {
        throw new Error('the store is down')
      },
      () => ({ id: '' }),
      () => ({ id: 'key_1', digest: 'another' }),
      () => ({ id: 'key_1' }),
    ]
    const { asked, outcomes, failures, verify } = watched(() => rows.shift()?.() ?? null)
    const seen = [await verify(), await verify(), await verify(), await verify(), await verify()]
    expect(seen).toEqual(['unavailable', 'unavailable', 'unavailable', 'ok', 'ok'])
    expect(asked).toHaveLength(4)
    expect(outcomes).toEqual(['miss', 'miss', 'miss', 'miss', 'fill', 'hit'])
    expect(failures).toEqual(['resolver_failed', 'record_unreadable', 'digest_mismatch'])
  })

  test('unknown tokens drive out no key', async () => {
    const known = await sha256().digest(TOKEN)
    let reads = 0
    const verifier = createVerifier({
      resolve: (digest) => {
        if (digest === known) reads++
        return digest === known ? { id: 'key_1' } : null
      },
      cache: { max: 1, maxStalenessMs: MINUTE },
      clock: new ManualClock(),
    })
    expect((await verifier.verify(`Bearer ${TOKEN}`)).ok).toBe(true)
    for (let count = 0; count < 20; count++) {
      expect((await verifier.verify(`Bearer unknown_token_${count}`)).ok).toBe(false)
    }
    expect((await verifier.verify(`Bearer ${TOKEN}`)).ok).toBe(true)
    expect(reads).toBe(1)
  })

  test('what a slow read brought is as old as the read, not as its answer', async () => {
    const clock = new ManualClock()
    const answers: ((row: KeyRecord) => void)[] = []
    let begin: () => void = () => {}
    const started = new Promise<void>((resolve) => {
      begin = resolve
    })
    const verifier = createVerifier({
      resolve: () => {
        if (answers.length > 0) return null
        begin()
        return new Promise<KeyRecord>((resolve) => answers.push(resolve))
      },
      cache: { max: 1, maxStalenessMs: MINUTE },
      deadlineMs: 2 * MINUTE,
      clock,
    })
    const slow = verifier.verify(`Bearer ${TOKEN}`)
    await started
    clock.advance(MINUTE - 1)
    answers[0]?.({ id: 'key_1' })
    expect((await slow).ok).toBe(true)
    expect((await verifier.verify(`Bearer ${TOKEN}`)).ok).toBe(true)
    clock.advance(1)
    expect((await verifier.verify(`Bearer ${TOKEN}`)).ok).toBe(false)
  })

  test('a fill that an invalidation overtook answers and is not kept', async () => {
    const outcomes: CacheOutcome[] = []
    const fresh: boolean[] = []
    let answer: (row: KeyRecord) => void = () => {}
    let begin: () => void = () => {}
    const started = new Promise<void>((resolve) => {
      begin = resolve
    })
    const verifier = createVerifier({
      resolve: (_digest, context) => {
        fresh.push(context.fresh)
        if (context.fresh) return { id: 'key_1' }
        begin()
        return new Promise<KeyRecord>((resolve) => {
          answer = resolve
        })
      },
      cache: { max: 1, maxStalenessMs: MINUTE },
      clock: new ManualClock(),
    })
    verifier.on('cache', ({ outcome }) => outcomes.push(outcome))
    const first = verifier.verify(`Bearer ${TOKEN}`)
    await started
    verifier.invalidate({ id: 'key_1' })
    answer({ id: 'key_1' })
    expect((await first).ok).toBe(true)
    expect((await verifier.verify(`Bearer ${TOKEN}`)).ok).toBe(true)
    expect(outcomes).toEqual(['miss', 'fill_refused', 'miss', 'fill'])
    expect(fresh).toEqual([false, true])
  })

  test('nothing is kept and nothing is told without a cache', async () => {
    const outcomes: CacheOutcome[] = []
    let reads = 0
    const verifier = createVerifier({
      resolve: () => {
        reads++
        return { id: 'key_1' }
      },
      clock: new ManualClock(),
    })
    verifier.on('cache', ({ outcome }) => outcomes.push(outcome))
    for (let count = 0; count < 3; count++) expect((await verifier.verify(`Bearer ${TOKEN}`)).ok).toBe(true)
    expect(reads).toBe(3)
    expect(outcomes).toEqual([])
  })
})
