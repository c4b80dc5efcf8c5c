import { describe, expect, test } from 'vitest'
import { SECOND } from '../src/clock.ts'
import { SharedWork } from '../src/shared-work.ts'
import { ManualClock } from './manual-clock.ts'
import { type Deferred, deferred, turns } from './support/waiting.ts'

const PATIENCE_MS = SECOND

/** Work that ends when the test says so. */
function setUp() {
  const clock = new ManualClock()
  const shared = new SharedWork<string>({ clock, patienceMs: PATIENCE_MS })
  const begun: Deferred<string>[] = []
  const progress: (() => boolean)[] = []
  const log: string[] = []
  const run = (name: string): void => {
    const work = (tell: () => boolean): Promise<string> => {
      const own = deferred<string>()
      begun.push(own)
      progress.push(tell)
      return own.promise
    }
    shared.run(work).then(
      (result) => log.push(`${name}: ${result}`),
      (error: Error) => log.push(`${name} failed: ${error.message}`),
    )
  }
  return { clock, shared, begun, progress, log, run }
}

test('callers at the same time share one run, and a later caller begins another', async () => {
  const { run, begun, log } = setUp()
  run('one')
  run('two')
  begun[0]?.resolve('first')
  await turns()
  run('three')
  begun[1]?.resolve('second')
  await turns()
  expect(log).toEqual(['one: first', 'two: first', 'three: second'])
})

test('callers that share a run share its failure, and a later caller tries again', async () => {
  const { run, begun, log, shared } = setUp()
  run('one')
  run('two')
  begun[0]?.reject(new Error('down'))
  await turns()
  expect(log).toEqual(['one failed: down', 'two failed: down'])
  expect(shared.isInProgress).toBe(false)
  const throws = (): never => {
    throw new Error('at once')
  }
  await expect(shared.run(throws)).rejects.toThrow('at once')
  expect(shared.isInProgress).toBe(false)
})

describe('work that was lost with its request', () => {
  test('is begun again by one of those who waited, and the others wait for that', async () => {
    const { clock, run, begun, log } = setUp()
    run('gone')
    for (const name of ['one', 'two', 'three']) run(name)
    clock.advance(PATIENCE_MS)
    await turns()
    expect(begun.length).toBe(2)
    begun[1]?.resolve('again')
    await turns()
    expect(log.toSorted()).toEqual(['one: again', 'three: again', 'two: again'])
  })

  test('is begun again by the next caller', async () => {
    const { clock, run, begun, log, shared } = setUp()
    run('gone')
    clock.advance(PATIENCE_MS)
    expect(shared.isInProgress).toBe(false)
    run('one')
    begun[1]?.resolve('again')
    await turns()
    expect(log).toEqual(['one: again'])
    // The first one lives after all, and ends nothing but itself.
    run('two')
    begun[0]?.resolve('late')
    await turns()
    expect(shared.isInProgress).toBe(true)
    expect(log).toEqual(['one: again', 'gone: late'])
  })

  test('is not lost while it makes progress, and is told when another run has taken its place', async () => {
    const { clock, run, begun, progress, log } = setUp()
    run('slow')
    run('one')
    for (let step = 0; step < 5; step++) {
      clock.advance(PATIENCE_MS - 1)
      await turns()
      expect(progress[0]?.()).toBe(true)
    }
    expect(begun.length).toBe(1)
    clock.advance(PATIENCE_MS)
    await turns()
    expect(begun.length).toBe(2)
    expect(progress.map((tell) => tell())).toEqual([false, true])
    begun[1]?.resolve('again')
    await turns()
    expect(log).toEqual(['one: again'])
  })

  test('is not waited for by settled()', async () => {
    const { clock, run, shared, begun, log } = setUp()
    run('gone')
    void shared.settled().then(() => log.push('settled'))
    clock.advance(PATIENCE_MS - 1)
    await turns()
    expect(log).toEqual([])
    clock.advance(1)
    await turns()
    expect(log).toEqual(['settled'])
    run('one')
    void shared.settled().then(() => log.push('settled'))
    begun[1]?.reject(new Error('down'))
    await turns()
    expect(log).toEqual(['settled', 'one failed: down', 'settled'])
  })
})

test('where no timer can be set, a caller does not wait for the work of others', async () => {
  const { clock, run, begun, log } = setUp()
  run('one')
  clock.schedule = () => {
    throw new Error('no timers here')
  }
  run('two')
  await turns()
  expect(begun.length).toBe(2)
  begun[1]?.resolve('own')
  await turns()
  expect(log).toEqual(['two: own'])
})

test('leaves no timer behind', async () => {
  const { clock, run, begun } = setUp()
  run('one')
  run('two')
  begun[0]?.resolve('first')
  await turns()
  expect(clock.pending).toBe(0)
})
