import { setTimeout } from 'node:timers/promises'
import { SECOND, systemClock } from '@bearward/core'

/** Wait after the first try. Who has waited longer asks more often: nothing else gives the lock to who came first. */
const LONGEST_WAIT_MS = 25
const SHORTEST_WAIT_MS = 2
/** By how much less one waits for each millisecond that one has waited. */
const IMPATIENCE = 0.01
/** After so long somebody holds the lock who will not let go. */
const GIVE_UP_AFTER_MS: number = 30 * SECOND

/**
 * Tries again while another process holds the lock of a SQLite file. SQLite's own way of waiting would stop the event
 * loop, and every request of this process with it.
 *
 * @param work must have changed nothing when it fails because the file is busy
 */
export async function retryBusy<T>(work: () => Promise<T>): Promise<T> {
  const startedAt = systemClock.monotonic()
  for (;;) {
    try {
      return await work()
    } catch (error) {
      const waitedMs = systemClock.monotonic() - startedAt
      if (!isBusy(error) || waitedMs > GIVE_UP_AFTER_MS) throw error
      const waitMs = Math.max(SHORTEST_WAIT_MS, LONGEST_WAIT_MS - IMPATIENCE * waitedMs)
      await setTimeout(waitMs * (0.5 + randomFraction()))
    }
  }
}

/** SQLITE_BUSY and its kin, as `node:sqlite` and `better-sqlite3` tell them. */
export function isBusy(error: unknown): boolean {
  const { errcode, code } = error as { errcode?: unknown; code?: unknown }
  if (typeof errcode === 'number') return (errcode & 0xff) === 5
  return typeof code === 'string' && code.startsWith('SQLITE_BUSY')
}

function randomFraction(): number {
  const [value = 0] = crypto.getRandomValues(new Uint32Array(1))
  return value / 2 ** 32
}
