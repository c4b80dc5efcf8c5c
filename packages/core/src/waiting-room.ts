/** The subject of a slow task, and how long its caller waits. */
export interface Turn {
  /**
   * The id that the task is about, such as that of the key whose secret is checked. Ids take turns, so that many tasks about one
   * id do not keep out tasks about others. Default: an id that all tasks without one share, without a bound of its own.
   */
  readonly id?: string | undefined
  /** Milliseconds that the caller waits at most. Default 600 000 (ten minutes). */
  readonly deadlineMs?: number | undefined
  /**
   * True for a task that only takes the time that it would take for an id that exists. It waits its turn like any other task, and
   * is left out where tasks that are none wait. Default `false`.
   */
  readonly isDecoy?: boolean | undefined
}

/** A task that may wait. */
export interface Waiter {
  readonly id: string | undefined
  readonly deadlineMs: number | undefined
  readonly isDecoy: boolean
  /** The task's turn has come. Without a place a decoy ends without running. */
  call(place: Place | undefined): void
  /** Too many tasks wait. */
  refuse(): void
  /** The caller has given up before. */
  dismiss(): void
}

/** A place among the tasks that run. */
export interface Place {
  readonly isDecoy: boolean
  /** Monotonic time from which on it counts as given back. */
  expiresAt: number
}

/** A task in the waiting room. */
export interface Entry {
  readonly waiter: Waiter
  /** Monotonic time from which on its caller counts as gone. */
  readonly expiresAt: number
}

/** The tasks that wait, in the order of their arrival, and how many there are of each kind. */
export class WaitingRoom {
  readonly #entries = new Set<Entry>()
  readonly #counts = new Map<string | undefined, number>()
  decoys = 0

  get size(): number {
    return this.#entries.size
  }

  get real(): number {
    return this.#entries.size - this.decoys
  }

  countOf(id: string | undefined): number {
    return this.#counts.get(id) ?? 0
  }

  add(entry: Entry): void {
    this.#entries.add(entry)
    this.#change(entry, 1)
  }

  /** @returns whether the task was waiting */
  remove(entry: Entry): boolean {
    const isThere = this.#entries.delete(entry)
    if (isThere) this.#change(entry, -1)
    return isThere
  }

  [Symbol.iterator](): Iterator<Entry> {
    return this.#entries.values()
  }

  #change({ waiter: { id, isDecoy } }: Entry, by: 1 | -1): void {
    if (isDecoy) this.decoys += by
    const count = this.countOf(id) + by
    if (count === 0) this.#counts.delete(id)
    else this.#counts.set(id, count)
  }
}
