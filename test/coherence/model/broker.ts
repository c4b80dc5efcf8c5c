import type { Invalidation } from '@bearward/core'
import type { Census } from '@bearward/core/channel'
import type { Wire } from './network.ts'
import type { Timeline } from './timeline.ts'

/** A message as subscribers get it. */
export interface Message {
  readonly id: string
  readonly invalidations: readonly Invalidation[]
}

/** The server of a channel that pushes, such as Redis: forgets everything when it restarts. */
export class Broker {
  isUp = true
  readonly #timeline: Timeline
  readonly #leaseMs: number
  readonly #rate: number
  #startedAt: number
  readonly #subscribers = new Map<Wire, (message: Message) => void>()
  /** Ends of leases by the server's clock. */
  readonly #leases = new Map<string, number>()
  /** Where acknowledgements of a message are sent. */
  readonly #publishers = new Map<string, (memberId: string) => void>()

  constructor(timeline: Timeline, leaseMs: number, rate: number) {
    this.#timeline = timeline
    this.#leaseMs = leaseMs
    this.#rate = rate
    this.#startedAt = -1e9
  }

  get #now(): number {
    return this.#timeline.now * this.#rate
  }

  stop(): void {
    this.isUp = false
    this.#subscribers.clear()
    this.#leases.clear()
    this.#publishers.clear()
  }

  start(): void {
    this.isUp = true
    this.#startedAt = this.#now
  }

  subscribe(wire: Wire, hear: (message: Message) => void): void {
    this.#subscribers.set(wire, hear)
  }

  /** From now on this member is waited for. */
  register(memberId: string): void {
    this.#leases.set(memberId, this.#now + this.#leaseMs)
  }

  /** At one moment: the message goes to every subscriber, and who may hold a lease is counted. */
  publish(message: Message, onAcknowledged: (memberId: string) => void): Census {
    const members = []
    for (const [id, endsAt] of this.#leases) {
      if (endsAt > this.#now) members.push({ id, leaseLeftMs: Math.ceil(endsAt - this.#now) })
      else this.#leases.delete(id)
    }
    for (const [wire, hear] of this.#subscribers) {
      if (wire.isCut) this.#subscribers.delete(wire)
      else wire.toProcess(() => hear(message))
    }
    this.#publishers.set(message.id, onAcknowledged)
    return { members, registryAgeMs: Math.floor(this.#now - this.#startedAt) }
  }

  acknowledge(messageId: string, memberId: string): void {
    this.#publishers.get(messageId)?.(memberId)
  }
}
