import { type Clock, MINUTE } from './clock.ts'
import { concerns, type Subject, type Target } from './invalidation.ts'
import type { Question } from './question.ts'

/**
 * How long after an invalidation fills ask for `fresh: true`. A replica may lag behind the store that took the change;
 * one that lags longer than this must not serve the resolver at all.
 */
const FRESH_FOR_MS = MINUTE

/**
 * The share of `deadlineMs` for which a fill may be joined; of the next fill twice as much while none of the same digest ends, and a
 * quarter at most. So a request that joined a fill whose own request is gone soon reads for itself, and a store that hangs is asked
 * six times per deadline at most.
 */
const FIRST_SHARE = 1 / 16
const GREATEST_SHARE = 1 / 4

/** Invalidations a fill keeps in mind; with more than these it counts as concerned by all. */
const MAX_NOTED = 256

/** Digests whose next fill must be fresh; with more than these every fill is. */
const MAX_FRESH_DIGESTS = 10_000

/** One fill under way, and what was invalidated since it began. */
export class Flight<T> {
  readonly name: string
  readonly #digests: readonly string[]
  readonly #noted: Target[] = []
  #spoiled = false
  #joinable: boolean
  /** The answer that everybody who joins waits for; none yet while the resolver is being called. */
  answer: Promise<T> | undefined
  /** Milliseconds for which it may be joined. */
  readonly joinableMs: number
  /** Monotonic time after which no request joins it. */
  readonly staleAt: number
  /** Monotonic time after which it counts as never finished. */
  readonly expiresAt: number

  /** @param isShared whether others may wait for this answer, and it may be remembered */
  constructor(question: Question, isShared: boolean, times: Pick<Flight<T>, 'joinableMs' | 'staleAt' | 'expiresAt'>) {
    this.name = question.name
    this.#joinable = isShared
    this.#digests = [question.name, ...question.digests]
    this.joinableMs = times.joinableMs
    this.staleAt = times.staleAt
    this.expiresAt = times.expiresAt
  }

  /** True while no invalidation keeps a new request from taking this fill's answer. */
  get joinable(): boolean {
    return this.#joinable
  }

  /** Whose key the fill will find is not known yet, so an id or an owner may concern it. */
  note(target: Target): void {
    if (target.digest !== undefined && !this.#digests.includes(target.digest)) return
    this.#joinable = false
    if (target.all || target.digest !== undefined || this.#noted.length >= MAX_NOTED) this.#spoiled = true
    else this.#noted.push(target)
  }

  /** Marks the fill as never finished. It no longer hears of invalidations, so its answer must not be remembered. */
  expire(): void {
    this.#joinable = false
    this.#spoiled = true
  }

  /** Whether what was found may be remembered: nothing that came in meanwhile speaks of it. */
  mayRemember(found: Subject | undefined): boolean {
    if (this.#spoiled) return false
    if (found === undefined) return this.#noted.length === 0
    return !this.#noted.some((target) => concerns(target, found))
  }
}

/** The fills under way, one per digest, and the invalidations they must know of. */
export class Flights<T> {
  readonly #clock: Clock
  readonly #deadlineMs: number
  /** Every fill that has not ended, oldest first. Some may not be joined any more. */
  readonly #underWay = new Set<Flight<T>>()
  readonly #byDigest = new Map<string, Flight<T>>()

  constructor(clock: Clock, deadlineMs: number) {
    this.#clock = clock
    this.#deadlineMs = deadlineMs
  }

  /** A fill that a request for this digest may wait for. The request must have a deadline of its own: see `joinFill()`. */
  find(digest: string): Flight<T> | undefined {
    const flight = this.#byDigest.get(digest)
    if (flight === undefined || !flight.joinable || flight.answer === undefined) return undefined
    return this.#clock.monotonic() < flight.staleAt ? flight : undefined
  }

  /** @param longestMs time after which the fill has either ended or was given up together with its request */
  begin(question: Question, isShared: boolean, longestMs: number): Flight<T> {
    const now = this.#clock.monotonic()
    this.#expire(now)
    const joinableMs = this.#joinableMs(this.#byDigest.get(question.name), now)
    const times = { joinableMs, staleAt: now + joinableMs, expiresAt: now + longestMs }
    const flight = new Flight<T>(question, isShared, times)
    this.#underWay.add(flight)
    this.#byDigest.set(question.name, flight)
    return flight
  }

  /** Whether no fill for the same digest has begun since: a later one has read what is newer. */
  isLatest(flight: Flight<T>): boolean {
    return this.#byDigest.get(flight.name) === flight
  }

  end(flight: Flight<T>): void {
    this.#underWay.delete(flight)
    if (this.isLatest(flight)) this.#byDigest.delete(flight.name)
  }

  invalidate(target: Target): void {
    for (const flight of this.#underWay) flight.note(target)
  }

  /** Fills that have not ended. */
  get size(): number {
    return this.#underWay.size
  }

  /** @param before the fill of the same digest that has not ended */
  #joinableMs(before: Flight<T> | undefined, now: number): number {
    if (before === undefined || now < before.staleAt) return this.#deadlineMs * FIRST_SHARE
    return Math.min(2 * before.joinableMs, this.#deadlineMs * GREATEST_SHARE)
  }

  /** On some runtimes the promises of a request that was cancelled never settle: then nothing calls `end()`. */
  #expire(now: number): void {
    for (const flight of this.#underWay) {
      if (now < flight.expiresAt) return
      flight.expire()
      this.end(flight)
    }
  }
}

/** Which fills must see the latest commit. */
export class FreshReads {
  readonly #clock: Clock
  /** Monotonic times until which a fill must be fresh. */
  readonly #digests = new Map<string, number>()
  #allUntil = Number.NEGATIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
  }

  invalidate(target: Target): void {
    const until = this.#clock.monotonic() + FRESH_FOR_MS
    if (target.digest === undefined || this.#digests.size >= MAX_FRESH_DIGESTS) {
      this.#allUntil = until
      // Whatever stood here ends before `until`.
      this.#digests.clear()
    } else {
      this.#digests.set(target.digest, until)
    }
  }

  needed(digests: readonly string[]): boolean {
    const now = this.#clock.monotonic()
    if (now < this.#allUntil) return true
    return this.#digests.size > 0 && digests.some((digest) => now < (this.#digests.get(digest) ?? now))
  }
}
