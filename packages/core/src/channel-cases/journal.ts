import type { Channel, ChannelSubscriber, ChannelSubscription, Confirmation } from '../channel.ts'
import { systemClock } from '../clock.ts'
import type { Invalidation } from '../invalidation.ts'
import { awaitedLater } from './expect.ts'

/** The share of a lease that a verifier uses, less the rounding of its clock. */
const USABLE_SHARE = 0.98
const ROUNDING_MS = 1

/** A proof or a confirmation that breaks the guarantee. */
export class Breach extends Error {}

/** A publication of a case, with places in the order of all that the case has seen. */
interface Publication {
  readonly invalidations: readonly Invalidation[]
  /** Before it was committed. */
  readonly startedAt: number
  acceptedAt: number
  confirmedAt: number
}

/**
 * What one case has seen, in order. It holds every proof and every publication against the guarantee, as a verifier relies
 * on it, whatever the case is about.
 */
export class Journal {
  readonly #publications: Publication[] = []
  readonly #witnesses = new Set<Witness>()
  #place = 0
  /** The first breach. It may have been seen by work whose failure no case waits for. */
  breach: Breach | undefined

  /** The next place in the order. */
  next(): number {
    return ++this.#place
  }

  subscribe(channel: Channel): Witness {
    const witness = new Witness(this, channel)
    this.#witnesses.add(witness)
    return witness
  }

  forget(witness: Witness): void {
    this.#witnesses.delete(witness)
  }

  /** Publishes, and holds every subscriber with a lease against a confirmation. */
  published(invalidations: readonly Invalidation[], publish: () => Promise<Confirmation>): Promise<Confirmation> {
    return awaitedLater(this.#published(invalidations, publish))
  }

  async #published(
    invalidations: readonly Invalidation[],
    publish: () => Promise<Confirmation>,
  ): Promise<Confirmation> {
    const unknown = Number.POSITIVE_INFINITY
    const publication = { invalidations, startedAt: this.next(), acceptedAt: unknown, confirmedAt: unknown }
    this.#publications.push(publication)
    const confirmation = await publish()
    publication.acceptedAt = this.next()
    if (!confirmation.confirmed) return confirmation
    publication.confirmedAt = publication.acceptedAt
    for (const witness of this.#witnesses) {
      if (witness.holdsLease() && witness.beganAt < publication.startedAt) {
        this.#expectHeard(witness, publication, 'a publication was confirmed while a subscriber held a lease')
      }
    }
    return confirmation
  }

  /** Holds a proof that has resolved against what was accepted before it was asked for, and what was confirmed since. */
  proved(witness: Witness, calledAt: number): void {
    for (const publication of this.#publications) {
      // What was there before its lease began, a subscriber reads from the store.
      if (publication.startedAt < witness.beganAt) continue
      if (publication.acceptedAt < calledAt) {
        this.#expectHeard(
          witness,
          publication,
          'prove() resolved after a change was accepted that came before its call',
        )
      }
      if (publication.confirmedAt < this.#place && witness.holdsLease()) {
        this.#expectHeard(witness, publication, 'prove() gave a lease after a publication was confirmed')
      }
    }
  }

  #expectHeard(witness: Witness, { invalidations, startedAt }: Publication, circumstances: string): void {
    const missing = invalidations.find((each) => !witness.hasHeard(each, startedAt))
    if (missing === undefined) return
    const expectation = `expected that invalidate() had been called with ${JSON.stringify(missing)} by then`
    this.breach ??= new Breach(`${circumstances}: ${expectation}`)
    throw this.breach
  }
}

/** A subscriber that writes down what it is handed, and knows its lease as a verifier does. */
export class Witness implements ChannelSubscriber {
  readonly heard: Invalidation[] = []
  losses = 0
  /** Place of the first proof since the subscription or the last loss. */
  beganAt: number = Number.POSITIVE_INFINITY
  /** Runs in `invalidate()`, before it returns. */
  onInvalidate: (invalidations: readonly Invalidation[]) => void = () => {}
  /** Places at which each invalidation was last handed over, by what it says. */
  readonly #places = new Map<string, number>()
  readonly #journal: Journal
  readonly #subscription: ChannelSubscription
  readonly #leaseMs: number
  #leaseEndsAt = Number.NEGATIVE_INFINITY

  constructor(journal: Journal, channel: Channel) {
    this.#journal = journal
    this.#leaseMs = channel.leaseMs
    this.#subscription = channel.subscribe(this)
  }

  invalidate(invalidations: readonly Invalidation[]): void {
    this.onInvalidate(invalidations)
    const place = this.#journal.next()
    for (const each of invalidations) {
      this.heard.push(each)
      this.#places.set(JSON.stringify(each), place)
    }
  }

  lost(): void {
    this.losses++
    this.#end()
  }

  /** Asks for a proof. Rejects where the channel gives none, and where the proof breaks the contract. */
  prove(): Promise<void> {
    return awaitedLater(this.#prove())
  }

  async #prove(): Promise<void> {
    const [calledAt, calledAtMs, losses] = [this.#journal.next(), systemClock.monotonic(), this.losses]
    await this.#subscription.prove()
    // As a verifier does: what was asked for before a loss proves nothing after it.
    if (losses !== this.losses) return
    if (this.beganAt === Number.POSITIVE_INFINITY) this.beganAt = this.#journal.next()
    const endsAt = calledAtMs + this.#leaseMs * USABLE_SHARE - ROUNDING_MS
    this.#leaseEndsAt = Math.max(this.#leaseEndsAt, endsAt)
    this.#journal.proved(this, calledAt)
  }

  async close(): Promise<void> {
    this.#journal.forget(this)
    this.losses++
    this.#end()
    await this.#subscription.close()
  }

  holdsLease(): boolean {
    return systemClock.monotonic() < this.#leaseEndsAt
  }

  /**
   * Whether this, or every key, was handed over.
   *
   * @param since place in the order; what was handed over before it does not count
   */
  hasHeard(invalidation: Invalidation, since = 0): boolean {
    return [invalidation, 'all'].some((each) => (this.#places.get(JSON.stringify(each)) ?? 0) > since)
  }

  #end(): void {
    this.beganAt = Number.POSITIVE_INFINITY
    this.#leaseEndsAt = Number.NEGATIVE_INFINITY
  }
}
