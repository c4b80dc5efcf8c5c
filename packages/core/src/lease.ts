import type { Channel, ChannelSubscription } from './channel.ts'
import { type Clock, schedule } from './clock.ts'
import type { Events, LeaseLoss, VerifierEvents } from './events.ts'
import type { Invalidation } from './invalidation.ts'

/**
 * The share of a lease that is used. Whoever revokes waits for `leaseMs` by a clock that may run 1 % fast, 0.990 of it
 * in true time; a clock here that runs 1 % slow makes 0.98 of a lease last 0.98 / 0.99 = 0.9899 of it, which is less.
 */
const USABLE_SHARE = 0.98

/** `Date.now()` cuts to whole milliseconds. */
const ROUNDING_MS = 1

/** Proofs asked for during one lease, so that one may be late. */
const RENEWALS_PER_LEASE = 3

/** Both clocks at one moment. */
interface Instant {
  readonly wall: number
  readonly monotonic: number
}

/** A span of time that has not run out while both clocks say so: one of them stands still while a machine sleeps. */
export class Term {
  #latestWall = 0
  #endsWall = Number.NEGATIVE_INFINITY
  #endsMonotonic = Number.NEGATIVE_INFINITY
  #wentBack = false

  begin(from: Instant, lengthMs: number): void {
    // From when the proof was asked for: if the clock has gone back since, the next question finds it out.
    this.#latestWall = from.wall
    this.#wentBack = false
    this.#endsWall = from.wall + lengthMs
    this.#endsMonotonic = from.monotonic + lengthMs
  }

  end(): void {
    this.#endsWall = Number.NEGATIVE_INFINITY
  }

  /** A clock that answers `NaN` holds nothing. */
  holds(wall: number, monotonic: number): boolean {
    if (!(wall < this.#endsWall && monotonic < this.#endsMonotonic)) return false
    if (wall < this.#latestWall) {
      // What it says of the time since is worth nothing, also when it has caught up.
      this.#wentBack = true
      this.end()
      return false
    }
    this.#latestWall = wall
    return true
  }

  /** Whether it ended because the wall clock went backwards. */
  get wentBack(): boolean {
    return this.#wentBack
  }
}

/** What a lease needs of whoever remembers keys. */
export interface LeaseHolder {
  hear(invalidations: readonly Invalidation[]): void
  /** Invalidations may have been missed: nothing that was read before may be served again. */
  forgetAll(): void
  /** Nobody has told of changes for `maxAgeMs`: what is open must be looked at. */
  verifyStreams(): void
}

/** Whether memory may answer: only while it is proved that every invalidation has been heard. */
export class Lease {
  readonly #clock: Clock
  readonly #holder: LeaseHolder
  readonly #events: Events
  readonly #leaseMs: number
  readonly #maxAgeMs: number
  readonly #term = new Term()
  readonly #channel: Channel
  /** None before the first request where the verifier was made outside of one. */
  #subscription: ChannelSubscription | undefined
  #cancelTimer: () => void = nothing
  /** Counts losses: what was asked for before one proves nothing after it. */
  #losses = 0
  /** Proofs asked for since the last one that came. */
  #unanswered = 0
  /** Monotonic time at which the next proof may be asked for. */
  #nextAt = Number.NEGATIVE_INFINITY
  /** Monotonic time at which the newest proof that came was asked for. */
  #provedAt = Number.NEGATIVE_INFINITY
  /** Monotonic time at which streams were last known to be watched over. */
  #watchedAt: number
  #mayHaveMissed = true
  /** As the events say; the term itself can run out unnoticed. */
  #isHeld = false
  #isClosed = false

  constructor(channel: Channel, maxAgeMs: number, clock: Clock, holder: LeaseHolder, events: Events) {
    this.#clock = clock
    this.#holder = holder
    this.#events = events
    this.#leaseMs = channel.leaseMs
    this.#maxAgeMs = maxAgeMs
    this.#watchedAt = clock.monotonic()
    this.#channel = channel
    if (!this.#mayBegin()) return
    this.#subscribed()
    this.#renew()
  }

  /** At module scope workerd forbids timers, I/O and random numbers: then the first request begins. */
  #mayBegin(): boolean {
    try {
      schedule(this.#clock, this.#leaseMs, nothing)()
      return true
    } catch {
      return false
    }
  }

  #subscribed(): ChannelSubscription {
    this.#subscription ??= this.#channel.subscribe({
      invalidate: (invalidations) => this.#holder.hear(invalidations),
      lost: () => this.#lose(),
    })
    return this.#subscription
  }

  /** Asked on every request, by the clocks that the request has read. */
  holds(wall: number, monotonic: number): boolean {
    return this.#term.holds(wall, monotonic)
  }

  /** A request has found no lease: asks for one if it is time. Timers are late after a sleep, and some runtimes forbid them. */
  want(monotonic: number): void {
    if (monotonic >= this.#nextAt) this.#renew()
  }

  close(): void {
    this.#isClosed = true
    this.#losses++
    this.#term.end()
    this.#cancelTimer()
    this.#leave().catch(nothing)
  }

  #renew(): void {
    if (this.#isClosed) return
    const sent = { wall: this.#clock.now(), monotonic: this.#clock.monotonic() }
    const losses = this.#losses
    this.#notice(sent)
    // Two leases after the channel is back at the latest: one until it is asked again, and what the answer takes.
    const backoff = Math.min(this.#leaseMs, (this.#leaseMs / RENEWALS_PER_LEASE) * 2 ** Math.min(this.#unanswered, 8))
    this.#unanswered++
    this.#arm(sent.monotonic + backoff)
    this.#prove().then(
      () => this.#proved(sent, losses),
      (error: unknown) => {
        if (!this.#isClosed) this.#tell({ outcome: 'unproved', error })
      },
    )
  }

  async #leave(): Promise<void> {
    await this.#subscription?.close()
  }

  async #prove(): Promise<void> {
    await this.#subscribed().prove()
  }

  #proved(sent: Instant, losses: number): void {
    if (losses !== this.#losses || sent.monotonic < this.#provedAt) return
    const [wall, monotonic] = [this.#clock.now(), this.#clock.monotonic()]
    this.#notice({ wall, monotonic })
    this.#unanswered = 0
    this.#provedAt = sent.monotonic
    this.#arm(Math.max(monotonic, sent.monotonic + this.#leaseMs / RENEWALS_PER_LEASE))
    // Before anything may be served: a fill under way since before the subscription may hold what nobody told of.
    if (this.#mayHaveMissed) this.#holder.forgetAll()
    this.#mayHaveMissed = false
    this.#term.begin(sent, this.#leaseMs * USABLE_SHARE - ROUNDING_MS)
    if (!this.#term.holds(wall, monotonic)) return
    this.#watchedAt = monotonic
    const outcome = this.#isHeld ? 'renewed' : 'gained'
    this.#isHeld = true
    this.#tell({ outcome, renewalMs: monotonic - sent.monotonic })
  }

  #lose(): void {
    if (this.#isClosed) return
    this.#losses++
    // Anyone who can send to the channel can cause losses. Between the first loss and the next proof, which empties the
    // cache once more, nothing enters it: a further loss costs a counter, and does not put off that proof.
    if (this.#mayHaveMissed) return
    this.#term.end()
    this.#mayHaveMissed = true
    this.#unanswered = 0
    this.#watchedAt = this.#clock.monotonic()
    this.#holder.forgetAll()
    this.#arm(this.#watchedAt + this.#leaseMs / RENEWALS_PER_LEASE)
    this.#tellLoss('connection')
  }

  /** Sees that the lease has run out, which nobody tells, and what is to be done while there is none. */
  #notice({ wall, monotonic }: Instant): void {
    if (this.#term.holds(wall, monotonic)) {
      this.#watchedAt = monotonic
      return
    }
    this.#tellLoss(this.#term.wentBack ? 'clock' : 'time')
    if (monotonic - this.#watchedAt < this.#maxAgeMs) return
    this.#watchedAt = monotonic
    this.#holder.verifyStreams()
  }

  #arm(at: number): void {
    this.#cancelTimer()
    this.#cancelTimer = nothing
    this.#nextAt = at
    try {
      this.#cancelTimer = schedule(this.#clock, Math.max(0, at - this.#clock.monotonic()), () => this.#renew())
    } catch {
      // workerd sets no timer outside of a request: then a request asks, see `want`.
    }
  }

  #tellLoss(reason: LeaseLoss): void {
    if (!this.#isHeld) return
    this.#isHeld = false
    this.#tell({ outcome: 'lost', reason })
  }

  #tell(facts: Partial<VerifierEvents['lease']> & Pick<VerifierEvents['lease'], 'outcome'>): void {
    if (!this.#events.topics.lease.isHeard) return
    this.#events.topics.lease.emit({ reason: undefined, renewalMs: undefined, error: undefined, ...facts })
  }
}

function nothing(): void {}
