import type { Clock } from '../src/clock.ts'

/** As `setTimeout`: a longer delay is cut to this. */
const LONGEST_DELAY_MS = 2_147_483_647

interface Timer {
  readonly dueAt: number
  readonly callback: () => void
}

/** A clock that stands still until a test moves it. Timers run on the monotonic side, as those of a real system do. */
export class ManualClock implements Clock {
  #wall: number
  #monotonic = 0
  readonly #timers = new Set<Timer>()

  constructor(wall: number = Date.UTC(2026, 0, 1)) {
    this.#wall = wall
  }

  readonly now = (): number => this.#wall

  readonly monotonic = (): number => this.#monotonic

  schedule = (callback: () => void, delayMs: number): (() => void) => {
    const timer: Timer = { dueAt: this.#monotonic + Math.min(Math.max(delayMs, 0), LONGEST_DELAY_MS), callback }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Timers that are set and have not fired. */
  get pending(): number {
    return this.#timers.size
  }

  /** Time passes on both sides; each timer fires at its own moment. */
  advance(ms: number): void {
    const end = this.#monotonic + ms
    for (let timer = this.#nextBefore(end); timer !== undefined; timer = this.#nextBefore(end)) {
      this.#wall += timer.dueAt - this.#monotonic
      this.#monotonic = timer.dueAt
      this.#timers.delete(timer)
      timer.callback()
    }
    this.#wall += end - this.#monotonic
    this.#monotonic = end
  }

  /** Somebody sets the wall clock, or the machine was suspended: nothing else moves. */
  moveWall(ms: number): void {
    this.#wall += ms
  }

  /** The wall clock stands still while time passes. */
  advanceMonotonic(ms: number): void {
    this.advance(ms)
    this.#wall -= ms
  }

  #nextBefore(end: number): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.dueAt <= end && (next === undefined || timer.dueAt < next.dueAt)) next = timer
    }
    return next
  }
}
