import type { Channel, ChannelSubscription, Invalidation } from '@bearward/core'

/** A subscriber that writes down what it hears. */
export interface Witness extends ChannelSubscription {
  readonly heard: Invalidation[]
  losses: number
}

export function witness(channel: Channel): Witness {
  const heard: Invalidation[] = []
  const subscriber = {
    invalidate: (invalidations: readonly Invalidation[]) => void heard.push(...invalidations),
    lost: () => {
      self.losses++
    },
  }
  const self: Witness = { heard, losses: 0, ...channel.subscribe(subscriber) }
  return self
}
