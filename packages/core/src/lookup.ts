import { type Moments, RecordCache, type Unknown } from './cache.ts'
import type { Channel } from './channel.ts'
import { dateFailure } from './checks.ts'
import { Entry } from './entry.ts'
import type { CacheOutcome, Events, Reason } from './events.ts'
import { Flight, Flights, FreshReads } from './flight.ts'
import { ALL, type Target, targetsOf } from './invalidation.ts'
import { joinFill } from './joining.ts'
import { Lease, type LeaseHolder } from './lease.ts'
import type { Settings } from './options.ts'
import type { Question } from './question.ts'
import type { KeyRecord } from './record.ts'
import { type Found, lateError, Resolver } from './resolver.ts'
import { Signals } from './signals.ts'

/** What a question ends with, for all who waited for it. */
export type Answer<K extends KeyRecord, S extends string> =
  | Entry<K, S>
  | { readonly denied: 'invalid' | 'unavailable'; readonly reason: Reason }

/** From digest to record: out of memory, out of a fill that is under way, or from the resolver. */
export class Lookup<K extends KeyRecord, S extends string> {
  readonly #settings: Settings<K>
  readonly #events: Events
  readonly #resolver: Resolver<K>
  readonly #cache: RecordCache<Entry<K, S>> | undefined
  readonly #flights: Flights<Answer<K, S>>
  readonly #freshReads: FreshReads
  readonly #signals: Signals<Entry<K, S>>
  /** Without it, memory may not answer; `undefined` where the cache goes by age alone. */
  readonly #lease: Lease | undefined
  /** Counts invalidations, so that a record knows whether it was read before the last of them. */
  #sequence = 0
  #isClosed = false

  constructor(settings: Settings<K>, events: Events) {
    const { cache, clock, digest, formats } = settings
    this.#settings = settings
    this.#events = events
    this.#resolver = new Resolver(settings)
    this.#cache =
      cache && cache.max > 0 ? new RecordCache(cache, clock, formats.length > 0 || digest.older.length > 0) : undefined
    this.#flights = new Flights(clock, settings.deadlineMs)
    this.#freshReads = new FreshReads(clock)
    this.#signals = new Signals<Entry<K, S>>(clock, {
      deadlineMs: settings.deadlineMs,
      readAgain: (entry) => this.#readAgain(entry),
      // A principal whose signal has fired must not be handed out again.
      ended: (entry) => this.#cache?.forget(entry.digest),
    })
    this.#lease = cache?.channel && this.#leaseOf(cache.channel, cache.maxStalenessMs)
  }

  /** What is remembered of this digest, if it is young enough to be served. */
  remembered(digest: string, now: number): Entry<K, S> | Unknown | undefined {
    if (this.#cache === undefined) return undefined
    const monotonic = this.#settings.clock.monotonic()
    this.#signals.tend(monotonic)
    if (this.#lease !== undefined && !this.#lease.holds(now, monotonic)) {
      this.#tell('no_lease')
      return undefined
    }
    const remembered = this.#cache.get(digest, now, monotonic)
    if (this.#events.topics.cache.isHeard) this.#tell(remembered === undefined ? 'miss' : outcomeOf(remembered))
    return remembered
  }

  /** One call in flight per digest; a request that began after an invalidation joins none that began before it. */
  find(question: Question): Answer<K, S> | Promise<Answer<K, S>> {
    if (this.#isClosed) return CLOSED
    this.#signals.tend(this.#settings.clock.monotonic())
    // Who has no lease may have missed an invalidation of a read that is under way, and of what a replica still shows.
    const mayShare = this.#mayShare()
    const joined = mayShare ? this.#flights.find(question.name) : undefined
    if (joined !== undefined) return this.#join(joined, question)
    const filled = this.#fill(question, mayShare)
    return filled instanceof Flight ? (filled.answer as Promise<Answer<K, S>>) : filled
  }

  /** The request that began the fill may be gone, so this one keeps the means to read for itself. */
  #join(fill: Flight<Answer<K, S>>, question: Question): Promise<Answer<K, S>> {
    const { clock, deadlineMs } = this.#settings
    return joinFill<Answer<K, S>>(fill, {
      clock,
      deadlineMs,
      younger: () => (this.#mayShare() ? this.#flights.find(question.name) : undefined),
      begin: () => (this.#isClosed ? CLOSED : this.#fill(question, this.#mayShare())),
      isFailure: (answer) => !(answer instanceof Entry) && answer.denied === 'unavailable',
      late: (hasFailed) => {
        // The failure of a fill is reported once, by the request that began it. Where none has ended, that request may be gone.
        if (!hasFailed) this.#events.fail('resolver_timeout', lateError('resolver', deadlineMs))
        return TIMED_OUT
      },
    })
  }

  #mayShare(): boolean {
    if (this.#lease === undefined) return true
    const { clock } = this.#settings
    const monotonic = clock.monotonic()
    if (this.#lease.holds(clock.now(), monotonic)) return true
    this.#lease.want(monotonic)
    return false
  }

  /** When it returns, nothing read before it is served to a request that begins later. */
  invalidate(target: Target): void {
    this.#sequence++
    this.#cache?.invalidate(target)
    this.#flights.invalidate(target)
    this.#signals.invalidate(target)
    this.#freshReads.invalidate(target)
  }

  /** Never throws: a channel calls it with what arrived from other processes, perhaps of another version. */
  #hear(invalidations: unknown): void {
    for (const target of targetsOf(invalidations)) this.invalidate(target)
  }

  #leaseOf(channel: Channel, maxAgeMs: number): Lease {
    const holder: LeaseHolder = {
      hear: (invalidations) => this.#hear(invalidations),
      forgetAll: () => this.invalidate(ALL),
      verifyStreams: () => this.#signals.invalidate(ALL),
    }
    return new Lease(channel, maxAgeMs, this.#settings.clock, holder, this.#events)
  }

  close(): void {
    this.#isClosed = true
    this.#lease?.close()
    this.#resolver.close()
    this.#cache?.clear()
    this.#signals.close()
  }

  #fill(question: Question, isShared: boolean): Answer<K, S> | Flight<Answer<K, S>> {
    const readAt = this.#cache?.moments() ?? NEVER_SERVED
    const sequence = this.#sequence
    const flight = this.#flights.begin(question, isShared, this.#resolver.longestMs(question))
    const settle = (found: Found<K>): Answer<K, S> => {
      if (this.#isClosed) return CLOSED
      const answer = this.#answerTo(found, question, readAt, sequence)
      // A read that an invalidation overtook answers those who wait for it and nobody after them.
      const isNews =
        found.kind !== 'failure' &&
        this.#flights.isLatest(flight) &&
        flight.mayRemember(answer instanceof Entry ? answer : undefined)
      const mayRemember = isShared && isNews
      if (mayRemember) this.#remember(question.name, answer, readAt)
      this.#flights.end(flight)
      if (isNews) this.#learn(question.name, answer)
      // Told last: whoever listens may call back.
      if (found.kind === 'failure') this.#events.fail(found.reason, found.error)
      else if (this.#cache !== undefined && isShared) this.#tell(mayRemember ? 'fill' : 'fill_refused')
      return answer
    }
    const fresh = !isShared || this.#freshReads.needed([question.name, ...question.digests])
    const found = this.#resolver.find(question, fresh)
    if (!(found instanceof Promise)) return settle(found)
    flight.answer = found.then(settle)
    return flight
  }

  #answerTo(found: Found<K>, question: Question, readAt: Moments, sequence: number): Answer<K, S> {
    if (found.kind === 'record') return this.#entryOf(question, found, readAt, sequence)
    return { denied: found.kind === 'none' ? 'invalid' : 'unavailable', reason: found.reason }
  }

  #remember(digest: string, answer: Answer<K, S>, readAt: Moments): void {
    if (answer instanceof Entry) this.#cache?.remember(answer)
    else this.#cache?.rememberUnknown(digest, readAt)
  }

  /** What a request has read ends the streams of a key that is refused now. */
  #learn(digest: string, answer: Answer<K, S>): void {
    const isKey = answer instanceof Entry
    const entry = isKey && this.#mayAct(answer) ? answer : undefined
    // Principals of earlier requests whose signal was not read yet must ask again when it is.
    if (isKey && entry === undefined) this.#sequence++
    this.#signals.learn(digest, entry)
  }

  /** The key of an open stream as it is now; anything but a clear yes ends the stream. */
  async #readAgain(entry: Entry<K, S>): Promise<Entry<K, S> | undefined> {
    const readAt = this.#cache?.moments() ?? NEVER_SERVED
    const sequence = this.#sequence
    const found = await this.#resolver.find(entry.question, true)
    if (found.kind === 'failure') this.#events.fail(found.reason, found.error)
    if (found.kind !== 'record' || found.key.id !== entry.id) return undefined
    const now = this.#entryOf(entry.question, found, readAt, sequence)
    return this.#mayAct(now) ? now : undefined
  }

  #entryOf(question: Question, found: Found<K> & { kind: 'record' }, readAt: Moments, sequence: number): Entry<K, S> {
    return new Entry<K, S>(question, found, readAt, sequence, {
      scopePatterns: this.#settings.scopePatterns,
      signalOf: (entry) => this.#signals.of(entry, entry.sequence === this.#sequence),
    })
  }

  #mayAct(entry: Entry<K, S>): boolean {
    return entry.standing === undefined && dateFailure(entry, this.#settings.clock.now()) === undefined
  }

  #tell(outcome: CacheOutcome): void {
    if (this.#events.topics.cache.isHeard) this.#events.topics.cache.emit({ outcome })
  }
}

/** When nothing is remembered, nobody asks how old it is. */
const NEVER_SERVED: Moments = Object.freeze({ wall: 0, monotonic: 0 })

const CLOSED = Object.freeze({ denied: 'unavailable', reason: 'closed' } as const)
const TIMED_OUT = Object.freeze({ denied: 'unavailable', reason: 'resolver_timeout' } as const)

function outcomeOf(remembered: object): CacheOutcome {
  return remembered instanceof Entry ? 'hit' : 'negative_hit'
}
