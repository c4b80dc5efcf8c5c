import { type Clock, schedule } from '@bearward/core'

/**
 * What `work` answers, if it does so in time. It is not stopped: what it answers later is for the caller to ignore.
 *
 * @throws {Error} that names what took too long
 */
export async function within<T>(clock: Clock, ms: number, what: string, work: Promise<T>): Promise<T> {
  let cancel = (): void => {}
  const late = new Promise<never>((_, reject) => {
    cancel = schedule(clock, ms, () => reject(new Error(`${what} took longer than ${ms} ms`)))
  })
  try {
    return await Promise.race([work, late])
  } finally {
    cancel()
  }
}
