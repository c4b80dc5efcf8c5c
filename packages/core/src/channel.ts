import type { Invalidation } from './invalidation.ts'

/**
 * How one process tells the others that keys changed. A verifier with `cache: { channel }` answers from memory only
 * while it can prove that it has heard everything; who changes keys publishes after the change is committed.
 *
 * Contract:
 * - *First in, first out.* Every change that the channel had accepted before `prove()` was called has been handed to the
 *   subscriber when `prove()` resolves, in the order in which it was accepted. Accepted means: published to a server, or
 *   committed where the store carries it. This holds for each call, also where calls overlap, are answered late or were given
 *   up. Before the first proof of a subscription, and after a loss, a subscriber remembers nothing: that proof need not hand
 *   over what was accepted before it came.
 * - *Registered before it is proved.* `prove()` first enters this subscriber, with the end of its lease, where publishers
 *   look for subscribers to wait for. Publishers look after their message was accepted, so they find every subscriber that
 *   may not have it.
 * - *At least once.* Duplicates do no harm. `lost()` must report a loss. Two equal changes are two changes.
 * - *Acknowledged after eviction.* `invalidate()` is synchronous. This subscriber counts as having acknowledged when
 *   `invalidate()` has returned, and not before. A subscriber whose `invalidate()` throws has not acknowledged: call `lost()`.
 * - *Silent ones are waited for.* `publish()` resolves when every subscriber that may hold a lease has acknowledged, or
 *   when every lease that ran at the time of publication has run out, by a clock that is not set. A registry that may have
 *   forgotten a subscriber (its server restarted, or another one took over) counts as if it had: then `publish()` waits a whole
 *   lease.
 * - *Left means left.* A subscriber that has left, or whose channel has closed, is not waited for, also where a proof was in
 *   progress. It takes no later subscriber of the channel with it.
 *
 * `Acknowledgements` of `@bearward/core/channel` does the waiting, and `channelContract()` of `@bearward/core/testing` holds a
 * channel against this.
 */
export interface Channel {
  /**
   * Longest time in milliseconds that a verifier may answer from memory without having heard, 100 to 60 000. The same in
   * all processes: a publisher waits for what it knows.
   */
  readonly leaseMs: number
  /**
   * Whether a committed change reaches all subscribers by itself, because the store carries it. Otherwise whoever changes
   * keys must remember what was committed and not yet published, and see to it that some process publishes it.
   */
  readonly durable: boolean
  /** Takes part from now on. Never throws because the other side is out of reach: the subscription tries again until it is closed. */
  subscribe(subscriber: ChannelSubscriber): ChannelSubscription
  /**
   * Tells every process of a change that has been committed.
   *
   * @returns once no process accepts what the change forbids; with `confirm: false` once the message is on its way
   * @throws when the message could not be sent; what was committed stands all the same, and must be published again
   */
  publish(change: Change, options?: { readonly confirm?: boolean | undefined }): Promise<Confirmation>
  /**
   * Optional: checks what a `prove()` does not need and `publish()` or leaving does, such as rights on tables. Changes nothing.
   *
   * @throws {Error} that says what is wrong and what to do about it
   */
  ready?(): Promise<void>
  /** Ends every subscription, with `lost()` for each, and gives back what the channel itself has opened. */
  close(): Promise<void>
}

/** Keys that changed, in one commit. */
export interface Change {
  readonly invalidations: readonly Invalidation[]
  /** Place of the change in the order of commits, where the store has one. */
  readonly sequence?: number | undefined
}

/** What a channel hands its messages to; both methods are synchronous and do not throw. */
export interface ChannelSubscriber {
  /** Forgets what is remembered of these keys. When it returns, nothing older is served to a request that begins later. */
  invalidate(invalidations: readonly Invalidation[]): void
  /**
   * Messages may have been missed: the lease is over, and nothing that was remembered may be served again. Must be called
   * before a `prove()` of the time after the loss resolves.
   */
  lost(): void
}

/** One subscriber's part in a channel. */
export interface ChannelSubscription {
  /**
   * Resolves when every invalidation that was accepted before this call has been handed to the subscriber. The lease
   * runs from the moment of the call, not from that of the answer: one that takes longer than a lease is worth nothing, and
   * should be given up. Asked for several times during one lease, also while another call is under way.
   *
   * @throws when it cannot be proved; the lease then runs out
   */
  prove(): Promise<void>
  /** Takes no part any more: is handed nothing, proves nothing, and no publisher waits for it. */
  close(): Promise<void>
}

/** How a publication ended. */
export interface Confirmation {
  /** Whether no process accepts the old state any more; `false` only with `confirm: false`. */
  readonly confirmed: boolean
  /** Subscribers that acknowledged. */
  readonly acknowledged: number
  /** Subscribers that did not, and whose lease has run out instead. */
  readonly silent: number
  /** Milliseconds from publication to confirmation. */
  readonly elapsedMs: number
  /** Milliseconds after which no process accepts the old state in any case; `0` when confirmed. */
  readonly boundMs: number
}
