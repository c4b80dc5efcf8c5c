import { type Channel, type Clock, MINUTE, SECOND, SharedWork } from '@bearward/core'
import type { KeyringEvents } from './events.ts'
import type { KeyStore } from './store.ts'

/** Changes taken out of the outbox at once. */
const OUTBOX_PAGE = 100
/** A publication waits for an answer and for a lease, each a minute at most; one that takes longer has died with its request. */
const CLAIMED_MS = 3 * MINUTE
/** A page that takes longer to be taken out has died with the request that began it. */
const TAKE_OUT_WITHIN_MS = 30 * SECOND

/**
 * What was committed and may not have been published. A change leaves it after its publication, behind the back of whoever
 * made it: left in, it is published twice, which does no harm.
 */
export class Outbox {
  readonly #store: KeyStore
  readonly #channel: Channel
  readonly #events: KeyringEvents
  readonly #clock: Clock
  /**
   * Sequences of this process that are being published or taken out: not orphans, whatever the outbox says. Each with the monotonic
   * time until which that holds, oldest first.
   */
  readonly #own = new Map<number, number>()
  #published: number[] = []
  readonly #takingOut: SharedWork<void>

  constructor(store: KeyStore, channel: Channel, clock: Clock, events: KeyringEvents) {
    this.#store = store
    this.#channel = channel
    this.#clock = clock
    this.#events = events
    this.#takingOut = new SharedWork<void>({ clock, patienceMs: TAKE_OUT_WITHIN_MS })
  }

  /** Whether changes must be kept in it: a channel that loses none needs none. */
  get isNeeded(): boolean {
    return !this.#channel.durable
  }

  /** This process publishes the change with this sequence. */
  claim(sequence: number): void {
    this.#own.set(sequence, this.#clock.monotonic() + CLAIMED_MS)
  }

  /** It could not be published: whoever comes next may try. */
  release(sequence: number): void {
    this.#own.delete(sequence)
  }

  /** It was published, and need not be kept. */
  takeOut(sequence: number): void {
    if (!this.isNeeded) {
      this.release(sequence)
      return
    }
    this.#published.push(sequence)
    if (!this.#takingOut.isInProgress) void this.#takingOut.run((progress) => this.#takeOutAll(progress))
  }

  /** Resolves when all that was published is taken out, or has been tried to be. Never rejects. */
  async settled(): Promise<void> {
    await this.#takingOut.settled()
  }

  /** Publishes what was committed and never published, by this process or by one that is no more. */
  async publishLeftovers(): Promise<void> {
    if (!this.isNeeded) return
    this.#releaseLost()
    let remove: readonly number[] = []
    for (;;) {
      const left = await this.#store.outbox({ remove, limit: OUTBOX_PAGE })
      const orphans = left.filter(({ sequence }) => !this.#own.has(sequence))
      for (const orphan of orphans) await this.#channel.publish(orphan, { confirm: false })
      if (orphans.length === 0) return
      remove = orphans.map(({ sequence }) => sequence)
    }
  }

  /** Releases the claims of requests that were cancelled. The sweep then publishes their changes again and takes them out. */
  #releaseLost(): void {
    const now = this.#clock.monotonic()
    for (const [sequence, until] of this.#own) {
      if (now < until) return
      this.#own.delete(sequence)
    }
  }

  async #takeOutAll(progress: () => boolean): Promise<void> {
    while (this.#published.length > 0 && progress()) {
      const remove = this.#published.splice(0, OUTBOX_PAGE)
      try {
        await this.#store.outbox({ remove, limit: 1 })
      } catch (error) {
        this.#events.emit('failed', { task: 'outbox', error })
      }
      for (const sequence of remove) this.release(sequence)
    }
  }
}
