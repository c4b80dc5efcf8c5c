import { LRUCache } from 'lru-cache'
import type { Clock } from './clock.ts'
import { DigestCache } from './digest-cache.ts'
import type { Subject, Target } from './invalidation.ts'

/**
 * Both clocks at one moment, in whole milliseconds since the cache was made. While a machine sleeps one of them stands
 * still, so both must say that time is left. Whole and small, because the engine keeps such numbers in the entry itself:
 * with many keys, each object more that a hit must fetch costs as much as a third of the digest.
 */
export interface Moments {
  readonly wall: number
  readonly monotonic: number
}

/** When the read that brought an entry began, by both clocks. */
export interface Read {
  readonly readAtWall: number
  readonly readAtMonotonic: number
}

/** A record as it is remembered. */
export interface Remembered extends Subject, Read {}

/** A digest that the store did not know. */
export interface Unknown extends Read {
  readonly unknown: true
}

export interface CacheLimits {
  /** Records remembered at most. */
  readonly max: number
  /** Milliseconds, from the beginning of the read, for which a record may be served. Fixed, never sliding. */
  readonly maxStalenessMs: number
}

/** Unknown digests remembered at most: they are the attacker's choice, so they get little room. */
const MAX_UNKNOWN = 10_000

/**
 * Bounded memory of records, never of decisions: dates, revocation and scopes are checked on every request. Unknown
 * digests stand in a cache of their own, so that a flood of them cannot drive out a record.
 */
export class RecordCache<Entry extends Remembered> {
  readonly #clock: Clock
  readonly #maxStalenessMs: number
  readonly #records: DigestCache<Entry>
  readonly #unknown: LRUCache<string, Unknown>
  readonly #byId = new DigestIndex()
  readonly #byOwner = new DigestIndex()
  readonly #byFoundBy = new DigestIndex()
  readonly #hasOtherDigests: boolean
  readonly #madeAtWall: number
  readonly #madeAtMonotonic: number

  /** @param hasOtherDigests whether a record may be stored under another digest than the one that names its entry */
  constructor(limits: CacheLimits, clock: Clock, hasOtherDigests: boolean) {
    this.#clock = clock
    // No `Moments`: numbers as large as these would make the engine keep those of every `Moments` in objects of their own.
    this.#madeAtWall = clock.now()
    this.#madeAtMonotonic = clock.monotonic()
    this.#hasOtherDigests = hasOtherDigests
    this.#maxStalenessMs = limits.maxStalenessMs
    this.#unknown = new LRUCache({ max: Math.min(limits.max, MAX_UNKNOWN) })
    this.#records = new DigestCache(limits.max, (entry) => this.#unlist(entry))
  }

  /** The present moment, to be taken when a read begins. */
  moments(): Moments {
    return {
      wall: Math.floor(this.#clock.now() - this.#madeAtWall),
      monotonic: Math.floor(this.#clock.monotonic() - this.#madeAtMonotonic),
    }
  }

  /**
   * The record, or that there is none, if either was read recently enough.
   *
   * @param now the wall clock, which the caller has read for the dates of the record too
   * @param monotonic the other clock
   */
  get(digest: string, now: number, monotonic: number): Entry | Unknown | undefined {
    const record = this.#records.get(digest)
    if (record !== undefined) {
      if (this.#isFresh(record, now, monotonic)) return record
      this.#records.delete(digest)
      return undefined
    }
    const unknown = this.#unknown.get(digest)
    if (unknown !== undefined && !this.#isFresh(unknown, now, monotonic)) {
      this.#unknown.delete(digest)
      return undefined
    }
    return unknown
  }

  remember(entry: Entry): void {
    this.#unknown.delete(entry.digest)
    this.#records.set(entry)
    this.#byId.add(entry.id, entry.digest)
    if (entry.owner !== undefined) this.#byOwner.add(entry.owner, entry.digest)
    if (entry.foundBy !== entry.digest) this.#byFoundBy.add(entry.foundBy, entry.digest)
  }

  rememberUnknown(digest: string, readAt: Moments): void {
    this.#records.delete(digest)
    this.#unknown.set(digest, {
      unknown: true,
      readAtWall: readAt.wall,
      readAtMonotonic: readAt.monotonic,
    })
  }

  invalidate(target: Target): void {
    if (target.all) {
      this.clear()
    } else if (target.digest !== undefined) {
      this.#records.delete(target.digest)
      for (const digest of [...this.#byFoundBy.of(target.digest)]) this.#records.delete(digest)
      if (this.#hasOtherDigests) this.#clearUnknown()
      else this.#unknown.delete(target.digest)
    } else {
      const digests = target.id !== undefined ? this.#byId.of(target.id) : this.#byOwner.of(target.owner ?? '')
      for (const digest of [...digests]) this.#records.delete(digest)
      // A key that was just made has an id and an owner, and nobody here knows its digest.
      this.#clearUnknown()
    }
  }

  forget(digest: string): void {
    this.#records.delete(digest)
  }

  clear(): void {
    this.#clearUnknown()
    this.#records.clear()
  }

  /** Clearing costs as much as the cache could hold, also when it holds nothing, as it mostly does. */
  #clearUnknown(): void {
    if (this.#unknown.size > 0) this.#unknown.clear()
  }

  #isFresh(read: Read, now: number, monotonic: number): boolean {
    const wallAge = now - this.#madeAtWall - read.readAtWall
    // A wall clock that went backwards says nothing about the age: then the entry is not trusted.
    if (!(wallAge >= 0 && wallAge < this.#maxStalenessMs)) return false
    return monotonic - this.#madeAtMonotonic - read.readAtMonotonic < this.#maxStalenessMs
  }

  #unlist(entry: Entry): void {
    this.#byId.remove(entry.id, entry.digest)
    if (entry.owner !== undefined) this.#byOwner.remove(entry.owner, entry.digest)
    if (entry.foundBy !== entry.digest) this.#byFoundBy.remove(entry.foundBy, entry.digest)
  }
}

const NONE: readonly string[] = Object.freeze([])

/** From a name to the digests of the entries that carry it: nearly always one, so a set is made for the second. */
class DigestIndex {
  readonly #digests = new Map<string, string | Set<string>>()

  add(name: string, digest: string): void {
    const known = this.#digests.get(name)
    if (known === undefined) this.#digests.set(name, digest)
    else if (typeof known !== 'string') known.add(digest)
    else if (known !== digest) this.#digests.set(name, new Set([known, digest]))
  }

  remove(name: string, digest: string): void {
    const known = this.#digests.get(name)
    if (known === digest) this.#digests.delete(name)
    else if (known instanceof Set && known.delete(digest) && known.size === 0) this.#digests.delete(name)
  }

  of(name: string): Iterable<string> {
    const known = this.#digests.get(name)
    return typeof known === 'string' ? [known] : (known ?? NONE)
  }
}
