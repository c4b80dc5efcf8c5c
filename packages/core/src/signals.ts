import { type Clock, MINUTE, schedule } from './clock.ts'
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
}

/** The signals behind `principal.signal`: one per key in use, ended when the key is. */
export class Signals<Entry extends Watched> {
  readonly #clock: Clock
  readonly #reader: Reader<Entry>
  readonly #watches = new Map<string, Watch<Entry>>()
  /** Waiting to be read, first come first served. */
  readonly #queue = new Set<Watch<Entry>>()
  #reading = 0
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
      if (this.#reading >= MAX_READS) return
      this.#queue.delete(watch)
      this.#reading++
      const next = (): void => {
        this.#reading--
        this.#startReads()
      }
      void this.#read(watch).then(next, () => {
        this.#end(watch)
        next()
      })
    }
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
    watch.cancelDeadline()
  }

  /** However many wait before it, and whatever the store does: no answer in time is a no. */
  #armDeadline(watch: Watch<Entry>): void {
    watch.cancelDeadline()
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
    const { expiresAt } = watch.entry
    if (watch.controller.signal.aborted) return false
    if (expiresAt === undefined) return true
    const remainingMs = expiresAt - this.#clock.now()
    if (!(remainingMs > 0)) {
      this.#end(watch)
      return false
    }
    // A timer stands still while the machine sleeps, and the wall clock may be set: ask it again now and then.
    watch.cancelTimer = this.#schedule(watch, Math.min(remainingMs, MAX_EXPIRY_DELAY_MS), () => this.#armExpiry(watch))
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
    if (this.#watches.get(watch.entry.digest) === watch) this.#watches.delete(watch.entry.digest)
    this.#notStale?.delete(watch)
    if (watch.controller.signal.aborted) return
    this.#reader.ended(watch.entry)
    watch.controller.abort()
  }
}

function nothing(): void {}
