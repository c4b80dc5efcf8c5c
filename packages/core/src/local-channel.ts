import type { Channel, ChannelSubscriber } from './channel.ts'
import { type Clock, systemClock } from './clock.ts'

/** What `localChannel()` takes. */
export interface LocalChannelOptions {
  /** Milliseconds that a verifier may answer from memory without asking for a proof. Default 1000. */
  readonly leaseMs?: number | undefined
  /** Default `systemClock`. */
  readonly clock?: Clock | undefined
}

/**
 * A channel within one process: whoever subscribes has acknowledged when `publish()` returns. The default of a keyring.
 * Other processes on the same store hear nothing of it: where there are several, use a channel that reaches them.
 *
 * @example
 * ```ts
 * import { createVerifier, localChannel } from '@bearward/core'
 *
 * const channel = localChannel()
 * const verifier = createVerifier({ resolve: () => null, cache: { max: 10_000, channel } })
 * await channel.publish({ invalidations: [{ id: 'key_1' }] })
 * ```
 */
export function localChannel(options: LocalChannelOptions = {}): Channel {
  const { leaseMs = 1000, clock = systemClock } = options
  const subscribers = new Set<ChannelSubscriber>()
  return {
    leaseMs,
    // A process that crashes between commit and publish loses its cache too, so no other process needs the message.
    durable: true,
    subscribe(subscriber) {
      subscribers.add(subscriber)
      return {
        async prove() {
          if (!subscribers.has(subscriber)) throw new Error('the channel was closed')
        },
        async close() {
          subscribers.delete(subscriber)
        },
      }
    },
    async publish({ invalidations }) {
      const startedAt = clock.monotonic()
      for (const subscriber of subscribers) {
        try {
          subscriber.invalidate(invalidations)
        } catch {
          // The others must hear. If it cannot even lose its lease, the publication fails.
          subscriber.lost()
        }
      }
      const elapsedMs = clock.monotonic() - startedAt
      return { confirmed: true, acknowledged: subscribers.size, silent: 0, elapsedMs, boundMs: 0 }
    },
    async close() {
      const left = [...subscribers]
      subscribers.clear()
      for (const subscriber of left) subscriber.lost()
    },
  }
}
