import type { Channel, ChannelSubscriber } from '../../src/channel.ts'
import type { Invalidation } from '../../src/invalidation.ts'
import { type Deferred, deferred } from './waiting.ts'

/** A channel that does nothing by itself: the test answers each proof, hands over each message and loses connections. */
export class ScriptedChannel implements Channel {
  readonly leaseMs = 1000
  readonly durable = false
  /** Proofs that were asked for and not answered. */
  readonly proofs: Deferred<void>[] = []
  subscribers: ChannelSubscriber[] = []
  /** Whether each proof is given at once. */
  isHealthy = false

  subscribe(subscriber: ChannelSubscriber) {
    this.subscribers.push(subscriber)
    return {
      prove: () => {
        if (this.isHealthy) return Promise.resolve()
        const proof = deferred<void>()
        this.proofs.push(proof)
        return proof.promise
      },
      close: async () => {
        this.subscribers = this.subscribers.filter((other) => other !== subscriber)
      },
    }
  }

  publish(): Promise<never> {
    return Promise.reject(new Error('the test hands over messages itself'))
  }

  async close(): Promise<void> {}

  hear(...invalidations: Invalidation[]): void {
    for (const subscriber of this.subscribers) subscriber.invalidate(invalidations)
  }

  lose(): void {
    for (const subscriber of this.subscribers) subscriber.lost()
  }
}
