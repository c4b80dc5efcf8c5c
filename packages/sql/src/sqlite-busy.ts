import { setTimeout } from 'node:timers/promises'
import { SECOND, systemClock } from '@bearward/core'

/** Waits between tries: short at first, never longer than this. */
const LONGEST_WAIT_MS = 25
/** After so long somebody holds the lock who will not let go. */
const GIVE_UP_AFTER_MS: number = 10 * SECOND

/**
 * Tries again while another process holds the lock of a SQLite file. SQLite's own way of waiting would stop the event
 * loop, and every request of this process with it.
 *
 * @param work must have changed nothing when it fails because the file is busy
 */
export async function retryBusy<T>(work: () => Promise<T>): Promise<T> {
  const startedAt = systemClock.monotonic()
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (!isBusy(error) || systemClock.monotonic() - startedAt > GIVE_UP_AFTER_MS) throw error
    }
    await setTimeout(Math.min(tries, LONGEST_WAIT_MS) * (0.5 + randomFraction()))
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
