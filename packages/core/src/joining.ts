import { type Clock, schedule } from './clock.ts'
import { Flight } from './flight.ts'

/** The means by which a request waits for fills of other requests. */
export interface Joining<T> {
  readonly clock: Clock
  /** Milliseconds that this request waits in all. */
  readonly deadlineMs: number
  /** A fill of another request that may be joined now. */
  younger(): Flight<T> | undefined
  /** Begins a fill of this request. Answers at once where the store does. */
  begin(): Flight<T> | T
  /** Returns true for an answer that says that the store could not be asked. */
  isFailure(answer: T): boolean
  /**
   * The answer when the deadline has passed.
   *
   * @param hasFailed whether a fill that this request waited for has ended, with a failure
   */
  late(hasFailed: boolean): T
}

/**
 * Waits for a fill that another request began. Some runtimes cancel a request together with its promises and timers, so this
 * request waits by timers of its own. It waits for each fill as long as that may be joined. Then it joins a younger one, or reads
 * for itself, one request at a time. The first good answer of all these fills counts.
 *
 * @returns a promise that settles within `deadlineMs`, even if no fill ever ends
 */
export function joinFill<T>(first: Flight<T>, joining: Joining<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => new Wait<T>(joining, resolve, reject).waitFor(first, false))
}

class Wait<T> {
  readonly #joining: Joining<T>
  readonly #resolve: (answer: T) => void
  readonly #reject: (error: unknown) => void
  /** Milliseconds left. Timers count it down too, because a monotonic clock that stands still must not make the wait endless. */
  #leftMs: number
  #countedAt: number
  #latest: Flight<T> | undefined
  #hasFailed = false
  #isOver = false
  #cancelTimer: () => void = nothing

  constructor(joining: Joining<T>, resolve: (answer: T) => void, reject: (error: unknown) => void) {
    this.#joining = joining
    this.#resolve = resolve
    this.#reject = reject
    this.#leftMs = joining.deadlineMs
    this.#countedAt = joining.clock.monotonic()
  }

  waitFor(fill: Flight<T>, isOwn: boolean): void {
    this.#latest = fill
    fill.answer?.then(
      (answer) => this.#hear(fill, answer),
      (error: unknown) => {
        if (fill === this.#latest) this.#end(() => this.#reject(error))
      },
    )
    // This request's own fill lives as long as the request does: nothing else is tried after it.
    const shareMs = isOwn ? this.#leftMs : fill.staleAt - this.#joining.clock.monotonic()
    this.#arm(Math.max(0, Math.min(this.#leftMs, shareMs)))
  }

  #hear(fill: Flight<T>, answer: T): void {
    const isFailure = this.#joining.isFailure(answer)
    if (isFailure) this.#hasFailed = true
    // The fill that began later may still succeed.
    if (!isFailure || fill === this.#latest) this.#end(() => this.#resolve(answer))
  }

  #arm(delayMs: number): void {
    try {
      this.#cancelTimer = schedule(this.#joining.clock, delayMs, () => this.#goOn(delayMs))
    } catch {
      // Without a timer there is no deadline to wait by.
      this.#goOn(this.#leftMs)
    }
  }

  #goOn(waitedMs: number): void {
    if (this.#isOver) return
    const now = this.#joining.clock.monotonic()
    this.#leftMs -= Math.max(waitedMs, now - this.#countedAt)
    this.#countedAt = now
    // A clock that answers `NaN` leaves no time.
    if (this.#leftMs > 0) this.#tryAnother()
    else this.#end(() => this.#resolve(this.#joining.late(this.#hasFailed)))
  }

  #tryAnother(): void {
    const younger = this.#joining.younger()
    if (younger !== undefined && younger !== this.#latest) {
      this.waitFor(younger, false)
      return
    }
    const own = this.#joining.begin()
    if (own instanceof Flight) this.waitFor(own, true)
    else this.#end(() => this.#resolve(own))
  }

  #end(settle: () => void): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#cancelTimer()
    settle()
  }
}

function nothing(): void {}
