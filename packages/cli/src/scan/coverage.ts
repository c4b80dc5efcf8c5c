/**
 * Reasons to pass something over by rule: it is no file, it is read by another scan, or git does not add it. A scan that
 * passed over nothing else has read all that it was asked to read.
 */
export const PASSED = ['ignored', 'git', 'link', 'special', 'submodule', 'binary'] as const

/** Reasons why something was not read that belongs to what the scan was asked to read. */
export const UNREAD = ['failed', 'huge', 'compressed', 'omitted', 'missing', 'shallow', 'cut', 'empty'] as const

export type PassedReason = (typeof PASSED)[number]
export type UnreadReason = (typeof UNREAD)[number]

/** Something that was not read. */
export interface Skipped {
  readonly path: string
  readonly reason: UnreadReason
  /** More about it: the error of the file system, or the commit that holds it. */
  readonly why?: string
}

/** Something that was passed over by rule. */
export interface Passed {
  readonly path: string
  readonly reason: PassedReason
}

/** A list that is printed is bounded, because the author of a tree decides how many entries it would have. */
const LONGEST_LIST = 20

/** Counts what a scan has read, and what it has not. */
export class Coverage {
  /** Files, or objects of a repository, that were read to their end. */
  files = 0
  bytes = 0
  readonly skipped: Record<PassedReason | UnreadReason, number>
  /** The first things that were not read. */
  readonly unread: Skipped[] = []
  /** The first things that were passed over, of each reason. */
  readonly passed: Passed[] = []
  /** The kind of thing that `files` counts; `undefined` where nothing is counted but bytes. */
  readonly noun: 'file' | 'object' | undefined
  readonly #accepted: ReadonlySet<UnreadReason>

  /** @param accepted reasons that the user has dismissed: they are counted, and the scan is still complete */
  constructor(noun: Coverage['noun'], accepted: readonly UnreadReason[] = []) {
    this.noun = noun
    this.#accepted = new Set(accepted)
    this.skipped = Object.fromEntries([...PASSED, ...UNREAD].map((reason) => [reason, 0])) as Coverage['skipped']
  }

  /** Returns a count of its own for what is only looked at to judge the rest. What it misses counts here. */
  aside(): Coverage {
    const aside = new Coverage(this.noun)
    aside.miss = (...missed) => this.miss(...missed)
    return aside
  }

  /** @param nameOf makes the path; called for the first things alone, since a tree may have very many */
  pass(reason: PassedReason, nameOf: () => string): void {
    this.skipped[reason]++
    if (this.skipped[reason] <= LONGEST_LIST) this.passed.push({ path: nameOf(), reason })
  }

  miss(reason: UnreadReason, path: string, why?: string): void {
    this.skipped[reason]++
    if (this.unread.length < LONGEST_LIST) this.unread.push({ path, reason, ...(why === undefined ? {} : { why }) })
  }

  /** Number of things that were not read. */
  get missed(): number {
    return UNREAD.reduce((sum, reason) => sum + this.skipped[reason], 0)
  }

  /** True when all was read that was to be read, except for reasons that the user has dismissed. */
  get isComplete(): boolean {
    return UNREAD.every((reason) => this.skipped[reason] === 0 || this.#accepted.has(reason))
  }
}
