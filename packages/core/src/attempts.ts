import { type Clock, MINUTE } from './clock.ts'

/** Milliseconds after its last attempt for which an id's attempts count. */
const COUNTED_MS = MINUTE
/** Ids whose attempts are counted; of more, the one whose last attempt is longest ago is forgotten. */
const MAX_COUNTED = 10_000

/** Counts of recent tasks by id, including those that were refused. */
export class Attempts {
  readonly #clock: Clock
  /** In the order of the last attempt. */
  readonly #counts = new Map<string, { attempts: number; lastAt: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  of(id: string | undefined): number {
    const count = id === undefined ? undefined : this.#counts.get(id)
    return count !== undefined && this.#clock.monotonic() - count.lastAt < COUNTED_MS ? count.attempts : 0
  }

  add(id: string | undefined): void {
    if (id === undefined) return
    const attempts = this.of(id) + 1
    this.#counts.delete(id)
    const [longestAgo] = this.#counts.keys()
    if (longestAgo !== undefined && this.#counts.size >= MAX_COUNTED) this.#counts.delete(longestAgo)
    this.#counts.set(id, { attempts, lastAt: this.#clock.monotonic() })
  }
}
