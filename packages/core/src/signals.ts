import { type Clock, schedule } from './clock.ts'
import { concerns, type Subject, type Target } from './invalidation.ts'

/** A key that an open stream depends on. */
export interface Watched extends Subject {
  /** Epoch milliseconds; `Infinity` when the key does not expire. */
  readonly expiresAt: number
}

/** Answers the key as it stands now, or `undefined` when it is not, or cannot be, accepted any more. */
export type ReadAgain<Entry> = (entry: Entry) => Promise<Entry | undefined>

/** Keys watched at most. Past that, the one whose signal was read longest ago is ended: refused rather than forgotten. */
const MAX_WATCHED = 100_000

/** Keys read again at the same time after an invalidation that concerns many. */
const MAX_READS = 16

interface Watch<Entry> {
  entry: Entry
  readonly controller: AbortController
  cancelTimer: () => void
  /** An invalidation came in since the last read began. */
  isStale: boolean
  isQueued: boolean
}

/** The signals behind `principal.signal`: one per key in use, ended when the key is. */
export class Signals<Entry extends Watched> {
  readonly #clock: Clock
  readonly #readAgain: ReadAgain<Entry>
  readonly #watches = new Map<string, Watch<Entry>>()
  readonly #queue: Watch<Entry>[] = []
  #reading = 0
  #isClosed = false

  constructor(clock: Clock, readAgain: ReadAgain<Entry>) {
    this.#clock = clock
    this.#readAgain = readAgain
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
      isStale: false,
      isQueued: false,
    }
    this.#watches.set(entry.digest, watch)
    this.#dropOldest()
    if (this.#isClosed) this.#end(watch)
    else if (this.#armExpiry(watch) && !isCurrent) this.#refresh(watch)
    return watch.controller.signal
  }

  /** A request has read this key from the store: `entry` is what it found, `undefined` when it was refused. */
  learn(digest: string, entry: Entry | undefined): void {
    const watch = this.#watches.get(digest)
    if (watch === undefined) return
    if (entry === undefined) this.#end(watch)
    else this.#update(watch, entry)
  }

  invalidate(target: Target): void {
    for (const watch of this.#watches.values()) if (concerns(target, watch.entry)) this.#refresh(watch)
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

  #refresh(watch: Watch<Entry>): void {
    watch.isStale = true
    if (watch.isQueued) return
    watch.isQueued = true
    this.#queue.push(watch)
    this.#startReads()
  }

  #startReads(): void {
    while (this.#reading < MAX_READS) {
      const watch = this.#queue.shift()
      if (watch === undefined) return
      this.#reading++
      void this.#read(watch).then(() => {
        this.#reading--
        this.#startReads()
      })
    }
  }

  async #read(watch: Watch<Entry>): Promise<void> {
    while (watch.isStale && !watch.controller.signal.aborted) {
      watch.isStale = false
      const entry = await this.#readAgain(watch.entry)
      if (entry === undefined) this.#end(watch)
      else this.#update(watch, entry)
    }
    watch.isQueued = false
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
    if (expiresAt === Number.POSITIVE_INFINITY) return true
    const remainingMs = expiresAt - this.#clock.now()
    if (!(remainingMs > 0)) {
      this.#end(watch)
      return false
    }
    // A timer may be capped, and the wall clock may have been set: ask again when it fires.
    watch.cancelTimer = schedule(this.#clock, remainingMs, () => this.#armExpiry(watch))
    return true
  }

  #end(watch: Watch<Entry>): void {
    watch.cancelTimer()
    if (this.#watches.get(watch.entry.digest) === watch) this.#watches.delete(watch.entry.digest)
    watch.controller.abort()
  }
}

function nothing(): void {}
