import { type Clock, MINUTE, SECOND, schedule } from './clock.ts'
import { concerns, type Subject, type Target } from './invalidation.ts'

/** A key that an open stream depends on. */
export interface Watched extends Subject {
  /** Epoch milliseconds; `undefined` when the key does not expire. */
  readonly expiresAt: number | undefined
}

/** What the signals need of whoever reads keys. */
export interface Reader<Entry> {
  /** How long a stream may stay open without an answer after an invalidation. */
  readonly deadlineMs: number
  /** Answers the key as it stands now, or `undefined` when it is not, or cannot be, accepted any more. */
  readAgain(entry: Entry): Promise<Entry | undefined>
  /** Told when a signal has fired. */
  ended(entry: Entry): void
}

/** Keys watched at most. Past that, the one whose signal was read longest ago is ended: refused rather than forgotten. */
const MAX_WATCHED = 100_000

/** How long an expired key may keep its streams at most, when the wall clock jumps or the machine sleeps. */
const MAX_EXPIRY_DELAY_MS = MINUTE

/** Keys read again at the same time after an invalidation that concerns many. */
const MAX_READS = 16

/** Interval of the search for timers of expiry that have died, and the lateness by which one is known. */
const LOOK_EVERY_MS = MINUTE
const DEAD_AFTER_MS = SECOND

interface Watch<Entry> {
  entry: Entry
  readonly controller: AbortController
  /** Cancels the timer of the key's expiry. */
  cancelTimer: () => void
  /** Cancels the timer of the read that an invalidation asked for. */
  cancelDeadline: () => void
  /** An invalidation came in since the last read began. */
  isStale: boolean
  isQueued: boolean
  /** Monotonic time by which that read must have ended. */
  endsAt: number
  /** Monotonic time at which the timer of the key's expiry is due. */
  timerDueAt: number
}

/** One read in progress. */
interface Read {
  /** Monotonic time from which on it counts as never finished. */
  readonly expiresAt: number
}

/** The signals behind `principal.signal`: one per key in use, ended when the key is. */
export class Signals<Entry extends Watched> {
  readonly #clock: Clock
  readonly #reader: Reader<Entry>
  readonly #watches = new Map<string, Watch<Entry>>()
  /** Waiting to be read, first come first served. */
  readonly #queue = new Set<Watch<Entry>>()
  /** Waiting to be read, or being read; the one whose time ends first comes first. */
  readonly #pending = new Set<Watch<Entry>>()
  /** Oldest first. */
  readonly #reads = new Set<Read>()
  #lookedAt = Number.NEGATIVE_INFINITY
  /**
   * Watches that are not stale, once an invalidation of all keys has made every watch stale: the next such invalidation
   * looks at these alone. `undefined` when they are not known, or are so many that all may be looked at.
   */
  #notStale: Set<Watch<Entry>> | undefined
  #isClosed = false

  constructor(clock: Clock, reader: Reader<Entry>) {
    this.#clock = clock
    this.#reader = reader
  }

  /**
   * The signal of a key that was accepted.
   *
   * @param entry the record that the request was accepted with
   * @param isCurrent whether nothing was invalidated since it was read; otherwise it is read again
   */
  of(entry: Entry, isCurrent: boolean): AbortSignal {
    const known = this.#watches.get(entry.digest)
    if (known !== undefined) {
      // Read most recently: to the end of the map's order.
      this.#watches.delete(entry.digest)
      this.#watches.set(entry.digest, known)
      return known.controller.signal
    }
    const watch: Watch<Entry> = {
      entry,
      controller: new AbortController(),
      cancelTimer: nothing,
      cancelDeadline: nothing,
      isStale: false,
      isQueued: false,
      endsAt: Number.POSITIVE_INFINITY,
      timerDueAt: Number.POSITIVE_INFINITY,
    }
    this.#watches.set(entry.digest, watch)
    this.#noteNotStale(watch)
    this.#dropOldest()
    if (this.#isClosed) this.#end(watch)
    else if (this.#armExpiry(watch) && !isCurrent) this.#refresh(watch)
    return watch.controller.signal
  }

  /** A request has read this key from the store: `entry` is what it found, `undefined` when it was refused. */
  learn(digest: string, entry: Entry | undefined): void {
    const watch = this.#watches.get(digest)
    if (watch === undefined) return
    if (entry?.id !== watch.entry.id) this.#end(watch)
    else this.#update(watch, entry)
  }

  invalidate(target: Target): void {
    if (target.all) this.#refreshAll()
    else for (const watch of this.#watches.values()) if (concerns(target, watch.entry)) this.#refresh(watch)
  }

  /**
   * Does what a timer or a read should have done that has died with its request, as at the edge. Called with every request.
   *
   * @param now the monotonic clock
   */
  tend(now: number): void {
    if (this.#watches.size === 0) return
    for (const watch of this.#pending) {
      if (now < watch.endsAt) break
      this.#end(watch)
    }
    if (now - this.#lookedAt < LOOK_EVERY_MS) return
    this.#lookedAt = now
    for (const watch of this.#watches.values()) if (now - watch.timerDueAt > DEAD_AFTER_MS) this.#armExpiry(watch)
  }

  close(): void {
    this.#isClosed = true
    for (const watch of [...this.#watches.values()]) this.#end(watch)
  }

  #dropOldest(): void {
    if (this.#watches.size <= MAX_WATCHED) return
    for (const oldest of this.#watches.values()) {
      this.#end(oldest)
      return
    }
  }

  /** Costs little when it is asked for again and again: anyone who can send to a channel may do that. */
  #refreshAll(): void {
    const watches = this.#notStale ?? this.#watches.values()
    this.#notStale = new Set()
    for (const watch of watches) this.#refresh(watch)
  }

  #noteNotStale(watch: Watch<Entry>): void {
    if (this.#notStale === undefined) return
    this.#notStale.add(watch)
    if (this.#notStale.size * 2 > this.#watches.size + MAX_READS * 2) this.#notStale = undefined
  }

  #refresh(watch: Watch<Entry>): void {
    watch.isStale = true
    if (watch.isQueued) return
    watch.isQueued = true
    this.#armDeadline(watch)
    this.#queue.add(watch)
    this.#startReads()
  }

  #startReads(): void {
    for (const watch of this.#queue) {
      const read = this.#takePlace()
      if (read === undefined) return
      this.#queue.delete(watch)
      const next = (): void => {
        if (this.#reads.delete(read)) this.#startReads()
      }
      void this.#read(watch).then(next, () => {
        this.#end(watch)
        next()
      })
    }
  }

  /** A place for one more read, if there is one. */
  #takePlace(): Read | undefined {
    const now = this.#clock.monotonic()
    for (const read of this.#reads) {
      if (now < read.expiresAt) break
      this.#reads.delete(read)
    }
    if (this.#reads.size >= MAX_READS) return undefined
    // Twice the time after which the stream has ended, because the store may be at work for longer.
    const read = { expiresAt: now + 2 * this.#reader.deadlineMs }
    this.#reads.add(read)
    return read
  }

  async #read(watch: Watch<Entry>): Promise<void> {
    watch.isStale = false
    this.#noteNotStale(watch)
    if (!watch.controller.signal.aborted) {
      const entry = await this.#reader.readAgain(watch.entry)
      if (entry === undefined) this.#end(watch)
      else this.#update(watch, entry)
    }
    if (watch.isStale && !watch.controller.signal.aborted) {
      // The answer came, and another invalidation with it: the next read has its own time, after those that wait.
      this.#armDeadline(watch)
      this.#queue.add(watch)
      return
    }
    watch.isQueued = false
    this.#pending.delete(watch)
    watch.cancelDeadline()
  }

  /** However many wait before it, and whatever the store does: no answer in time is a no. */
  #armDeadline(watch: Watch<Entry>): void {
    watch.cancelDeadline()
    watch.endsAt = this.#clock.monotonic() + this.#reader.deadlineMs
    this.#pending.delete(watch)
    this.#pending.add(watch)
    watch.cancelDeadline = this.#schedule(watch, this.#reader.deadlineMs, () => this.#end(watch))
  }

  #update(watch: Watch<Entry>, entry: Entry): void {
    watch.entry = entry
    this.#armExpiry(watch)
  }

  /** Sets the timer for the end of the key's life; false when it has already ended. */
  #armExpiry(watch: Watch<Entry>): boolean {
    watch.cancelTimer()
    watch.cancelTimer = nothing
    watch.timerDueAt = Number.POSITIVE_INFINITY
    const { expiresAt } = watch.entry
    if (watch.controller.signal.aborted) return false
    if (expiresAt === undefined) return true
    const remainingMs = expiresAt - this.#clock.now()
    if (!(remainingMs > 0)) {
      this.#end(watch)
      return false
    }
    // A timer stands still while the machine sleeps, and the wall clock may be set: ask it again now and then.
    const delayMs = Math.min(remainingMs, MAX_EXPIRY_DELAY_MS)
    watch.timerDueAt = this.#clock.monotonic() + delayMs
    watch.cancelTimer = this.#schedule(watch, delayMs, () => this.#armExpiry(watch))
    return true
  }

  /** What cannot be watched is ended: a clock that sets no timer must not leave a stream open. */
  #schedule(watch: Watch<Entry>, delayMs: number, callback: () => void): () => void {
    try {
      return schedule(this.#clock, delayMs, callback)
    } catch {
      this.#end(watch)
      return nothing
    }
  }

  #end(watch: Watch<Entry>): void {
    watch.cancelTimer()
    watch.cancelDeadline()
    this.#queue.delete(watch)
    this.#pending.delete(watch)
    if (this.#watches.get(watch.entry.digest) === watch) this.#watches.delete(watch.entry.digest)
    this.#notStale?.delete(watch)
    if (watch.controller.signal.aborted) return
    this.#reader.ended(watch.entry)
    watch.controller.abort()
  }
}

function nothing(): void {}
