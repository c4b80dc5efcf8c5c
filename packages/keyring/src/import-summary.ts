import type { ImportReport } from './import-report.ts'
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
  /** Rejected rows by reason; the first 100 reasons. */
  readonly reasons: Readonly<Record<string, number>>
  /**
   * Skipped rows whose key is accepted here although the other system refuses it by now. The import changes no key that is
   * there: revoke or disable these yourself.
   */
  readonly refusedThere: number
  /** The first 100 of the rejected, and of those that are refused there. */
  readonly problems: readonly ImportProblem[]
  /** Columns that were not read, by the rows that have them; the first 100 columns. */
  readonly unread: Readonly<Record<string, number>>
  /**
   * Columns that look like a state, an end or a limit and that were not read, by rows. The import stops at the first of them:
   * only a trial run (`dryRun`) answers any.
   */
  readonly undecided: Readonly<Record<string, number>>
  /** What was assumed, or not taken over, by rows; the first 100 notes. */
  readonly notes: Readonly<Record<string, number>>
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
/** Names in each record of the summary: reasons, columns and scopes come from the rows, which may hold any number. */
const MAX_NAMES = 100

/** Counts; takes no more room for more rows. */
export class Tally {
  rows = 0
  skipped = 0
  leftOut = 0
  #imported = 0
  #rejected = 0
  #refusedThere = 0
  #reported = 0
  #withoutScopes = 0
  #withoutOwner = 0
  readonly #problems: ImportProblem[] = []
  readonly #states = new Map<string, number>(KEY_STATES.map((state) => [state, 0]))
  readonly #formats = new Map<string, number>()
  readonly #scopes = new Map<string, number>()
  readonly #reasons = new Map<string, number>()
  readonly #unread = new Map<string, number>()
  readonly #undecided = new Map<string, number>()
  readonly #absent = new Map<string, number>()
  readonly #notes = new Map<string, number>()

  imported(key: StoredKey, format: string, now: number): void {
    this.#imported++
    count(this.#states, stateOf(key, now))
    count(this.#formats, format)
    for (const scope of key.scopes) count(this.#scopes, scope)
    if (key.scopes.length === 0) this.#withoutScopes++
    if (key.owner === null) this.#withoutOwner++
  }

  rejected(problem: ImportProblem): void {
    this.#rejected++
    count(this.#reasons, problem.message)
    this.#note(problem)
  }

  /** A row was skipped whose key is accepted here and refused there. */
  refusedThere(problem: ImportProblem): void {
    this.#refusedThere++
    this.#note(problem)
  }

  /** What the reader of a row said beside its key. */
  reported({ unread = [], absent = [], notes = [] }: ImportReport): void {
    this.#reported++
    for (const column of new Set(unread)) count(this.#unread, column)
    for (const column of new Set(absent)) count(this.#absent, column)
    for (const note of new Set(notes)) count(this.#notes, note)
  }

  /** Columns of a row that stop an import. */
  undecided(columns: readonly string[]): void {
    for (const column of new Set(columns)) count(this.#undecided, column)
  }

  /** Counts the columns of `absent` among them, once all rows were read. */
  end(): void {
    for (const column of this.absent) count(this.#undecided, column, this.#reported)
  }

  /** Mapped columns that no row has had so far: their names are misspelt, and the columns that were meant are not read. */
  get absent(): readonly string[] {
    return [...this.#absent].filter(([, rows]) => rows === this.#reported).map(([column]) => column)
  }

  summary(): ImportSummary {
    return Object.freeze({
      rows: this.rows,
      imported: this.#imported,
      skipped: this.skipped,
      leftOut: this.leftOut,
      rejected: this.#rejected,
      reasons: recordOf(this.#reasons),
      refusedThere: this.#refusedThere,
      problems: Object.freeze([...this.#problems]),
      unread: recordOf(this.#unread),
      undecided: recordOf(this.#undecided),
      notes: recordOf(this.#notes),
      states: recordOf(this.#states) as Record<KeyState, number>,
      formats: recordOf(this.#formats),
      scopes: recordOf(this.#scopes),
      withoutScopes: this.#withoutScopes,
      withoutOwner: this.#withoutOwner,
    })
  }

  #note(problem: ImportProblem): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(Object.freeze(problem))
  }
}

function count(counts: Map<string, number>, name: string, by = 1): void {
  if (counts.has(name) || counts.size < MAX_NAMES) counts.set(name, (counts.get(name) ?? 0) + by)
}

function recordOf(counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.freeze(Object.fromEntries(counts))
}
