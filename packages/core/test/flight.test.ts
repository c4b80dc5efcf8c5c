import { describe, expect, test } from 'vitest'
import { MINUTE } from '../src/clock.ts'
import { Flights, FreshReads } from '../src/flight.ts'
import { type Subject, targetOf } from '../src/invalidation.ts'
import type { Question } from '../src/question.ts'
import { ManualClock } from './manual-clock.ts'

const NOTED = 256
const FRESH_DIGESTS = 10_000

function question(name: string, ...digests: string[]): Question {
  return {
    name,
    digests: [name, ...digests],
    id: undefined,
    environment: undefined,
    secret: undefined,
    provedHash: undefined,
  }
}

function found(facts: Partial<Subject> = {}): Subject {
  return { digest: 'aa', foundBy: 'aa', id: 'key_1', owner: 'acct_1', ...facts }
}

const DEADLINE_MS = 1600
const LONGEST_MS = 2 * DEADLINE_MS

/** Begins a fill for `aa`, which may also be stored as `bb`, as the lookup does. */
function takeOff(clock = new ManualClock()): {
  flights: Flights<string>
  flight: ReturnType<Flights<string>['begin']>
} {
  const flights = new Flights<string>(clock, DEADLINE_MS)
  const flight = flights.begin(question('aa', 'bb'), true, LONGEST_MS)
  flight.answer = Promise.resolve('answer')
  return { flights, flight }
}

describe('joining', () => {
  test('a fill under way may be joined, until it ends', () => {
    const { flights, flight } = takeOff()
    expect(flights.find('aa')).toBe(flight)
    expect(flights.find('cc')).toBeUndefined()
    flights.end(flight)
    expect(flights.find('aa')).toBeUndefined()
  })

  test.each([['all'], [{ id: 'key_9' }], [{ owner: 'acct_9' }], [{ digest: 'aa' }], [{ digest: 'bb' }]] as const)(
    'after %j nobody joins: whose key it will find is not known yet',
    (invalidation) => {
      const { flights } = takeOff()
      flights.invalidate(targetOf(invalidation))
      expect(flights.find('aa')).toBeUndefined()
    },
  )

  test('an invalidation of another digest is none of its business', () => {
    const { flights, flight } = takeOff()
    flights.invalidate(targetOf({ digest: 'cc' }))
    expect(flights.find('aa')).toBe(flight)
    expect(flight.mayRemember(found())).toBe(true)
    expect(flight.mayRemember(undefined)).toBe(true)
  })

  test('a fill begun after the invalidation is joined, also when the older one ends later', () => {
    const { flights, flight } = takeOff()
    flights.invalidate(targetOf('all'))
    const second = flights.begin(question('aa'), true, LONGEST_MS)
    second.answer = Promise.resolve('second')
    flights.end(flight)
    expect(flights.find('aa')).toBe(second)
    expect(second.mayRemember(found())).toBe(true)
  })
})

describe('age', () => {
  test('a fill is joined for a sixteenth of the deadline, and each that follows it for longer, up to a quarter', () => {
    const clock = new ManualClock()
    const { flights } = takeOff(clock)
    for (const share of [16, 8, 4, 4]) {
      const flight = flights.find('aa')
      expect(flight).toBeDefined()
      clock.advance(DEADLINE_MS / share - 1)
      expect(flights.find('aa')).toBe(flight)
      clock.advance(1)
      expect(flights.find('aa')).toBeUndefined()
      flights.begin(question('aa'), true, LONGEST_MS).answer = Promise.resolve('answer')
    }
  })

  test('after one has ended, or was overtaken by an invalidation, the next is joined for a sixteenth again', () => {
    const clock = new ManualClock()
    const { flights, flight } = takeOff(clock)
    clock.advance(DEADLINE_MS / 16)
    const second = flights.begin(question('aa'), true, LONGEST_MS)
    expect(second.joinableMs).toBe(DEADLINE_MS / 8)
    flights.end(flight)
    flights.invalidate(targetOf('all'))
    const third = flights.begin(question('aa'), true, LONGEST_MS)
    expect(third.joinableMs).toBe(DEADLINE_MS / 16)
    flights.end(third)
    expect(flights.begin(question('aa'), true, LONGEST_MS).joinableMs).toBe(DEADLINE_MS / 16)
  })

  test('a fill that is too old to be joined is still remembered when it ends', () => {
    const clock = new ManualClock()
    const { flights, flight } = takeOff(clock)
    clock.advance(DEADLINE_MS)
    expect(flights.isLatest(flight)).toBe(true)
    expect(flight.mayRemember(found())).toBe(true)
  })

  test('a fill that never ends is dropped when the next one begins, and remembers nothing afterwards', () => {
    const clock = new ManualClock()
    const { flights, flight } = takeOff(clock)
    clock.advance(LONGEST_MS - 1)
    flights.begin(question('cc'), true, LONGEST_MS)
    expect(flights.size).toBe(2)
    expect(flight.mayRemember(found())).toBe(true)
    clock.advance(1)
    flights.begin(question('dd'), true, LONGEST_MS)
    expect(flights.size).toBe(2)
    expect(flights.isLatest(flight)).toBe(false)
    expect(flight.joinable).toBe(false)
    // It no longer hears of invalidations.
    expect(flight.mayRemember(found())).toBe(false)
    expect(flight.mayRemember(undefined)).toBe(false)
  })

  test('a later fill of the same digest outlives the expiry of the one before it', () => {
    const clock = new ManualClock()
    const { flights } = takeOff(clock)
    clock.advance(LONGEST_MS - 1)
    const second = flights.begin(question('aa'), true, LONGEST_MS)
    second.answer = Promise.resolve('second')
    clock.advance(1)
    flights.begin(question('cc'), true, LONGEST_MS)
    expect(flights.find('aa')).toBe(second)
    expect(flights.isLatest(second)).toBe(true)
  })
})

describe('remembering what was found', () => {
  test('of an id or an owner only what it speaks of is refused', () => {
    const { flights, flight } = takeOff()
    flights.invalidate(targetOf({ id: 'key_1' }))
    flights.invalidate(targetOf({ owner: 'acct_2' }))
    expect(flight.mayRemember(found())).toBe(false)
    expect(flight.mayRemember(found({ id: 'key_2' }))).toBe(true)
    expect(flight.mayRemember(found({ id: 'key_2', owner: 'acct_2' }))).toBe(false)
  })

  test('that nothing was found is refused after any of them: the key may have been made meanwhile', () => {
    for (const invalidation of [{ id: 'key_9' }, { owner: 'acct_9' }, { digest: 'bb' }, 'all'] as const) {
      const { flights, flight } = takeOff()
      flights.invalidate(targetOf(invalidation))
      expect(flight.mayRemember(undefined)).toBe(false)
    }
  })

  test('more invalidations than are kept in mind count as concerning everything', () => {
    const { flights, flight } = takeOff()
    for (let count = 0; count < NOTED; count++) flights.invalidate(targetOf({ id: `other_${count}` }))
    expect(flight.mayRemember(found())).toBe(true)
    flights.invalidate(targetOf({ id: 'one_more' }))
    expect(flight.mayRemember(found())).toBe(false)
  })
})

describe('fresh reads', () => {
  test('an invalidated digest is read fresh for a minute, under any of its names, and no other one is', () => {
    const clock = new ManualClock()
    const fresh = new FreshReads(clock)
    expect(fresh.needed(['aa'])).toBe(false)
    fresh.invalidate(targetOf({ digest: 'bb' }))
    expect(fresh.needed(['aa', 'bb'])).toBe(true)
    expect(fresh.needed(['aa'])).toBe(false)
    clock.advance(MINUTE - 1)
    expect(fresh.needed(['bb'])).toBe(true)
    clock.advance(1)
    expect(fresh.needed(['bb'])).toBe(false)
  })

  test.each([['all'], [{ id: 'key_1' }], [{ owner: 'acct_1' }]] as const)(
    '%j makes every fill fresh',
    (invalidation) => {
      const clock = new ManualClock()
      const fresh = new FreshReads(clock)
      fresh.invalidate(targetOf({ digest: 'bb' }))
      clock.advance(MINUTE - 1)
      fresh.invalidate(targetOf(invalidation))
      clock.advance(MINUTE - 1)
      expect(fresh.needed(['aa'])).toBe(true)
      clock.advance(1)
      expect(fresh.needed(['aa'])).toBe(false)
    },
  )

  test('a second invalidation of a digest begins its minute anew', () => {
    const clock = new ManualClock()
    const fresh = new FreshReads(clock)
    fresh.invalidate(targetOf({ digest: 'aa' }))
    clock.advance(MINUTE - 1)
    fresh.invalidate(targetOf({ digest: 'aa' }))
    clock.advance(MINUTE - 1)
    expect(fresh.needed(['aa'])).toBe(true)
  })

  test('the wall clock has no say', () => {
    const clock = new ManualClock()
    const fresh = new FreshReads(clock)
    fresh.invalidate(targetOf({ digest: 'aa' }))
    clock.moveWall(10 * MINUTE)
    expect(fresh.needed(['aa'])).toBe(true)
  })

  test('more digests than are kept in mind make every fill fresh', () => {
    const fresh = new FreshReads(new ManualClock())
    for (let count = 0; count < FRESH_DIGESTS; count++) fresh.invalidate(targetOf({ digest: `digest_${count}` }))
    expect(fresh.needed(['other'])).toBe(false)
    fresh.invalidate(targetOf({ digest: 'one_more' }))
    expect(fresh.needed(['other'])).toBe(true)
    expect(fresh.needed(['digest_0'])).toBe(true)
  })
})
