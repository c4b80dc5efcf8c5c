import { afterEach, expect, test, vi } from 'vitest'
import { HOUR, schedule, systemClock } from '../src/clock.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

test.each([systemClock, { now: () => 0, monotonic: () => 0 }])(
  'a timer keeps the process alive when somebody waits for it, and only then',
  (clock) => {
    const set = vi.spyOn(globalThis, 'setTimeout')
    const cancelIdle = schedule(clock, HOUR, () => {})
    const cancelAwaited = schedule(clock, HOUR, () => {}, true)
    const timers = set.mock.results.map(({ value }) => value as NodeJS.Timeout)
    expect(timers.map((timer) => timer.hasRef())).toEqual([false, true])
    cancelIdle()
    cancelAwaited()
  },
)
