import type { ChannelSubscriber } from './channel.ts'
import { readInvalidations } from './channel-message.ts'

/** One subscriber's place in a channel. */
export interface Subscribed {
  /** @throws {Error} when the subscriber has left, or has failed */
  check(): void
  /** @returns `false` when it had left before */
  remove(): boolean
}

/**
 * Subscribers of one channel, for writing a channel. Its methods hand over what arrived, never throw, and go on with the
 * next subscriber when one fails: they run in the event handlers of drivers, where an exception ends the process.
 *
 * @example
 * ```ts
 * import { readMessage, Subscribers } from '@bearward/core/channel'
 *
 * declare const server: { onMessage(listener: (text: string) => void): void; acknowledge(): void }
 * const subscribers = new Subscribers('myChannel')
 * server.onMessage((text) => {
 *   if (subscribers.invalidate(readMessage(text)?.invalidations)) server.acknowledge()
 * })
 * ```
 */
export class Subscribers {
  readonly #channel: string
  readonly #seats = new Set<Seat>()

  /** @param channel name of the function that makes the channel, for messages of errors */
  constructor(channel: string) {
    this.#channel = channel
  }

  /** Number of subscribers. */
  get size(): number {
    return this.#seats.size
  }

  /** Adds a subscriber. One that is added twice has two places. */
  add(subscriber: ChannelSubscriber): Subscribed {
    const seat: Seat = { subscriber, failure: undefined }
    this.#seats.add(seat)
    return {
      check: () => {
        if (this.#seats.has(seat)) return
        if (seat.failure === undefined) throw new Error(`${this.#channel}: the channel was closed`)
        throw new Error(`${this.#channel}: this subscriber has failed`, { cause: seat.failure.error })
      },
      remove: () => this.#seats.delete(seat),
    }
  }

  /**
   * Hands over invalidations. Where these cannot be read, the subscribers lose their lease instead.
   *
   * @param invalidations as they arrived, unchecked
   * @returns whether every subscriber has evicted them; if not, the channel must not acknowledge
   */
  invalidate(invalidations: unknown): boolean {
    const read = readInvalidations(invalidations)
    if (read === undefined) {
      this.lose()
      return false
    }
    let haveAll = true
    for (const seat of [...this.#seats]) {
      try {
        seat.subscriber.invalidate(read)
      } catch {
        haveAll = false
        this.#lose(seat)
      }
    }
    return haveAll
  }

  /** Ends every lease: messages may have been missed. */
  lose(): void {
    for (const seat of [...this.#seats]) this.#lose(seat)
  }

  /** Ends every lease and removes all subscribers. */
  close(): void {
    const seats = [...this.#seats]
    this.#seats.clear()
    for (const seat of seats) this.#lose(seat)
  }

  /** A subscriber that cannot even lose its lease may serve what is old: it gets no proof any more. */
  #lose(seat: Seat): void {
    try {
      seat.subscriber.lost()
    } catch (error) {
      seat.failure = { error }
      this.#seats.delete(seat)
    }
  }
}

interface Seat {
  readonly subscriber: ChannelSubscriber
  failure: { readonly error: unknown } | undefined
}
