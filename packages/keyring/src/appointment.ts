import { type Clock, SECOND, schedule } from '@bearward/core'

/** A timer that is later than this has died with the request that set it. */
const DEAD_AFTER_MS = SECOND

/** Lets work go on after the response was sent, on runtimes that end it otherwise. */
export type WaitUntil = ((work: Promise<unknown>) => void) | undefined

/** Work in the background that a timer begins, or a request that finds the timer dead. */
export interface Appointment {
  /** Epoch milliseconds. */
  readonly setAt: number
  /** Epoch milliseconds. */
  readonly dueAt: number
  readonly cancel: () => void
}

/**
 * Sets a timer. On some runtimes a timer ends with the request that has set it, and none can be set outside of requests: so the
 * caller asks `isMissed()` with each request.
 *
 * @param at epoch milliseconds
 */
export function appoint(clock: Clock, at: number, delayMs: number, callback: () => void): Appointment {
  let cancel = (): void => {}
  try {
    cancel = schedule(clock, delayMs, callback)
  } catch {
    // Outside of requests: the first request after `dueAt` does it.
  }
  return { setAt: at, dueAt: at + delayMs, cancel }
}

/** Returns false where the runtime sets no timers, such as at module scope of a worker. */
export function canSetTimers(clock: Clock): boolean {
  try {
    schedule(clock, SECOND, () => {})()
    return true
  } catch {
    return false
  }
}

/**
 * Returns true when the timer is overdue, so that the request must do its work.
 *
 * @param at epoch milliseconds; a clock that was set back says nothing of the timer, which then counts as dead
 */
export function isMissed({ setAt, dueAt }: Appointment, at: number): boolean {
  return at > dueAt + DEAD_AFTER_MS || at < setAt - DEAD_AFTER_MS
}
