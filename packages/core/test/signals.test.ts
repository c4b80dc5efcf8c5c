import { describe, expect, test } from 'vitest'
import { type Clock, DAY, HOUR, MINUTE, SECOND } from '../src/clock.ts'
import { hmacSha256 } from '../src/digest.ts'
import type { VerifierOptions } from '../src/options.ts'
import type { Principal } from '../src/principal.ts'
import type { KeyRecord } from '../src/record.ts'
import type { ResolveContext } from '../src/resolver.ts'
import { idKeyFormat, pairFormat } from '../src/token.ts'
import { createVerifier } from '../src/verifier.ts'
import { ManualClock } from './manual-clock.ts'

const TOKEN = 'A'.repeat(43)

/** Lets everything run that waits for nothing but its turn. */
async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve()
}

type Row = { -readonly [Field in keyof KeyRecord]: KeyRecord[Field] }

/** One key whose row a test changes, and a count of how often it was read. */
function setUp(row: Row, options: Partial<VerifierOptions<Row, string>> = {}) {
  const clock = new ManualClock()
  const contexts: ResolveContext[] = []
  const store: { row: Row | null; failure: Error | undefined } = { row, failure: undefined }
  const verifier = createVerifier<Row>({
    resolve: (_digest, context) => {
      contexts.push(context)
      if (store.failure) throw store.failure
      // A copy, as a database answers.
      return store.row && { ...store.row }
    },
    cache: { max: 10, maxStalenessMs: MINUTE },
    clock,
    ...options,
  })
  const principal = async (token = TOKEN): Promise<Principal<Row>> => {
    const verdict = await verifier.verify(`Bearer ${token}`)
    if (!verdict.ok) throw new Error(`refused: ${verdict.denial.code}`)
    return verdict.principal
  }
  const failures: string[] = []
  verifier.on('failed', ({ reason }) => failures.push(reason))
  return { clock, contexts, failures, store, verifier, principal }
}

describe('costs nothing unless it is read', () => {
  test('no timer and no call', async () => {
    const { clock, contexts, verifier, principal } = setUp({ id: 'key_1', expiresAt: Date.UTC(2027, 0, 1) })
    await principal()
    verifier.invalidate({ id: 'key_1' })
    await principal()
    verifier.invalidate('all')
    await turns()
    expect(clock.pending).toBe(0)
    expect(contexts).toHaveLength(2)
  })

  test('read, it sets one timer for the expiry and asks nothing', async () => {
    const { clock, contexts, principal } = setUp({ id: 'key_1', expiresAt: Date.UTC(2027, 0, 1) })
    const { signal } = await principal()
    await turns()
    expect(signal.aborted).toBe(false)
    expect(clock.pending).toBe(1)
    expect(contexts).toHaveLength(1)
  })

  test('a key that never expires sets none', async () => {
    const { clock, principal } = setUp({ id: 'key_1' })
    expect((await principal()).signal.aborted).toBe(false)
    expect(clock.pending).toBe(0)
  })

  test('requests of one key share it, across fills', async () => {
    const { clock, contexts, principal } = setUp({ id: 'key_1', expiresAt: Date.UTC(2027, 0, 1) })
    const { signal } = await principal()
    expect((await principal()).signal).toBe(signal)
    clock.advance(MINUTE)
    expect((await principal()).signal).toBe(signal)
    expect(contexts).toHaveLength(2)
    expect(clock.pending).toBe(1)
  })
})

describe('fires at expiry', () => {
  test('on the millisecond', async () => {
    const made = setUp({ id: 'key_1', expiresAt: null })
    made.store.row = { id: 'key_1', expiresAt: made.clock.now() + SECOND }
    const { signal } = await made.principal()
    made.clock.advance(SECOND - 1)
    expect(signal.aborted).toBe(false)
    made.clock.advance(1)
    expect(signal.aborted).toBe(true)
    expect(made.clock.pending).toBe(0)
  })

  test('after more milliseconds than a timer can count', async () => {
    const made = setUp({ id: 'key_1' })
    made.store.row = { id: 'key_1', expiresAt: new Date(made.clock.now() + 60 * DAY) }
    const { signal } = await made.principal()
    made.clock.advance(60 * DAY - 1)
    expect(signal.aborted).toBe(false)
    made.clock.advance(1)
    expect(signal.aborted).toBe(true)
  })

  test('by the wall clock, when that is set back meanwhile', async () => {
    const made = setUp({ id: 'key_1' })
    made.store.row = { id: 'key_1', expiresAt: made.clock.now() + MINUTE }
    const { signal } = await made.principal()
    made.clock.moveWall(-SECOND)
    made.clock.advance(MINUTE)
    expect(signal.aborted).toBe(false)
    made.clock.advance(SECOND - 1)
    expect(signal.aborted).toBe(false)
    made.clock.advance(1)
    expect(signal.aborted).toBe(true)
  })

  test('within a minute, when the wall clock is set forward past the end or the machine was suspended', async () => {
    const made = setUp({ id: 'key_1' })
    made.store.row = { id: 'key_1', expiresAt: made.clock.now() + HOUR }
    const { signal } = await made.principal()
    made.clock.moveWall(10 * HOUR)
    made.clock.advance(MINUTE)
    expect(signal.aborted).toBe(true)
    expect(made.clock.pending).toBe(0)
  })

  test('at once, when it is first read after the end', async () => {
    const made = setUp({ id: 'key_1' })
    made.store.row = { id: 'key_1', expiresAt: made.clock.now() + SECOND }
    const principal = await made.principal()
    made.clock.advance(SECOND)
    expect(principal.signal.aborted).toBe(true)
    expect(made.clock.pending).toBe(0)
  })

  test('at the new date, after the key was prolonged or shortened', async () => {
    const made = setUp({ id: 'key_1' })
    const start = made.clock.now()
    made.store.row = { id: 'key_1', expiresAt: start + MINUTE }
    const { signal } = await made.principal()
    for (const [expiresAt, expected] of [
      [start + 3 * MINUTE, false],
      [start + 2 * MINUTE + 1, true],
    ] as const) {
      made.store.row = { id: 'key_1', expiresAt }
      made.verifier.invalidate({ id: 'key_1' })
      await turns()
      expect(made.clock.pending).toBe(1)
      made.clock.advance(2 * MINUTE + 1 - (made.clock.now() - start))
      expect(signal.aborted).toBe(expected)
      if (!expected) made.clock.moveWall(-MINUTE)
    }
  })
})

describe('has fired for good', () => {
  test('read again after the key was revoked, the principal shows the signal that fired', async () => {
    const { store, verifier, principal } = setUp({ id: 'key_1' })
    const accepted = await principal()
    const { signal } = accepted
    store.row = { id: 'key_1', revokedAt: 1 }
    verifier.invalidate({ id: 'key_1' })
    await turns()
    expect(signal.aborted).toBe(true)
    expect(accepted.signal).toBe(signal)
  })

  test('a loop that looks at the signal again and again ends, and asks the store once', async () => {
    const { contexts, store, verifier, principal } = setUp({ id: 'key_1' })
    const accepted = await principal()
    expect(accepted.signal.aborted).toBe(false)
    store.row = null
    verifier.invalidate({ id: 'key_1' })
    let looks = 0
    while (looks < 100 && !accepted.signal.aborted) {
      looks++
      await turns()
    }
    expect(accepted.signal.aborted).toBe(true)
    expect(contexts).toHaveLength(2)
  })

  test('so has that of a principal whose key a later request found revoked, read before or after', async () => {
    const { store, verifier, principal } = setUp({ id: 'key_1' }, { cache: undefined })
    const [looking, notLooking] = [await principal(), await principal()]
    const { signal } = looking
    expect(signal.aborted).toBe(false)
    store.row = { id: 'key_1', revokedAt: 1 }
    expect((await verifier.verify(`Bearer ${TOKEN}`)).ok).toBe(false)
    expect(signal.aborted).toBe(true)
    const late = notLooking.signal
    await turns()
    expect(looking.signal.aborted).toBe(true)
    expect(late.aborted).toBe(true)
    expect(notLooking.signal.aborted).toBe(true)
  })
})

describe('depends on a clock', () => {
  test('that keeps its timers in `this`: for deadlines and for expiry', async () => {
    class OwnClock implements Clock {
      readonly hands = new ManualClock()
      now() {
        return this.hands.now()
      }
      monotonic() {
        return this.hands.monotonic()
      }
      schedule(callback: () => void, delayMs: number) {
        return this.hands.schedule(callback, delayMs)
      }
    }
    const clock = new OwnClock()
    const { failures, principal } = setUp(
      { id: 'key_1' },
      { clock, resolve: async () => ({ id: 'key_1', expiresAt: clock.now() + SECOND }) },
    )
    const { signal } = await principal()
    expect(failures).toEqual([])
    expect(clock.hands.pending).toBe(1)
    clock.hands.advance(SECOND)
    expect(signal.aborted).toBe(true)
  })

  /** A clock that keeps time, and sets timers until it is broken. */
  function breakable() {
    const hands = new ManualClock()
    const state = { isBroken: false }
    const clock: Clock = {
      now: hands.now,
      monotonic: hands.monotonic,
      schedule: (callback, delayMs) => {
        if (state.isBroken) throw new Error('no timers left')
        return hands.schedule(callback, delayMs)
      },
    }
    return { clock, hands, state }
  }

  test('that sets no timer for the expiry: then it has fired at once', async () => {
    const { clock, state } = breakable()
    const { principal } = setUp({ id: 'key_1', expiresAt: clock.now() + HOUR }, { clock })
    const accepted = await principal()
    state.isBroken = true
    expect(accepted.signal.aborted).toBe(true)
  })

  test('that sets no timer for the answer to an invalidation: then it fires', async () => {
    const { clock, state } = breakable()
    const { verifier, principal } = setUp({ id: 'key_1' }, { clock })
    const { signal } = await principal()
    state.isBroken = true
    verifier.invalidate('all')
    await turns()
    expect(signal.aborted).toBe(true)
  })

  test('that sets no timer for the expiry that a later read brought: then it fires, and leaves no timer', async () => {
    const { clock, hands, state } = breakable()
    let reads = 0
    const { verifier, principal } = setUp(
      { id: 'key_1' },
      {
        clock,
        resolve: () => {
          reads++
          state.isBroken = reads > 1
          return { id: 'key_1', expiresAt: reads > 1 ? clock.now() + HOUR : null }
        },
      },
    )
    const { signal } = await principal()
    verifier.invalidate('all')
    await turns()
    expect(reads).toBe(2)
    expect(signal.aborted).toBe(true)
    expect(hands.pending).toBe(0)
  })
})

describe('fires after invalidate()', () => {
  const ends: [string, (row: Row) => Row | null][] = [
    ['revoked', (row) => ({ ...row, revokedAt: 0 })],
    ['disabled', (row) => ({ ...row, disabled: true })],
    ['deleted', () => null],
    ['expired', (row) => ({ ...row, expiresAt: 0 })],
    ['not valid yet', (row) => ({ ...row, notBefore: Date.UTC(2030, 0, 1) })],
    ['another key under the same token', (row) => ({ ...row, id: 'key_2' })],
    ['unreadable', (row) => ({ ...row, id: '' })],
  ]
  for (const [name, change] of ends) {
    for (const invalidation of [{ id: 'key_1' }, { owner: 'acct_1' }, 'all'] as const) {
      test(`when the key is ${name}, told by ${JSON.stringify(invalidation)}`, async () => {
        const { contexts, store, verifier, principal } = setUp({ id: 'key_1', owner: 'acct_1' })
        const { signal } = await principal()
        store.row = change(store.row as Row)
        verifier.invalidate(invalidation)
        await turns()
        expect(signal.aborted).toBe(true)
        expect(contexts.map(({ fresh }) => fresh)).toEqual([false, true])
      })
    }
  }

  test('when the store cannot be asked', async () => {
    const { failures, store, verifier, principal } = setUp({ id: 'key_1' })
    const { signal } = await principal()
    store.failure = new Error('the store is down')
    verifier.invalidate('all')
    await turns()
    expect(signal.aborted).toBe(true)
    expect(failures).toEqual(['resolver_failed'])
  })

  test('when the store does not answer in time', async () => {
    let hangs = false
    const { clock, failures, verifier, principal } = setUp(
      { id: 'key_1' },
      { resolve: () => (hangs ? new Promise(() => {}) : { id: 'key_1' }), deadlineMs: SECOND },
    )
    const { signal } = await principal()
    hangs = true
    verifier.invalidate('all')
    await turns()
    expect(signal.aborted).toBe(false)
    clock.advance(SECOND)
    await turns()
    expect(signal.aborted).toBe(true)
    expect(failures).toEqual(['resolver_timeout'])
  })

  test('within one deadline, however many reads without an answer stand before it', async () => {
    let hangs = false
    const { clock, verifier, principal } = setUp(
      { id: 'key_1' },
      { resolve: () => (hangs ? new Promise(() => {}) : { id: 'key_1' }), cache: undefined, deadlineMs: SECOND },
    )
    const signals: AbortSignal[] = []
    for (let count = 0; count < 100; count++) signals.push((await principal(`token_number_${count}_of_many`)).signal)
    hangs = true
    verifier.invalidate('all')
    await turns(200)
    clock.advance(SECOND - 1)
    expect(signals.some(({ aborted }) => aborted)).toBe(false)
    clock.advance(1)
    expect(signals.filter(({ aborted }) => !aborted)).toEqual([])
    await turns(200)
    expect(clock.pending).toBe(0)
  })

  test('when the application refuses the row', async () => {
    const { store, verifier, principal } = setUp({ id: 'key_1' }, { accept: (row) => row.environment !== 'closed' })
    const { signal } = await principal()
    store.row = { id: 'key_1', environment: 'closed' }
    verifier.invalidate({ id: 'key_1' })
    await turns()
    expect(signal.aborted).toBe(true)
  })

  test('not when the key merely changed its scopes', async () => {
    const { contexts, store, verifier, principal } = setUp({ id: 'key_1', scopes: ['a'] })
    const { signal } = await principal()
    store.row = { id: 'key_1', scopes: [] }
    verifier.invalidate({ id: 'key_1' })
    await turns()
    expect(signal.aborted).toBe(false)
    expect(contexts).toHaveLength(2)
    expect((await principal()).signal).toBe(signal)
  })

  test('not when the key was merely stored again under the current pepper', async () => {
    const digester = hmacSha256({ peppers: { old: 'o'.repeat(32), new: 'n'.repeat(32) }, current: 'new' })
    const current = await digester.digest(TOKEN)
    const old = (await digester.older[0]?.(TOKEN)) as string
    let stored = old
    const { store, verifier, principal } = setUp(
      { id: 'key_1' },
      {
        digest: digester,
        resolve: (digest) => (digest === stored && store.row ? { ...store.row, digest } : null),
      },
    )
    const { signal } = await principal()
    stored = current
    verifier.invalidate({ digest: old })
    await turns()
    expect(signal.aborted).toBe(false)

    store.row = null
    verifier.invalidate({ digest: current })
    await turns()
    expect(signal.aborted).toBe(true)
  })

  test('not when it was told of another key, and then nothing is read', async () => {
    const { contexts, store, verifier, principal } = setUp({ id: 'key_1', owner: 'acct_1' })
    const { signal } = await principal()
    store.row = null
    for (const invalidation of [{ id: 'key_2' }, { owner: 'acct_2' }, { digest: 'aa' }])
      verifier.invalidate(invalidation)
    await turns()
    expect(signal.aborted).toBe(false)
    expect(contexts).toHaveLength(1)
  })

  test('when the invalidation came between verification and the first look at the signal', async () => {
    const { store, verifier, principal } = setUp({ id: 'key_1' })
    const accepted = await principal()
    store.row = { id: 'key_1', disabled: true }
    verifier.invalidate({ id: 'key_1' })
    const { signal } = accepted
    await turns()
    expect(signal.aborted).toBe(true)
  })

  test('when the key is revoked during the read that an earlier invalidation began', async () => {
    const answers: ((row: Row) => void)[] = []
    let isFirst = true
    const { verifier, principal } = setUp(
      { id: 'key_1' },
      {
        resolve: () => {
          if (isFirst) {
            isFirst = false
            return { id: 'key_1' }
          }
          return new Promise((resolve) => answers.push(resolve))
        },
      },
    )
    const { signal } = await principal()
    verifier.invalidate({ id: 'key_1' })
    verifier.invalidate({ id: 'key_1' })
    expect(answers).toHaveLength(1)
    answers[0]?.({ id: 'key_1' })
    await turns()
    expect(signal.aborted).toBe(false)
    expect(answers).toHaveLength(2)
    answers[1]?.({ id: 'key_1', revokedAt: 0 })
    await turns()
    expect(signal.aborted).toBe(true)
  })

  test('also without a cache, and when a later request finds the key refused, without any word of it', async () => {
    const { store, verifier, principal } = setUp({ id: 'key_1' }, { cache: undefined })
    const first = (await principal()).signal
    store.row = { id: 'key_1', disabled: true }
    verifier.invalidate({ id: 'key_1' })
    await turns()
    expect(first.aborted).toBe(true)

    store.row = { id: 'key_1' }
    const second = (await principal()).signal
    expect(second.aborted).toBe(false)
    store.row = { id: 'key_1', revokedAt: 0 }
    expect((await verifier.verify(`Bearer ${TOKEN}`)).ok).toBe(false)
    expect(second.aborted).toBe(true)
  })

  test('also when a later request finds another key under the same token; the new key has a signal of its own', async () => {
    const { store, principal } = setUp({ id: 'key_1' }, { cache: undefined })
    const first = (await principal()).signal
    store.row = { id: 'key_2' }
    const second = (await principal()).signal
    expect(first.aborted).toBe(true)
    expect(second.aborted).toBe(false)
  })

  test('of many keys at once, though few are read at the same time', async () => {
    const { store, verifier, principal } = setUp({ id: 'key_1' }, { cache: undefined })
    const signals: AbortSignal[] = []
    for (let count = 0; count < 50; count++) signals.push((await principal(`token_number_${count}_of_many`)).signal)
    expect(new Set(signals).size).toBe(50)
    store.row = null
    verifier.invalidate('all')
    await turns(200)
    expect(signals.filter(({ aborted }) => !aborted)).toEqual([])
  })
})

describe('invalidations of all keys that do not stop', () => {
  test('let every key be read in its turn, so that no stream ends whose key is in order', async () => {
    const clock = new ManualClock()
    const reads = new Map<string, number>()
    const verifier = createVerifier({
      resolve: async (digest) => {
        reads.set(digest, (reads.get(digest) ?? 0) + 1)
        await Promise.resolve()
        return { id: digest }
      },
      clock,
    })
    const signals: AbortSignal[] = []
    for (let index = 0; index < 100; index++) {
      const verdict = await verifier.verify(`Bearer token-${index}`)
      if (verdict.ok) signals.push(verdict.principal.signal)
    }
    reads.clear()
    for (let round = 0; round < 200; round++) {
      verifier.invalidate('all')
      await turns(4)
    }
    expect([signals.length, reads.size]).toEqual([100, 100])
    expect(signals.some(({ aborted }) => aborted)).toBe(false)
    const counts = [...reads.values()]
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
  })

  test('reach a key that was watched since the last of them', async () => {
    const { store, verifier, principal } = setUp({ id: 'key_1' }, { cache: undefined })
    const one = (await principal()).signal
    verifier.invalidate('all')
    await turns()
    const other = (await principal('B'.repeat(43))).signal
    store.row = null
    verifier.invalidate('all')
    verifier.invalidate('all')
    await turns()
    expect([one.aborted, other.aborted]).toEqual([true, true])
  })
})

describe('keys with a secret are read again without it', () => {
  const checked: string[] = []
  const secretHash = {
    verify: async (secret: string, stored: string) => {
      checked.push(secret)
      return stored === `hash of ${secret}`
    },
  }
  const pair = { name: 'a pair with a salted hash', token: `acct_1:${'s'.repeat(20)}`, format: pairFormat() }
  const idKey = {
    name: 'an id key with a salted hash',
    token: `acme_${'i'.repeat(16)}_${'s'.repeat(43)}`,
    format: idKeyFormat({ prefix: 'acme' }),
  }
  for (const { name, token, format } of [pair, idKey]) {
    test(name, async () => {
      const secret = format.parse(token)?.secret as string
      checked.length = 0
      const { contexts, store, verifier, principal } = setUp(
        { id: 'key_1', secretHash: `hash of ${secret}` },
        { format, secretHash },
      )
      const { signal } = await principal(token)
      verifier.invalidate({ id: 'key_1' })
      await turns()
      expect(signal.aborted).toBe(false)
      expect(contexts.map(({ id, fresh }) => ({ id, fresh }))).toEqual([
        { id: format.parse(token)?.id, fresh: false },
        { id: format.parse(token)?.id, fresh: true },
      ])
      expect(checked).toEqual([secret])

      // Another hash is another secret, or cannot be told from one: the stream ends.
      store.row = { id: 'key_1', secretHash: 'hash of another' }
      verifier.invalidate({ id: 'key_1' })
      await turns()
      expect(signal.aborted).toBe(true)
      expect(checked.slice(1)).not.toContain(secret)
    })
  }
})

describe('close()', () => {
  test('fires every signal, takes its timers away, and those read later have fired', async () => {
    const made = setUp({ id: 'key_1' })
    made.store.row = { id: 'key_1', expiresAt: made.clock.now() + MINUTE }
    const first = await made.principal()
    const second = await made.principal('B'.repeat(43))
    const { signal } = first
    expect(made.clock.pending).toBe(1)
    made.verifier.close()
    expect(signal.aborted).toBe(true)
    expect(first.signal.aborted).toBe(true)
    expect(second.signal.aborted).toBe(true)
    expect(made.clock.pending).toBe(0)
    const asked = made.contexts.length
    made.verifier.invalidate('all')
    await turns()
    expect(made.contexts).toHaveLength(asked)
  })

  test('gives up a read that is under way', async () => {
    const contexts: ResolveContext[] = []
    const { verifier, principal } = setUp(
      { id: 'key_1' },
      {
        resolve: (_digest, context) => {
          contexts.push(context)
          return contexts.length === 1 ? { id: 'key_1' } : new Promise(() => {})
        },
      },
    )
    const { signal } = await principal()
    verifier.invalidate('all')
    expect(contexts[1]?.signal.aborted).toBe(false)
    verifier.close()
    expect(contexts[1]?.signal.aborted).toBe(true)
    expect(signal.aborted).toBe(true)
  })
})

describe('when timers and reads die with the request that began them, as at the edge', () => {
  const OTHER = 'B'.repeat(43)

  /** A store that hangs when it is told to, and a clock whose timers have died. */
  function setUpEdge(row: Row) {
    const clock = new ManualClock()
    const store = { row, hangs: false, calls: 0 }
    const verifier = createVerifier<Row>({
      resolve: () => {
        store.calls++
        return store.hangs ? new Promise<never>(() => {}) : { ...store.row }
      },
      deadlineMs: SECOND,
      // At once, wherever this runs; without a cache any name will do.
      digest: { digest: (token) => token, older: [] },
      clock: Object.assign(clock, { schedule: () => () => {} }),
    })
    const signalOf = async (token: string): Promise<AbortSignal> => {
      const verdict = await verifier.verify(`Bearer ${token}`)
      if (!verdict.ok) throw new Error(`refused: ${verdict.denial.code}`)
      return verdict.principal.signal
    }
    return { clock, store, verifier, signalOf }
  }

  test('a stream whose read has not ended by the deadline is ended by the next request', async () => {
    const { clock, store, verifier, signalOf } = setUpEdge({ id: 'key_1' })
    const signal = await signalOf(TOKEN)
    store.hangs = true
    verifier.invalidate({ id: 'key_1' })
    await turns()
    clock.advance(SECOND - 1)
    void verifier.verify(`Bearer ${OTHER}`)
    expect(signal.aborted).toBe(false)
    clock.advance(1)
    void verifier.verify(`Bearer ${OTHER}`)
    expect(signal.aborted).toBe(true)
  })

  test('a stream whose key has expired is ended within a minute of requests', async () => {
    const { clock, signalOf, store } = setUpEdge({ id: 'key_1' })
    store.row = { id: 'key_1', expiresAt: clock.now() + 10 * SECOND }
    const signal = await signalOf(TOKEN)
    store.row = { id: 'key_2' }
    clock.advance(MINUTE)
    await signalOf(OTHER)
    expect(signal.aborted).toBe(true)
  })

  test('reads that never end give their places back', async () => {
    const { clock, store, verifier, signalOf } = setUpEdge({ id: 'key_1' })
    const tokens = Array.from({ length: 16 }, (_, index) => `${index}`.padStart(43, 'A'))
    for (const token of tokens) await signalOf(token)
    store.hangs = true
    verifier.invalidate('all')
    await turns()
    store.hangs = false
    clock.advance(2 * SECOND)
    const signal = await signalOf(OTHER)
    store.calls = 0
    verifier.invalidate('all')
    await turns()
    expect(store.calls).toBe(1)
    expect(signal.aborted).toBe(false)
  })
})
