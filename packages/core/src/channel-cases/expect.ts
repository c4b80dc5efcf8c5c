import { schedule, systemClock } from '../clock.ts'

/** Leases that a case waits for what must come. Longer than any channel takes that keeps its contract, on a machine that is busy. */
const PATIENCE_LEASES = 20

/** Ticks that wait for promises alone; the ones after them wait for a timer. */
const SHORT_TICKS = 4

/** Fails a case with a sentence that says what was expected. */
export function expectTrue(condition: boolean, expectation: string): void {
  if (!condition) throw new Error(expectation)
}

/** Fails a case where the two values are not written alike in JSON. */
export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)]
  expectTrue(is === should, `${what}: expected ${should}, got ${is}`)
}

/** Waits for a condition, and calls `attempt` before each look at it. Fails the case after 20 leases. */
export async function until(
  holds: () => boolean,
  leaseMs: number,
  what: string,
  attempt = (): void => {},
): Promise<void> {
  const giveUpAt = systemClock.monotonic() + leaseMs * PATIENCE_LEASES
  while (!holds()) {
    expectTrue(systemClock.monotonic() < giveUpAt, `expected within ${PATIENCE_LEASES} leases that ${what}`)
    attempt()
    await pause(leaseMs / 50)
  }
}

/** Settles with the promise. Fails the case where that takes longer than 20 leases, so that no case hangs. */
export async function settled<T>(promise: Promise<T>, leaseMs: number, what: string): Promise<T> {
  let cancel = (): void => {}
  const late = new Promise<never>((_, reject) => {
    const giveUp = (): void => reject(new Error(`${what}: expected within ${PATIENCE_LEASES} leases`))
    cancel = schedule(systemClock, leaseMs * PATIENCE_LEASES, giveUp, true)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    cancel()
  }
}

/** Whether a promise resolves. */
export function resolves(promise: Promise<unknown>): Promise<boolean> {
  return promise.then(
    () => true,
    () => false,
  )
}

/** Lets other work go on: for a turn of promises at first, then for a turn of timers. */
export async function tick(count: number): Promise<void> {
  if (count >= SHORT_TICKS) await pause(0)
}

/** Moments that a case tries within one proof. */
export const MOMENTS = 8

/**
 * Waits for one of the moments within work that lasts about so long: turns of promises at first, then equal parts of it.
 *
 * @param moment from 0 to `MOMENTS - 1`
 */
export async function momentOf(durationMs: number, moment: number): Promise<void> {
  if (moment >= SHORT_TICKS) return pause((durationMs * (moment - SHORT_TICKS + 1)) / (MOMENTS - SHORT_TICKS))
  for (let turn = 0; turn < moment; turn++) await tick(turn)
}

/** Milliseconds that work takes. */
export async function durationOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = systemClock.monotonic()
  await work()
  return systemClock.monotonic() - startedAt
}

export function pause(ms: number): Promise<void> {
  return new Promise((next) => schedule(systemClock, ms, next, true))
}

/** A promise that a case awaits after other work, in which it may reject: no runtime may end the process over it. */
export function awaitedLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}
