import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Channel } from '../src/channel.ts'
import { HOUR, MINUTE } from '../src/clock.ts'
import type { VerifierEvents } from '../src/events.ts'
import { Term } from '../src/lease.ts'
import type { KeyRecord } from '../src/record.ts'
import { createVerifier } from '../src/verifier.ts'
import { ManualClock } from './manual-clock.ts'
import { digestOf } from './support/digests.ts'
import { ScriptedChannel } from './support/scripted-channel.ts'
import { deferred, turns, until } from './support/waiting.ts'

const TOKEN = 'example_key_of_at_least_128_random_bits'
const HEADER = `Bearer ${TOKEN}`
let digest: string

beforeAll(async () => {
  digest = await digestOf(TOKEN)
})

interface Read {
  readonly fresh: boolean
  answer(row: KeyRecord | null): void
}

/** A verifier whose channel and store answer when the test says so. */
function setUp(options: { maxAgeMs?: number; max?: number; answersAtOnce?: boolean } = {}) {
  const { maxAgeMs, max = 10, answersAtOnce = true } = options
  const clock = new ManualClock()
  const channel = new ScriptedChannel()
  const reads: Read[] = []
  const lease: VerifierEvents['lease'][] = []
  const outcomes: string[] = []
  const store = { row: { id: 'key_1' } as KeyRecord | null }
  const verifier = createVerifier<KeyRecord>({
    resolve: (_digest, { fresh }) => {
      const answer = deferred<KeyRecord | null>()
      reads.push({ fresh, answer: answer.resolve })
      return answersAtOnce ? store.row : answer.promise
    },
    cache: { max, channel, maxAgeMs },
    clock,
  })
  verifier.on('lease', (event) => lease.push(event))
  verifier.on('cache', ({ outcome }) => outcomes.push(outcome))
  const ask = async () => verifier.verify(HEADER)
  const isHit = async () => {
    const before = reads.length
    const verdict = await ask()
    return verdict.ok && reads.length === before
  }
  /** Asks, and lets the read begin that this leads to: after its turn where the digest comes from Web Crypto. */
  const read = async () => {
    const count = reads.length + 1
    const verdict = Promise.resolve(verifier.verify(HEADER))
    await until(() => reads.length >= count)
    expect(reads).toHaveLength(count)
    return { verdict }
  }
  /** What memory says to a question that nobody waits for. */
  const recall = async () => {
    const count = outcomes.length
    void verifier.verify(HEADER)
    await until(() => outcomes.length > count)
    return outcomes[count]
  }
  /** Answers the proof that was asked for first. */
  const prove = async () => {
    channel.proofs.shift()?.resolve()
    await turns()
  }
  const begin = async () => {
    await prove()
    await ask()
  }
  return { clock, channel, reads, lease, outcomes, store, verifier, ask, isHit, read, recall, prove, begin }
}

describe('a term', () => {
  const cases: [name: string, wall: number, monotonic: number, holds: boolean][] = [
    ['as it begins', 100, 10, true],
    ['before both clocks have reached its end', 199, 109, true],
    ['once the wall clock has', 200, 50, false],
    ['once the monotonic clock has', 150, 110, false],
    ['once the wall clock stands before its beginning', 99, 50, false],
    ['by a wall clock that answers NaN', Number.NaN, 50, false],
    ['by a monotonic clock that answers NaN', 150, Number.NaN, false],
  ]
  test.each(cases)('%s', (_name, wall, monotonic, holds) => {
    const term = new Term()
    term.begin({ wall: 100, monotonic: 10 }, 100)
    expect(term.holds(wall, monotonic)).toBe(holds)
  })

  test('is over when the wall clock goes back behind what it has shown', () => {
    const term = new Term()
    term.begin({ wall: 100, monotonic: 10 }, 100)
    expect(term.holds(150, 20)).toBe(true)
    expect(term.holds(149, 21)).toBe(false)
    expect(term.wentBack).toBe(true)
    expect(term.holds(160, 30)).toBe(false)
    term.begin({ wall: 155, monotonic: 30 }, 100)
    expect(term.holds(160, 30)).toBe(true)
    expect(term.wentBack).toBe(false)
  })

  test('has not begun before it was begun', () => expect(new Term().holds(0, 0)).toBe(false))
})

describe('memory answers', () => {
  test('only once a proof has come', async () => {
    const { isHit, ask, prove, outcomes } = setUp()
    await ask()
    expect(await isHit()).toBe(false)
    await prove()
    await ask()
    expect(await isHit()).toBe(true)
    expect(outcomes).toEqual(['no_lease', 'no_lease', 'miss', 'fill', 'hit'])
  })

  test('for 98 % of a lease from when the proof was asked for, not from when it came', async () => {
    const { clock, prove, ask, isHit } = setUp()
    clock.advance(300)
    await prove()
    await ask()
    expect(await isHit()).toBe(true)
    clock.advance(678)
    expect(await isHit()).toBe(true)
    clock.advance(1)
    expect(await isHit()).toBe(false)
  })

  test.each(['wall', 'monotonic'] as const)(
    'not beyond that, when the other clock than the %s one stands still',
    async (side) => {
      const { clock, begin, isHit } = setUp()
      await begin()
      if (side === 'wall') clock.moveWall(979)
      else clock.advanceMonotonic(979)
      expect(await isHit()).toBe(false)
    },
  )

  test('not once the wall clock has gone back', async () => {
    const { clock, begin, isHit, lease } = setUp()
    await begin()
    clock.moveWall(-1)
    expect(await isHit()).toBe(false)
    clock.advance(334)
    expect(lease.at(-1)).toMatchObject({ outcome: 'lost', reason: 'clock' })
    expect(await isHit()).toBe(false)
  })

  test('on and on while proofs come, three times a lease', async () => {
    const { clock, channel, begin, isHit, lease } = setUp({ maxAgeMs: HOUR })
    channel.isHealthy = true
    await begin()
    for (let third = 0; third < 30; third++) {
      clock.advance(334)
      await turns()
      expect(await isHit()).toBe(true)
    }
    expect(lease.filter(({ outcome }) => outcome === 'renewed')).toHaveLength(30)
    expect(lease.filter(({ outcome }) => outcome === 'lost')).toEqual([])
  })

  test('for `maxAgeMs` from the read, however often it is asked', async () => {
    const { clock, channel, begin, isHit } = setUp({ maxAgeMs: 2000 })
    channel.isHealthy = true
    await begin()
    for (let third = 0; third < 5; third++) {
      clock.advance(334)
      await turns()
      expect(await isHit()).toBe(true)
    }
    clock.advance(330)
    await turns()
    expect(await isHit()).toBe(false)
  })

  test('not with a proof that was asked for before a loss', async () => {
    const { channel, prove, isHit, ask, clock } = setUp()
    channel.lose()
    await prove()
    await ask()
    expect(await isHit()).toBe(false)
    clock.advance(334)
    await prove()
    await ask()
    expect(await isHit()).toBe(true)
  })

  test('not with a proof that took longer than the lease', async () => {
    const { clock, channel, isHit, ask } = setUp()
    const [first] = channel.proofs
    clock.advance(980)
    first?.resolve()
    await turns()
    await ask()
    expect(await isHit()).toBe(false)
  })

  test('never from a cache of no size, which still shares reads', async () => {
    const { prove, ask, read, reads } = setUp({ max: 0, answersAtOnce: false })
    await prove()
    const both = Promise.all([ask(), ask()])
    await until(() => reads.length > 0)
    reads[0]?.answer({ id: 'key_1' })
    expect((await both).map(({ ok }) => ok)).toEqual([true, true])
    const later = await read()
    reads[1]?.answer({ id: 'key_1' })
    expect((await later.verdict).ok).toBe(true)
  })
})

describe('without a lease', () => {
  test('every read is fresh, and joins no other', async () => {
    const { read, reads } = setUp({ answersAtOnce: false })
    await read()
    await read()
    expect(reads.map(({ fresh }) => fresh)).toEqual([true, true])
  })

  test('what was read is not remembered for when there is one', async () => {
    const { read, recall, reads, prove } = setUp({ answersAtOnce: false })
    const early = await read()
    await prove()
    await read()
    reads[0]?.answer({ id: 'key_1' })
    expect((await early.verdict).ok).toBe(true)
    expect(await recall()).toBe('miss')
  })

  test('what was read after it ran out is not joined or remembered when it is renewed', async () => {
    const { read, recall, reads, prove, clock, channel } = setUp({ answersAtOnce: false })
    await prove()
    channel.isHealthy = true
    clock.moveWall(980)
    const early = await read()
    clock.advance(334)
    await turns()
    const late = await read()
    expect(reads.map(({ fresh }) => fresh)).toEqual([true, true])
    reads[0]?.answer({ id: 'key_1' })
    expect(await early.verdict).toMatchObject({ ok: true })
    expect(await recall()).toBe('miss')
    reads[1]?.answer({ id: 'key_1' })
    expect(await late.verdict).toMatchObject({ ok: true })
    expect(await recall()).toBe('hit')
  })

  test('nor is it remembered when nobody has asked since', async () => {
    const { read, recall, reads, prove, clock, channel } = setUp({ answersAtOnce: false })
    await prove()
    channel.isHealthy = true
    clock.moveWall(980)
    const early = await read()
    clock.advance(334)
    await turns()
    reads[0]?.answer({ id: 'key_1' })
    expect(await early.verdict).toMatchObject({ ok: true })
    expect(await recall()).toBe('miss')
  })

  test('a read that was begun with one is not joined any more', async () => {
    const { read, reads, prove, clock } = setUp({ answersAtOnce: false })
    await prove()
    await read()
    clock.advance(980)
    await read()
    expect(reads).toHaveLength(2)
  })

  test('an hour leaves nothing behind, and hits are back within two leases', async () => {
    const { clock, channel, ask, isHit } = setUp()
    for (let second = 0; second < 3600; second++) {
      clock.advance(1000)
      for (const proof of channel.proofs.splice(0)) proof.reject(new Error('no connection'))
      await turns(6)
      if (second % 100 === 0) expect((await ask()).ok).toBe(true)
    }
    expect(clock.pending).toBe(1)
    channel.isHealthy = true
    clock.advance(2000)
    await turns()
    await ask()
    expect(await isHit()).toBe(true)
  })
})

describe('after a loss', () => {
  test('nothing of before is served, and what is read is fresh for a minute after the next proof', async () => {
    const { clock, channel, begin, ask, isHit, reads } = setUp({ maxAgeMs: 1 })
    await begin()
    channel.lose()
    expect(await isHit()).toBe(false)
    clock.advance(10 * MINUTE)
    channel.proofs.splice(0)
    channel.isHealthy = true
    clock.advance(1000)
    await turns()
    await ask()
    expect(reads.at(-1)?.fresh).toBe(true)
    for (let second = 0; second < 59; second++) {
      clock.advance(1000)
      await turns(4)
    }
    await ask()
    expect(reads.at(-1)?.fresh).toBe(true)
    clock.advance(334)
    await turns(4)
    clock.advance(1000)
    await turns(4)
    await ask()
    expect(reads.at(-1)?.fresh).toBe(false)
  })

  test('a read under way answers who waits for it and nobody else', async () => {
    const { channel, read, recall, reads, prove, clock } = setUp({ answersAtOnce: false })
    await prove()
    const early = await read()
    channel.lose()
    clock.advance(334)
    await prove()
    await read()
    reads[0]?.answer({ id: 'key_1' })
    expect((await early.verdict).ok).toBe(true)
    expect(await recall()).toBe('miss')
  })

  test('a channel that loses messages all the time is not asked more than three times a lease', async () => {
    const { clock, channel } = setUp()
    channel.proofs.splice(0)
    for (let turn = 0; turn < 100; turn++) {
      channel.lose()
      clock.advance(10)
    }
    expect(channel.proofs.length).toBeLessThanOrEqual(3)
  })
})

describe('what is heard', () => {
  test.each([{ id: 'key_1' }, { owner: 'acct_1' }, 'all'] as const)('%j is forgotten', async (invalidation) => {
    const { channel, store, begin, isHit } = setUp()
    store.row = { id: 'key_1', owner: 'acct_1' }
    await begin()
    expect(await isHit()).toBe(true)
    channel.hear(invalidation)
    expect(await isHit()).toBe(false)
  })

  test('by digest too, and of other keys it is not', async () => {
    const { channel, begin, isHit } = setUp()
    await begin()
    channel.hear({ id: 'key_2' }, { digest: 'f'.repeat(64) })
    expect(await isHit()).toBe(true)
    channel.hear({ digest })
    expect(await isHit()).toBe(false)
  })

  test('and cannot be understood may mean any key', async () => {
    const { channel, begin, isHit } = setUp()
    await begin()
    channel.hear({ tenant: 'acct_1' } as never)
    expect(await isHit()).toBe(false)
  })

  test('of a new key lets its token in at once', async () => {
    const { channel, store, begin, ask } = setUp()
    store.row = null
    await begin()
    store.row = { id: 'key_1' }
    expect((await ask()).ok).toBe(false)
    channel.hear({ id: 'key_1' })
    expect((await ask()).ok).toBe(true)
  })
})

describe('open streams', () => {
  async function openStream(options: { maxAgeMs?: number } = {}) {
    const all = setUp(options)
    await all.prove()
    const verdict = await all.ask()
    if (!verdict.ok) throw new Error('refused')
    return { ...all, signal: verdict.principal.signal }
  }

  test('end when another process revokes their key', async () => {
    const { channel, store, signal } = await openStream()
    store.row = null
    expect(signal.aborted).toBe(false)
    channel.hear({ id: 'key_1' })
    await turns()
    expect(signal.aborted).toBe(true)
  })

  test('are asked about when messages were lost, and again when the lease is back', async () => {
    const { channel, clock, store, signal, reads, prove } = await openStream()
    const before = reads.length
    channel.lose()
    await turns()
    expect(reads.length).toBe(before + 1)
    expect(signal.aborted).toBe(false)
    store.row = null
    clock.advance(334)
    await prove()
    expect(signal.aborted).toBe(true)
  })

  test('are asked about every `maxAgeMs` while there is no lease', async () => {
    const { clock, store, signal } = await openStream({ maxAgeMs: 10_000 })
    store.row = null
    clock.advance(10_500)
    await turns()
    expect(signal.aborted).toBe(false)
    clock.advance(1500)
    await turns()
    expect(signal.aborted).toBe(true)
  })
})

describe('the events say', () => {
  test('how long a proof took, and why a lease ended', async () => {
    const { clock, channel, prove, lease } = setUp()
    clock.advance(20)
    await prove()
    channel.lose()
    clock.advance(334)
    channel.proofs.shift()?.reject(new Error('refused'))
    await turns()
    expect(lease.map(({ outcome, reason, renewalMs }) => [outcome, reason, renewalMs])).toEqual([
      ['gained', undefined, 20],
      ['lost', 'connection', undefined],
      ['unproved', undefined, undefined],
    ])
    expect(lease[2]?.error).toEqual(new Error('refused'))
  })

  test('that it ran out', async () => {
    const { clock, prove, lease } = setUp()
    await prove()
    clock.advance(2000)
    expect(lease.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['gained', undefined],
      ['lost', 'time'],
    ])
  })
})

test('a closed verifier takes no part any more, and asks for nothing', async () => {
  const { clock, channel, verifier } = setUp()
  verifier.close()
  expect(channel.subscribers).toEqual([])
  expect(clock.pending).toBe(0)
  clock.advance(10_000)
  expect(channel.proofs).toHaveLength(1)
})

test('a verifier that was made where no timer can be set subscribes with its first request', async () => {
  const clock = new ManualClock()
  const { schedule } = clock
  clock.schedule = () => {
    throw new Error('not at module scope')
  }
  const channel = new ScriptedChannel()
  channel.isHealthy = true
  const verifier = createVerifier({ resolve: () => ({ id: 'key_1' }), cache: { max: 10, channel }, clock })
  expect(channel.subscribers).toEqual([])
  clock.schedule = schedule
  const outcomes: string[] = []
  verifier.on('cache', ({ outcome }) => outcomes.push(outcome))
  for (let request = 0; request < 3; request++) {
    await verifier.verify(HEADER)
    await turns()
  }
  expect(channel.subscribers.length).toBe(1)
  expect(outcomes).toEqual(['no_lease', 'miss', 'fill', 'hit'])
})

test('a channel that throws, and a clock that sets no timer, cost the lease and nothing else', async () => {
  const clock = { now: () => 0, monotonic: () => time, schedule: () => fails() }
  let time = 0
  let proofs = 0
  const fails = (): never => {
    throw new Error('not here')
  }
  const channel: Channel = {
    leaseMs: 1000,
    durable: false,
    subscribe: () => ({
      prove: () => (proofs++ === 0 ? fails() : Promise.resolve()),
      close: fails,
    }),
    publish: fails,
    close: fails,
  }
  const verifier = createVerifier({ resolve: () => ({ id: 'key_1' }), cache: { max: 10, channel }, clock })
  await turns()
  expect((await verifier.verify(HEADER)).ok).toBe(true)
  expect(proofs).toBe(1)
  time = 400
  await verifier.verify(HEADER)
  await turns()
  expect(proofs).toBe(2)
  verifier.close()
})

describe('whatever a channel hands over', () => {
  test('does not throw, and what cannot be read empties memory', async () => {
    const { channel, begin, isHit, ask } = setUp()
    await begin()
    expect(await isHit()).toBe(true)
    for (const junk of [undefined, null, 5, 'all', {}, [null], [{}], [{ id: 7 }], new Array(2000)]) {
      expect(() => channel.subscribers[0]?.invalidate(junk as never)).not.toThrow()
      expect(await isHit()).toBe(false)
      expect(await isHit()).toBe(true)
    }
    fc.assert(fc.property(fc.anything(), (junk) => channel.subscribers[0]?.invalidate(junk as never)))
    await ask()
    expect(await isHit()).toBe(true)
  })

  test('losses that follow each other are one, and do not put off the next proof', async () => {
    const { clock, channel, begin, isHit, prove, lease, ask } = setUp()
    await begin()
    channel.proofs.length = 0
    for (let ms = 0; ms < 1000; ms += 10) {
      channel.lose()
      clock.advance(10)
    }
    // As many as without a flood: each a third of a lease later, then twice that, then at most a lease.
    expect(channel.proofs.length).toBeGreaterThanOrEqual(2)
    expect(lease.filter(({ outcome }) => outcome === 'lost')).toHaveLength(1)
    expect(await isHit()).toBe(false)
    // Those were asked for before the last loss.
    while (channel.proofs.length > 0) await prove()
    expect(await isHit()).toBe(false)
    clock.advance(1000)
    await prove()
    await ask()
    expect(await isHit()).toBe(true)
  })

  test('a stream whose lease is lost again and again is read at the first loss and after each longest age', async () => {
    const { clock, channel, begin, ask, reads } = setUp({ maxAgeMs: MINUTE })
    await begin()
    const verdict = await ask()
    if (!verdict.ok) throw new Error('the key is refused')
    expect(verdict.principal.signal.aborted).toBe(false)
    const before = reads.length
    for (let second = 0; second < 119; second++) {
      channel.lose()
      clock.advance(1000)
      await turns()
    }
    expect(reads.length - before).toBe(2)
  })
})
