import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MINUTE, SECOND } from '../src/clock.ts'
import { takeTurns } from '../src/turns.ts'
import type { Turn } from '../src/waiting-room.ts'
import { ManualClock } from './manual-clock.ts'
import { deferred, turns as microtasks, until } from './support/waiting.ts'

/** Lets run what waits for a turn of the event loop. */
async function macrotask(): Promise<void> {
  await microtasks()
  await new Promise((next) => setTimeout(next))
  await microtasks()
}

const live = new AbortController().signal
const MAX_WAITING = 64
/** A quarter of them. */
const MAX_PER_ID = 16

/** Tasks that end when the test says so; what happened to each stands in `log`. */
function setUp(maxConcurrent = 1, maxWaiting = MAX_WAITING) {
  const clock = new ManualClock()
  const turns = takeTurns(maxConcurrent, maxWaiting, clock)
  const started: { readonly name: string; readonly end: () => void }[] = []
  const log: string[] = []
  const add = (name: string, turn: Turn & { signal?: AbortSignal } = {}): void => {
    const { signal = live, ...rest } = turn
    const task = async (): Promise<string> => {
      const { promise, resolve } = deferred<void>()
      started.push({ name, end: () => resolve() })
      await promise
      return 'ran'
    }
    turns(signal, task, { id: name.split(' ')[0], ...rest }).then(
      (result) => log.push(`${name} ${result ?? 'left out'}`),
      (error: Error) => log.push(`${name} ${error.name === 'AbortError' ? 'given up' : 'refused'}`),
    )
  }
  const endNext = async (settle = macrotask): Promise<string> => {
    const next = started.shift()
    next?.end()
    await settle()
    return next?.name ?? 'nothing'
  }
  return { clock, add, started, log, endNext }
}

describe('ids take turns', () => {
  test('a task about another id goes before all that wait for the id with many', async () => {
    const { add, endNext, started } = setUp()
    for (let guess = 0; guess < 10; guess++) add(`a ${guess}`)
    add('b')
    await endNext()
    expect(started.map(({ name }) => name)).toEqual(['b'])
    await endNext()
    expect(await endNext()).toBe('a 1')
  })

  test('tasks about one id, and tasks without an id, run in the order of their coming', async () => {
    for (const id of ['a', undefined]) {
      const { add, endNext } = setUp()
      for (let each = 0; each < 4; each++) add(`task ${each}`, { id })
      for (let each = 0; each < 4; each++) expect(await endNext()).toBe(`task ${each}`)
    }
  })

  test('how often an id was asked about is forgotten after a minute', async () => {
    const { add, endNext, clock, started } = setUp()
    add('a 0')
    await endNext()
    add('x')
    add('a 1')
    add('b')
    await endNext()
    expect(started[0]?.name).toBe('b')
    await endNext()
    await endNext()
    clock.advance(MINUTE)
    add('y')
    add('a 2')
    add('c')
    await endNext()
    expect(started[0]?.name).toBe('a 2')
  })

  test('one id waits with no more than a quarter of the places', async () => {
    const { add, log } = setUp()
    for (let guess = 0; guess <= MAX_PER_ID + 1; guess++) add(`a ${guess}`)
    add('b')
    await microtasks()
    expect(log).toEqual([`a ${MAX_PER_ID + 1} refused`])
  })

  test('where there are few places, one id may have eight of them', async () => {
    const { add, log } = setUp(1, 10)
    for (let guess = 0; guess <= 9; guess++) add(`a ${guess}`)
    await microtasks()
    expect(log).toEqual(['a 9 refused'])
  })

  test('in a full queue the id with the most tasks makes room, by its latest', async () => {
    const { add, log, endNext } = setUp(1, 4)
    add('x')
    for (const name of ['a 0', 'a 1', 'a 2', 'b 0']) add(name)
    add('c')
    await microtasks()
    expect(log).toEqual(['a 2 refused'])
    add('c 1')
    await microtasks()
    expect(log).toEqual(['a 2 refused', 'a 1 refused'])
    add('c 2')
    await microtasks()
    expect(log).toEqual(['a 2 refused', 'a 1 refused', 'c 2 refused'])
    await endNext()
    expect(await endNext()).toBe('b 0')
  })

  test('among ids with one task each, the one that was asked about the most makes room', async () => {
    const { add, log, endNext } = setUp(1, 3)
    for (const id of ['a', 'b', 'b', 'c']) {
      add(id)
      await endNext()
    }
    log.length = 0
    add('x')
    for (const id of ['a', 'b', 'c']) add(id)
    add('fresh')
    await microtasks()
    expect(log).toEqual(['b refused'])
    await endNext()
    expect(await endNext()).toBe('fresh')
  })

  test('a task is refused when no id in a full queue asks for more than its own', async () => {
    const { add, log } = setUp(1, 2)
    for (const name of ['x', 'a', 'b', 'c']) add(name)
    await microtasks()
    expect(log).toEqual(['c refused'])
  })

  test('without places to wait, what cannot run at once is refused', async () => {
    const { add, log, endNext } = setUp(1, 0)
    add('a')
    add('b')
    await microtasks()
    expect(log).toEqual(['b refused'])
    await endNext()
    add('b 1')
    expect(await endNext()).toBe('b 1')
  })
})

describe('callers that give up', () => {
  test('make room at once, and their tasks never start', async () => {
    const { add, log, endNext, started } = setUp(1, 2)
    const given = new AbortController()
    add('x')
    add('a', { signal: given.signal })
    add('b', { signal: given.signal })
    given.abort()
    add('c')
    add('d')
    await microtasks()
    expect(log).toEqual(['a given up', 'b given up'])
    await endNext()
    await endNext()
    expect(started.map(({ name }) => name)).toEqual(['d'])
  })

  test('are told when the queue moves on', async () => {
    const { add, log, endNext } = setUp()
    const given = new AbortController()
    add('x')
    add('a', { signal: given.signal })
    given.abort()
    await endNext()
    expect(log).toContain('a given up')
  })

  test('before they came run nothing', async () => {
    const { add, log, started } = setUp()
    add('a', { signal: AbortSignal.abort() })
    await microtasks()
    expect(started).toEqual([])
    expect(log).toEqual(['a given up'])
  })
})

describe('requests that are cancelled, as at the edge', () => {
  test('a task that never ends loses its place after ten seconds, or twice its deadline', async () => {
    for (const [deadlineMs, lostAfterMs] of [
      [undefined, 10 * SECOND],
      [SECOND, 10 * SECOND],
      [MINUTE, 2 * MINUTE],
    ] as const) {
      const { add, clock, started } = setUp()
      add('a', { deadlineMs })
      clock.advance(lostAfterMs - 1)
      add('b', { deadlineMs: 10 * MINUTE })
      await microtasks()
      expect(started.length).toBe(1)
      // The timer of the request that waits.
      clock.advance(10 * SECOND)
      await microtasks()
      expect(started.map(({ name }) => name)).toEqual(['a', 'b'])
    }
  })

  test('a task that ends after it has lost its place does not give back the place of another task', async () => {
    const { add, clock, started, endNext } = setUp()
    add('a')
    clock.advance(10 * SECOND)
    add('b')
    add('c')
    await endNext()
    expect(started.map(({ name }) => name)).toEqual(['b'])
  })

  test('one that waits no longer than its deadline takes up no place after it', async () => {
    const { add, clock, log } = setUp(1, 1)
    add('x', { deadlineMs: MINUTE })
    add('gone', { deadlineMs: SECOND })
    clock.advance(SECOND)
    add('a')
    await microtasks()
    expect(log).toEqual([])
  })

  test('leave no timer behind when their tasks run', async () => {
    const { add, clock, endNext } = setUp()
    for (const id of ['a', 'b', 'c']) add(id)
    for (let each = 0; each < 3; each++) await endNext()
    expect(clock.pending).toBe(0)
  })
})

describe('decoys', () => {
  const isDecoy = true

  test('run in idle places, and leave one free', async () => {
    const { add, started } = setUp(2)
    add('a', { isDecoy })
    add('b', { isDecoy })
    expect(started.map(({ name }) => name)).toEqual(['a'])
    add('real')
    await microtasks()
    expect(started.map(({ name }) => name)).toEqual(['a', 'real'])
  })

  test('are left out when their turn comes while a task waits that is none', async () => {
    const { add, endNext, log } = setUp(1)
    add('x')
    add('a', { isDecoy })
    add('real')
    await endNext()
    expect(log).toEqual(['x ran', 'a left out'])
    expect(await endNext()).toBe('real')
  })

  test('wait their turn as a task about an id that exists would', async () => {
    const { add, endNext, log } = setUp(1)
    add('x')
    add('a')
    add('b', { isDecoy })
    add('c')
    add('d')
    await endNext()
    expect(log).toEqual(['x ran'])
    await endNext()
    expect(log).toEqual(['x ran', 'a ran', 'b left out'])
  })

  test('are refused as a task about an id that exists would be', async () => {
    for (const flooded of [true, false]) {
      const refused = []
      for (const isUnknown of [true, false]) {
        const { add, log } = setUp(1, 8)
        add('x')
        for (let guess = 0; guess < 12; guess++) add(`a ${guess}`, { isDecoy: isUnknown && flooded })
        for (let guess = 0; guess < 3; guess++) add(`b ${guess}`, { isDecoy: isUnknown })
        await microtasks()
        refused.push(log.filter((line) => line.startsWith('b')).length)
        if (flooded) expect(log.filter((line) => line === 'a 11 refused').length).toBe(1)
      }
      if (!flooded) expect(refused[0]).toBe(refused[1])
    }
  })

  test('however many there are, do not keep out what counts', async () => {
    const { add, started, log } = setUp(2, 4)
    for (let guess = 0; guess < 1000; guess++) add(`made-up-${guess}`, { isDecoy })
    add('real')
    await microtasks()
    expect(started.map(({ name }) => name)).toContain('real')
    await macrotask()
    // One runs, the oldest are let go, and none is refused.
    expect(log.length).toBe(999)
    expect(log.every((line) => line.endsWith('left out'))).toBe(true)
  })
})

test('callers that ask again at once let everything else run', async () => {
  const turns = takeTurns(2, 4, new ManualClock())
  let hasRun = false
  setTimeout(() => (hasRun = true))
  let asked = 0
  const caller = async (): Promise<void> => {
    while (!hasRun && asked++ < 10_000)
      await turns(live, () => new Promise(() => {}), { id: `${asked}`, isDecoy: true })
  }
  for (let each = 0; each < 8; each++) void caller()
  await until(() => hasRun)
  expect(asked).toBeLessThan(100)
})

test('in any sequence of tasks, no more run at once than allowed, and every task ends', async () => {
  const task = fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd'),
    isDecoy: fc.boolean(),
    ends: fc.boolean(),
    givesUp: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(task, { maxLength: 60 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 0, max: 12 }),
      async (tasks, maxConcurrent, maxWaiting) => {
        const { add, log, started, endNext } = setUp(maxConcurrent, maxWaiting)
        let added = 0
        for (const { ends, givesUp, ...turn } of tasks) {
          const given = new AbortController()
          add(`${turn.id} ${added++}`, { ...turn, signal: given.signal })
          if (givesUp) given.abort()
          expect(started.length).toBeLessThanOrEqual(maxConcurrent)
          if (ends) await endNext(microtasks)
        }
        while (started.length > 0) await endNext(microtasks)
        await macrotask()
        expect(log.length).toBe(tasks.length)
      },
    ),
    { numRuns: 300 },
  )
})
