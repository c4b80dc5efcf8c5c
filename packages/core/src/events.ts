import type { Clock } from './clock.ts'
import { builtin, warn } from './runtime.ts'
import type { DenialCode } from './verdict.ts'

/** The true reason of a denial. For logs and metrics; never for the client. */
export type Reason =
  | 'missing'
  | 'malformed'
  | 'format'
  | 'unknown'
  | 'secret'
  | 'revoked'
  | 'disabled'
  | 'not_yet_valid'
  | 'expired'
  | 'environment'
  | 'refused_by_application'
  | 'insufficient_scope'
  | FailureReason

/** Why a key could not be checked. */
export type FailureReason =
  | 'resolver_failed'
  | 'resolver_timeout'
  | 'record_unreadable'
  | 'digest_mismatch'
  | 'secret_hash_failed'
  | 'accept_failed'
  | 'step_failed'
  | 'closed'

/** What the cache did for one request or one fill. */
export type CacheOutcome = 'hit' | 'negative_hit' | 'miss' | 'fill' | 'fill_refused' | 'no_lease'

/** What became of the lease that `cache: { channel }` answers under. */
export type LeaseOutcome = 'gained' | 'renewed' | 'lost' | 'unproved'

/** Why a lease ended: its channel lost messages, it ran out, or the wall clock went backwards. */
export type LeaseLoss = 'connection' | 'time' | 'clock'

/** What is told, by event name. No event holds a token. `at` is epoch milliseconds. */
export interface VerifierEvents {
  /** A key was accepted; scopes may still refuse it at the route. */
  accepted: {
    readonly keyId: string
    readonly owner: string | undefined
    readonly environment: string | undefined
    /** The client's IP address as `canonicalAddress()` writes it, where the adapter or caller gave one with the request. */
    readonly address: string | undefined
    /**
     * Lets work of a listener go on after the response was sent, where the request brought such a function. Never throws;
     * `undefined` where a runtime ends no work with the request, and where only a field was verified.
     */
    readonly waitUntil: ((work: Promise<unknown>) => void) | undefined
    readonly at: number
  }
  /** A request was refused, with the reason that the client is not told. */
  denied: {
    readonly code: DenialCode
    readonly reason: Reason
    readonly keyId: string | undefined
    readonly at: number
  }
  /**
   * A key could not be checked: `error` is what the resolver threw, or says what is wrong with its record. While nobody
   * listens, the first failure of a verifier prints a warning that says so.
   */
  failed: { readonly reason: FailureReason; readonly error: unknown; readonly at: number }
  /** What the cache did. */
  cache: { readonly outcome: CacheOutcome; readonly at: number }
  /** What became of the lease. While there is none, every request asks the resolver. */
  lease: {
    readonly outcome: LeaseOutcome
    /** Only with `lost`. */
    readonly reason: LeaseLoss | undefined
    /** Milliseconds that the proof took, with `gained` and `renewed`. */
    readonly renewalMs: number | undefined
    /** What the channel failed with, with `unproved`. */
    readonly error: unknown
    readonly at: number
  }
}

/** The names of the events. */
export type VerifierEvent = keyof VerifierEvents

/** Takes an event. What it throws is reported like any uncaught error and changes no verdict. */
export type Listener<Name extends VerifierEvent> = (event: VerifierEvents[Name]) => void

const NAMES = ['accepted', 'denied', 'failed', 'cache', 'lease'] as const satisfies readonly VerifierEvent[]

/** Hands events to listeners, and to `node:diagnostics_channel` as `bearward:<name>` where there is one. */
export class Events {
  readonly topics: { readonly [Name in VerifierEvent]: Topic<Name> }
  #hasWarned = false

  constructor(clock: Clock) {
    this.topics = {
      accepted: new Topic('accepted', clock),
      denied: new Topic('denied', clock),
      failed: new Topic('failed', clock),
      cache: new Topic('cache', clock),
      lease: new Topic('lease', clock),
    }
  }

  on<Name extends VerifierEvent>(name: Name, listener: Listener<Name>): () => void {
    if (!NAMES.includes(name)) throw new TypeError(`on: no such event; there are ${NAMES.join(', ')}`)
    if (typeof listener !== 'function') throw new TypeError('on: the listener must be a function')
    return this.topics[name].add(listener)
  }

  /** The client is told nothing of a failure: if the operator were not told either, nobody would be. */
  fail(reason: FailureReason, error: unknown): void {
    if (this.topics.failed.isHeard) {
      this.topics.failed.emit({ reason, error })
    } else if (!this.#hasWarned) {
      this.#hasWarned = true
      warn(`A key could not be checked (${reason}), and nobody listens: see why with verifier.on('failed', listener).`)
    }
  }
}

/** One kind of event. Ask `isHeard` before making the facts of one: then silence costs nothing. */
class Topic<Name extends VerifierEvent> {
  readonly #clock: Clock
  #listeners: readonly Listener<Name>[] = []
  readonly #channel: { readonly hasSubscribers: boolean; publish(message: unknown): void } | undefined

  constructor(name: Name, clock: Clock) {
    this.#clock = clock
    this.#channel = builtin('node:diagnostics_channel')?.channel(`bearward:${name}`)
  }

  get isHeard(): boolean {
    return this.#listeners.length > 0 || (this.#channel?.hasSubscribers ?? false)
  }

  add(listener: Listener<Name>): () => void {
    // Wrapped, so that the same function added twice is two listeners and each can be taken away alone.
    const own: Listener<Name> = (event) => listener(event)
    this.#listeners = [...this.#listeners, own]
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== own)
    }
  }

  emit(facts: Omit<VerifierEvents[Name], 'at'>): void {
    const event = Object.freeze({ ...facts, at: this.#clock.now() }) as VerifierEvents[Name]
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        reportUncaught(error)
      }
    }
    if (this.#channel?.hasSubscribers) this.#channel.publish(event)
  }
}

/** As `diagnostics_channel` does: what breaks while telling is the application's uncaught error, not the client's. */
export function reportUncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
