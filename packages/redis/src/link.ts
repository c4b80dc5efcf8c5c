import { MINUTE, systemClock } from '@bearward/core'
import { within } from './deadline.ts'

/** What runs scripts. */
interface Evaluator {
  /** Runs a script on the primary that owns the key. */
  evaluate(script: string, key: string, args: readonly string[]): Promise<unknown>
}

/** What the channel needs of Redis, whichever client brings it: one file per client makes it. Scripts go over the user's own client. */
export interface RedisLink extends Evaluator {
  /** Whether it talks to a cluster, where messages stay on the nodes that own their slot. */
  readonly isCluster: boolean
  /**
   * A connection of the channel's own to the primary that owns the key, not yet opened. It never reconnects.
   *
   * @param onLost called when it has failed or ended, perhaps several times
   */
  connection(key: string, connectTimeoutMs: number, onLost: (error: Error) => void): Promise<RawConnection>
}

/** One connection to one server, from its beginning to its end. */
export interface RawConnection extends Evaluator {
  open(): Promise<void>
  /** The server's answer to `INFO server`. */
  info(): Promise<string>
  /** What arrives is handed over before anything that the server sent later is. */
  subscribe(channels: readonly string[], sharded: boolean, onMessage: OnMessage): Promise<void>
  /** Resolves when all that the server sent before the answer has been handed over. */
  ping(): Promise<void>
  /** Ends it at once. Never throws. */
  destroy(): void
}

/** Unchecked: a client may be set up to hand over buffers. */
export type OnMessage = (message: unknown, channel: unknown) => void

/**
 * Makes what is asked before a node of a cluster is picked: if the slot has moved, the answer is what tells the client where
 * to. Goes on without an answer, and asks no second time while the first question waits: the client may be cut off where a
 * connection of the channel's own would not be.
 *
 * @param ask sends a command to the primary that owns the key
 */
export function locator(ask: (key: string) => Promise<unknown>): (key: string, timeoutMs: number) => Promise<void> {
  let asking: { readonly answer: Promise<unknown>; readonly lostAt: number } | undefined
  return async (key, timeoutMs) => {
    const now = systemClock.monotonic()
    // A question whose request was cancelled waits for ever.
    if (asking === undefined || now >= asking.lostAt) {
      const own = { answer: ask(key), lostAt: now + LOST_AFTER_MS }
      asking = own
      const end = (): void => {
        if (asking === own) asking = undefined
      }
      own.answer.then(end, end)
    }
    const late = (): Error => new Error(`redisChannel: Redis did not answer within ${timeoutMs} ms`)
    await within(systemClock, timeoutMs / 2, asking.answer, late).catch(() => {})
  }
}

/** Longer than any client of a cluster that works leaves a question open. */
const LOST_AFTER_MS: number = 2 * MINUTE

/** Such a question. */
export const NOTHING = 'return 1'
