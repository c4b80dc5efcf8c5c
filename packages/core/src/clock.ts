/**
 * Where time comes from. Everything in this package that asks the time asks a `Clock`, so a test can move it by hand.
 *
 * @example
 * ```ts
 * import { createVerifier, systemClock, type Clock } from '@bearward/core'
 *
 * const skewed: Clock = { ...systemClock, now: () => systemClock.now() - 250 }
 * createVerifier({ resolve: () => null, clock: skewed })
 * ```
 */
export interface Clock {
  /** Wall-clock time in epoch milliseconds. Decides whether a key is expired or not yet valid. */
  now(): number
  /** Milliseconds that only ever grow, from any origin. Together with `now()` it decides how old a cache entry is. */
  monotonic(): number
  /**
   * Calls `callback` once after `delayMs` milliseconds and returns a function that cancels it. Must not keep the
   * process alive, unless `keepsAlive` is true: somebody waits for it then. Default: `setTimeout`. Used for resolver
   * deadlines, leases, and `principal.signal` at expiry.
   */
  schedule?(callback: () => void, delayMs: number, keepsAlive?: boolean): () => void
}

/** One second in milliseconds. */
export const SECOND = 1000
/** One minute in milliseconds. */
export const MINUTE: number = 60 * SECOND
/** One hour in milliseconds. */
export const HOUR: number = 60 * MINUTE
/** One day in milliseconds. */
export const DAY: number = 24 * HOUR

/** Longest delay a timer takes before it wraps round and fires at once (2^31 - 1 milliseconds). */
const LONGEST_DELAY_MS = 2_147_483_647

/** Taken once: the global is a getter on most runtimes, and a cached answer asks the time on every request. */
const { performance } = globalThis

/** The clock of the running system; the default of `createVerifier`. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule: scheduleTimeout,
})

function scheduleTimeout(callback: () => void, delayMs: number, keepsAlive = false): () => void {
  const timer: unknown = setTimeout(callback, Math.min(Math.max(delayMs, 0), LONGEST_DELAY_MS))
  // Node, Bun and Deno return an object that can be told not to keep the process alive; elsewhere it is a number.
  if (!keepsAlive && typeof timer === 'object' && timer !== null && 'unref' in timer)
    (timer as { unref(): void }).unref()
  return () => clearTimeout(timer as number)
}

/**
 * Calls `callback` once after `delayMs` milliseconds, by the clock if it can, otherwise by the system's timer, which
 * does not keep the process alive unless `keepsAlive` says so.
 *
 * @returns cancels it
 * @example
 * ```ts
 * import { MINUTE, schedule, systemClock } from '@bearward/core'
 *
 * const cancel = schedule(systemClock, MINUTE, () => console.log('a minute later'))
 * cancel()
 * ```
 */
export function schedule(clock: Clock, delayMs: number, callback: () => void, keepsAlive = false): () => void {
  if (clock.schedule === undefined) return scheduleTimeout(callback, delayMs, keepsAlive)
  return clock.schedule(callback, delayMs, keepsAlive)
}
