import { KEY_STATES, type KeyState, type StoredKey, stateOf } from './key.ts'

/** A row that was not imported, and why. Never repeats what stands in it. */
export interface ImportProblem {
  /** Its place in the rows, from 1. */
  readonly row: number
  /** The id that the other system gave it, where that could be read. */
  readonly foreignId: string | undefined
  readonly message: string
}

/** What an import did, or would do with `dryRun`. */
export interface ImportSummary {
  /** Rows so far. */
  readonly rows: number
  readonly imported: number
  /** Rows whose key was there already; it was left as it is. */
  readonly skipped: number
  /** Rows for which `read` answered `null`. */
  readonly leftOut: number
  readonly rejected: number
  /** The first 100 of the rejected. */
  readonly problems: readonly ImportProblem[]
  /** Imported keys by where they stand, so that nothing comes back to life unseen. */
  readonly states: Readonly<Record<KeyState, number>>
  /** Imported keys by the format of their token. */
  readonly formats: Readonly<Record<string, number>>
  /** Imported keys by each scope that they were given; the first 100 scopes. */
  readonly scopes: Readonly<Record<string, number>>
  readonly withoutScopes: number
  readonly withoutOwner: number
}

const MAX_PROBLEMS = 100
const MAX_SCOPES = 100

/** Counts; takes no more room for more rows. */
export class Tally {
  rows = 0
  skipped = 0
  leftOut = 0
  #imported = 0
  #rejected = 0
  #withoutScopes = 0
  #withoutOwner = 0
  readonly #problems: ImportProblem[] = []
  readonly #states = new Map<string, number>(KEY_STATES.map((state) => [state, 0]))
  readonly #formats = new Map<string, number>()
  readonly #scopes = new Map<string, number>()

  imported(key: StoredKey, format: string, now: number): void {
    this.#imported++
    count(this.#states, stateOf(key, now))
    count(this.#formats, format)
    for (const scope of key.scopes) {
      if (this.#scopes.has(scope) || this.#scopes.size < MAX_SCOPES) count(this.#scopes, scope)
    }
    if (key.scopes.length === 0) this.#withoutScopes++
    if (key.owner === null) this.#withoutOwner++
  }

  rejected(problem: ImportProblem): void {
    this.#rejected++
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(Object.freeze(problem))
  }

  summary(): ImportSummary {
    return Object.freeze({
      rows: this.rows,
      imported: this.#imported,
      skipped: this.skipped,
      leftOut: this.leftOut,
      rejected: this.#rejected,
      problems: Object.freeze([...this.#problems]),
      states: Object.freeze(Object.fromEntries(this.#states)) as Record<KeyState, number>,
      formats: Object.freeze(Object.fromEntries(this.#formats)),
      scopes: Object.freeze(Object.fromEntries(this.#scopes)),
      withoutScopes: this.#withoutScopes,
      withoutOwner: this.#withoutOwner,
    })
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}
