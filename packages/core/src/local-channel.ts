import type { Channel, ChannelSubscriber } from './channel.ts'
import { type Clock, systemClock } from './clock.ts'

/**
 * A channel within one process: whoever subscribes has acknowledged when `publish()` returns. The default of a keyring.
 *
 * @example
 * ```ts
 * import { localChannel } from '@bearward/core'
 *
 * const channel = localChannel()
 * await channel.publish({ invalidations: [{ id: 'key_1' }] })
 * ```
 */
export function localChannel(options: { readonly leaseMs?: number; readonly clock?: Clock } = {}): Channel {
  const { leaseMs = 1000, clock = systemClock } = options
  const subscribers = new Set<ChannelSubscriber>()
  return {
    leaseMs,
    durable: true,
    subscribe(subscriber) {
      subscribers.add(subscriber)
      return {
        async prove() {},
        async close() {
          subscribers.delete(subscriber)
        },
      }
    },
    async publish({ invalidations }) {
      const start = clock.monotonic()
      for (const subscriber of subscribers) subscriber.invalidate(invalidations)
      const elapsedMs = clock.monotonic() - start
      return { confirmed: true, acknowledged: subscribers.size, silent: 0, elapsedMs, boundMs: 0 }
    },
    async close() {
      for (const subscriber of subscribers) subscriber.lost()
      subscribers.clear()
    },
  }
}
