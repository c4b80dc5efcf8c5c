import { describe, expect, test } from 'vitest'
import { Acknowledgements } from '../src/acknowledgements.ts'
import type { Clock } from '../src/clock.ts'
import { ManualClock } from './manual-clock.ts'
import { turns } from './support/waiting.ts'

const members = [
  { id: 'a', leaseLeftMs: 300 },
  { id: 'b', leaseLeftMs: 700 },
]

function setUp() {
  const clock = new ManualClock()
  const acknowledgements = new Acknowledgements({ leaseMs: 1000, clock })
  return { clock, acknowledgements }
}

describe('a confirmation', () => {
  test('waits for nobody when nobody holds a lease', async () => {
    const { acknowledgements } = setUp()
    expect(await acknowledgements.confirm({ members: [] })).toEqual({
      confirmed: true,
      acknowledged: 0,
      silent: 0,
      elapsedMs: 0,
      boundMs: 0,
    })
  })

  test('comes with the last acknowledgement, also of those that came before the census', async () => {
    const { clock, acknowledgements } = setUp()
    acknowledgements.receive('b')
    acknowledgements.receive('stranger')
    clock.advance(5)
    const confirmed = acknowledgements.confirm({ members })
    clock.advance(5)
    acknowledgements.receive('a')
    acknowledgements.receive('a')
    expect(await confirmed).toMatchObject({ confirmed: true, acknowledged: 2, silent: 0, elapsedMs: 10 })
    expect(clock.pending).toBe(0)
  })

  test('comes when the lease of the last silent member has run out, from the census on', async () => {
    const { clock, acknowledgements } = setUp()
    clock.advance(400)
    let isConfirmed = false
    const confirmed = acknowledgements.confirm({ members }).then((confirmation) => {
      isConfirmed = true
      return confirmation
    })
    clock.advance(300)
    acknowledgements.receive('a')
    clock.advance(399)
    await turns()
    expect(isConfirmed).toBe(false)
    clock.advance(1)
    expect(await confirmed).toMatchObject({ confirmed: true, acknowledged: 1, silent: 1, elapsedMs: 1100 })
  })

  test('comes by its own timer when an acknowledgement arrived within a request that was cancelled', async () => {
    const { clock, acknowledgements } = setUp()
    const confirmed = acknowledgements.confirm({ members })
    const { schedule } = clock
    clock.schedule = () => () => {}
    acknowledgements.receive('b')
    clock.schedule = schedule
    clock.advance(700)
    expect(await confirmed).toMatchObject({ confirmed: true, acknowledged: 1, silent: 1, elapsedMs: 700 })
    expect(clock.pending).toBe(0)
  })

  test('waits a whole lease where the registry may have forgotten somebody', async () => {
    const { clock, acknowledgements } = setUp()
    let isConfirmed = false
    const confirmed = acknowledgements.confirm({ members, registryAgeMs: 999 }).then(() => {
      isConfirmed = true
    })
    acknowledgements.receive('a')
    acknowledgements.receive('b')
    clock.advance(999)
    await turns()
    expect(isConfirmed).toBe(false)
    clock.advance(1)
    await confirmed
  })

  test('waits for acknowledgements alone where the registry is older', async () => {
    const { acknowledgements } = setUp()
    acknowledgements.receive('a')
    acknowledgements.receive('b')
    expect(await acknowledgements.confirm({ members, registryAgeMs: 1000 })).toMatchObject({ confirmed: true })
  })

  test('asks the monotonic clock again when a timer fires early, and keeps the process alive meanwhile', async () => {
    let time = 0
    const timers: { callback: () => void; keepsAlive: boolean | undefined }[] = []
    const clock: Clock = {
      now: () => 0,
      monotonic: () => time,
      schedule: (callback, _delayMs, keepsAlive) => {
        timers.push({ callback, keepsAlive })
        return () => {}
      },
    }
    const acknowledgements = new Acknowledgements({ leaseMs: 1000, clock })
    const confirmed = acknowledgements.confirm({ members })
    time = 699.5
    timers[0]?.callback()
    expect(timers).toHaveLength(2)
    time = 700
    timers[1]?.callback()
    expect(await confirmed).toMatchObject({ silent: 2 })
    expect(timers.map(({ keepsAlive }) => keepsAlive)).toEqual([true, true])
  })

  test('fails when the clock does', async () => {
    const clock: Clock = {
      now: () => 0,
      monotonic: () => 0,
      schedule: () => {
        throw new Error('no timers here')
      },
    }
    await expect(new Acknowledgements({ leaseMs: 1000, clock }).confirm({ members })).rejects.toThrow('no timers here')
  })
})

test('without waiting, the bound is the longest lease of those that are silent', () => {
  const { acknowledgements } = setUp()
  acknowledgements.receive('b')
  expect(acknowledgements.unconfirmed({ members })).toMatchObject({ confirmed: false, acknowledged: 1, boundMs: 300 })
  expect(acknowledgements.unconfirmed({ members, registryAgeMs: 0 })).toMatchObject({ boundMs: 1000 })
  acknowledgements.receive('a')
  expect(acknowledgements.unconfirmed({ members })).toMatchObject({ confirmed: false, boundMs: 0 })
})

describe('a census that other programs may have written', () => {
  test.each([
    [{ members: [{ id: 'a', leaseLeftMs: Number.NaN }] }, 1000],
    [{ members: [{ id: 'a', leaseLeftMs: Number.POSITIVE_INFINITY }] }, 60_000],
    [{ members: [{ id: 'a', leaseLeftMs: 1e15 }] }, 60_000],
    [{ members: [], registryAgeMs: Number.NaN }, 1000],
    [{ members: [], registryAgeMs: -5 }, 1000],
  ])('makes the wait no shorter and not endless (%#)', async (census, waitMs) => {
    const { clock, acknowledgements } = setUp()
    const confirmed = acknowledgements.confirm(census)
    let isConfirmed = false
    void confirmed.then(() => {
      isConfirmed = true
    })
    clock.advance(waitMs - 1)
    await turns()
    expect(isConfirmed).toBe(false)
    clock.advance(1)
    expect(await confirmed).toMatchObject({ confirmed: true, elapsedMs: waitMs })
  })

  test('keeps no acknowledgement of a member that it does not name', async () => {
    const { clock, acknowledgements } = setUp()
    const confirmed = acknowledgements.confirm({ members })
    for (let index = 0; index < 1000; index++) acknowledgements.receive(`stranger ${index}`)
    expect([acknowledgements.hasReceived('stranger 0'), acknowledgements.hasReceived('a')]).toEqual([false, false])
    acknowledgements.receive('a')
    clock.advance(700)
    expect(await confirmed).toMatchObject({ acknowledged: 1, silent: 1 })
  })

  test('is waited for when more acknowledgements came before it than are kept', async () => {
    const { clock, acknowledgements } = setUp()
    for (let index = 0; index < 100_000; index++) acknowledgements.receive(`stranger ${index}`)
    acknowledgements.receive('a')
    const confirmed = acknowledgements.confirm({ members: members.slice(0, 1) })
    clock.advance(300)
    expect(await confirmed).toMatchObject({ acknowledged: 0, silent: 1 })
  })
})
