import { setTimeout as wait } from 'node:timers/promises'

/** Waits between tries: short at first, never longer than this. */
const LONGEST_WAIT_MS = 50
/** After about ten seconds somebody holds the lock who will not let go. */
const MAX_TRIES = 300

/**
 * Tries again while another process holds the lock of a SQLite file. SQLite's own way of waiting would stop the event
 * loop, and every request of this process with it.
 *
 * @param work must have changed nothing when it fails because the file is busy
 */
export async function retryBusy<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (!isBusy(error) || tries >= MAX_TRIES) throw error
    }
    await wait(Math.min(tries * 2, LONGEST_WAIT_MS) * (0.5 + randomFraction()))
  }
}

/** SQLITE_BUSY and its kin, as `node:sqlite` and `better-sqlite3` tell them. */
function isBusy(error: unknown): boolean {
  const { errcode, code } = error as { errcode?: unknown; code?: unknown }
  if (typeof errcode === 'number') return (errcode & 0xff) === 5
  return typeof code === 'string' && code.startsWith('SQLITE_BUSY')
}

function randomFraction(): number {
  const [value = 0] = crypto.getRandomValues(new Uint32Array(1))
  return value / 2 ** 32
}
