import type { Channel } from '@bearward/core'
import type { KeyringEvents } from './events.ts'
import type { KeyStore } from './store.ts'

/** Changes taken out of the outbox at once. */
const OUTBOX_PAGE = 100

/**
 * What was committed and may not have been published. A change leaves it after its publication, behind the back of whoever
 * made it: left in, it is published twice, which does no harm.
 */
export class Outbox {
  readonly #store: KeyStore
  readonly #channel: Channel
  readonly #events: KeyringEvents
  /** Sequences of this process that are being published or taken out: not orphans, whatever the outbox says. */
  readonly #own = new Set<number>()
  #published: number[] = []
  #takingOut: Promise<void> | undefined

  constructor(store: KeyStore, channel: Channel, events: KeyringEvents) {
    this.#store = store
    this.#channel = channel
    this.#events = events
  }

  /** Whether changes must be kept in it: a channel that loses none needs none. */
  get isNeeded(): boolean {
    return !this.#channel.durable
  }

  /** This process publishes the change with this sequence. */
  claim(sequence: number): void {
    this.#own.add(sequence)
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
    this.#takingOut ??= this.#takeOutAll().finally(() => {
      this.#takingOut = undefined
    })
  }

  /** Resolves when all that was published is taken out, or has been tried to be. Never rejects. */
  async settled(): Promise<void> {
    while (this.#takingOut !== undefined) await this.#takingOut
  }

  /** Publishes what was committed and never published, by this process or by one that is no more. */
  async publishLeftovers(): Promise<void> {
    if (!this.isNeeded) return
    let remove: readonly number[] = []
    for (;;) {
      const left = await this.#store.outbox({ remove, limit: OUTBOX_PAGE })
      const orphans = left.filter(({ sequence }) => !this.#own.has(sequence))
      for (const orphan of orphans) await this.#channel.publish(orphan, { confirm: false })
      if (orphans.length === 0) return
      remove = orphans.map(({ sequence }) => sequence)
    }
  }

  async #takeOutAll(): Promise<void> {
    while (this.#published.length > 0) {
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
