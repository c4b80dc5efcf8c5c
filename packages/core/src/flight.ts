import { type Clock, MINUTE } from './clock.ts'
import { concerns, type Subject, type Target } from './invalidation.ts'
import type { Question } from './question.ts'

/**
 * How long after an invalidation fills ask for `fresh: true`. A replica may lag behind the store that took the change;
 * one that lags longer than this must not serve the resolver at all.
 */
const FRESH_FOR_MS = MINUTE

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

  /** @param isShared whether others may wait for this answer, and it may be remembered */
  constructor(question: Question, isShared: boolean) {
    this.name = question.name
    this.#joinable = isShared
    this.#digests = [question.name, ...question.digests]
  }

  /** Whether a request that begins now may take this fill's answer. */
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

  /** Whether what was found may be remembered: nothing that came in meanwhile speaks of it. */
  mayRemember(found: Subject | undefined): boolean {
    if (this.#spoiled) return false
    if (found === undefined) return this.#noted.length === 0
    return !this.#noted.some((target) => concerns(target, found))
  }
}

/** The fills under way, one per digest, and the invalidations they must know of. */
export class Flights<T> {
  /** Every fill that has not ended, also those that nobody may join any more. */
  readonly #underWay = new Set<Flight<T>>()
  readonly #byDigest = new Map<string, Flight<T>>()

  /** The answer of a fill that a request for this digest may wait for. */
  find(digest: string): Promise<T> | undefined {
    const flight = this.#byDigest.get(digest)
    return flight?.joinable ? flight.answer : undefined
  }

  begin(question: Question, isShared: boolean): Flight<T> {
    const flight = new Flight<T>(question, isShared)
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
