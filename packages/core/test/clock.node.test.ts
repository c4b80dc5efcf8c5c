import { expect, test } from 'vitest'
import { HOUR, schedule, systemClock } from '../src/clock.ts'

/** Timers that keep this process alive. */
function waiting(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
}

test.each([systemClock, { now: () => 0, monotonic: () => 0 }])(
  'a timer keeps the process alive when somebody waits for it',
  (clock) => {
    const before = waiting()
    const cancelIdle = schedule(clock, HOUR, () => {})
    expect(waiting()).toBe(before)
    const cancelAwaited = schedule(clock, HOUR, () => {}, true)
    expect(waiting()).toBe(before + 1)
    cancelIdle()
    cancelAwaited()
    expect(waiting()).toBe(before)
  },
)
