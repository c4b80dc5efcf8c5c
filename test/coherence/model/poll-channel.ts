import type { Change, Channel, ChannelSubscriber, ChannelSubscription, Confirmation } from '@bearward/core'
import { Acknowledgements, type Member } from '@bearward/core/channel'
import type { Host } from './host.ts'
import type { Link } from './network.ts'
import type { Store } from './store.ts'
import type { Timeline } from './timeline.ts'

/** How often a publisher looks who has acknowledged. */
const LOOK_MS = 40

interface World {
  readonly timeline: Timeline
  readonly host: Host
  readonly link: Link
  readonly store: Store
  /** The store's own clock runs wrong too. */
  readonly storeRate: number
  readonly leaseMs: number
  readonly loss: () => number
}

/** A channel over the outbox of a store that cannot push: each proof is a look at what was committed since the last. */
export class PollChannel implements Channel {
  readonly leaseMs: number
  readonly durable = true
  readonly #world: World
  #subscriber: ChannelSubscriber | undefined
  /** Highest sequence that was handed over. */
  #cursor: number | undefined

  constructor(world: World) {
    this.#world = world
    this.leaseMs = world.leaseMs
  }

  subscribe(subscriber: ChannelSubscriber): ChannelSubscription {
    this.#subscriber = subscriber
    return { prove: () => this.#prove(), close: async () => {} }
  }

  async publish({ sequence = 0 }: Change, { confirm = true } = {}): Promise<Confirmation> {
    const { host, leaseMs } = this.#world
    const acknowledgements = new Acknowledgements({ leaseMs, clock: host })
    const members = await this.#count(sequence, acknowledgements)
    if (!confirm) return acknowledgements.unconfirmed({ members })
    let isOver = false
    const look = (): void => {
      if (isOver) return
      void this.#count(sequence, acknowledgements).catch(() => {})
      host.schedule(look, LOOK_MS)
    }
    look()
    try {
      return await acknowledgements.confirm({ members })
    } finally {
      isOver = true
    }
  }

  async close(): Promise<void> {}

  get #storeNow(): number {
    return this.#world.timeline.now * this.#world.storeRate
  }

  /** In one transaction: the lease is registered and the outbox read. Whoever commits later finds this member. */
  async #prove(): Promise<void> {
    const { host, link, store, loss, leaseMs } = this.#world
    const cursor = this.#cursor
    const { rows, isGap, last } = await link.ask(host, loss(), () => {
      const acknowledged = Math.max(store.pollers.get(host.name)?.acknowledged ?? 0, cursor ?? store.lastSequence)
      store.pollers.set(host.name, { leaseEndsAt: this.#storeNow + leaseMs, acknowledged })
      store.prune(5 * leaseMs)
      const isGap = cursor !== undefined && cursor < store.removedUpTo
      return {
        rows: store.outbox.filter(({ sequence }) => sequence > (cursor ?? store.lastSequence)),
        isGap,
        last: store.lastSequence,
      }
    })
    if (isGap) {
      this.#cursor = last
      this.#subscriber?.lost()
      throw new Error('was away for too long')
    }
    for (const { invalidations } of rows) this.#subscriber?.invalidate(invalidations)
    this.#cursor = Math.max(this.#cursor ?? 0, last)
    if (rows.length > 0) void this.#acknowledge(this.#cursor).catch(() => {})
  }

  async #acknowledge(upTo: number): Promise<void> {
    const { host, link, store, loss } = this.#world
    await link.ask(host, loss(), () => {
      const poller = store.pollers.get(host.name)
      if (poller !== undefined) poller.acknowledged = Math.max(poller.acknowledged, upTo)
    })
  }

  /** Who may hold a lease from before this look, and who of them has acknowledged. */
  async #count(sequence: number, acknowledgements: Acknowledgements): Promise<readonly Member[]> {
    const { host, link, store, loss } = this.#world
    const seen = await link.ask(host, loss(), () => {
      const running = [...store.pollers].filter(([, { leaseEndsAt }]) => leaseEndsAt > this.#storeNow)
      return running.map(([id, { leaseEndsAt, acknowledged }]) => ({
        id,
        leaseLeftMs: Math.ceil(leaseEndsAt - this.#storeNow),
        hasHeard: acknowledged >= sequence,
      }))
    })
    for (const { id, hasHeard } of seen) if (hasHeard) acknowledgements.receive(id)
    return seen
  }
}
