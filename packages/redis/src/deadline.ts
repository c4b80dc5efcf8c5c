import { type Clock, schedule } from '@bearward/core'

/** How long Redis may leave something unanswered before it is given up, in milliseconds: a lease, and never less than a second. */
export function patienceOf(leaseMs: number): number {
  return Math.max(leaseMs, 1000)
}

/**
 * What `promise` brings, unless the time is over first. What it brings later is dropped.
 *
 * @param keepsAlive whether the process must live until then, because somebody waits for it
 */
export function within<T>(
  clock: Clock,
  delayMs: number,
  promise: Promise<T>,
  late: () => Error,
  keepsAlive = false,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    // In two steps: a process that stood still finds its timers due before it has read what came meanwhile.
    let cancel = schedule(
      clock,
      delayMs / 2,
      () => {
        cancel = schedule(clock, delayMs / 2, () => reject(late()), keepsAlive)
      },
      keepsAlive,
    )
    promise.then(resolve, reject).finally(() => cancel())
  })
}
