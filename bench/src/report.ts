/** What a run found, for programs: `--json` prints it. Times are nanoseconds of CPU time, ratios are medians. */
export interface Report {
  readonly runtime: string
  readonly quick: boolean
  readonly hit: {
    /** What the hit ratios must not exceed. */
    readonly limit: number
    readonly rows: readonly HitRow[]
    /** Whether they do, for each of the two things that are done by hand. */
    readonly promised: readonly { keys: number; name: string; holdsToMinimum: boolean; holdsToUnread: boolean }[]
  }
  readonly refusals: readonly { name: string; nanoseconds: number; toMinimum: number }[]
  readonly linearity: readonly {
    shape: string
    maxTokenLength: number
    /** By length of the value. */
    nanoseconds: Readonly<Record<number, number>>
    /** The largest factor by which a doubling of the length raised the time. */
    worstDoubling: number
  }[]
  readonly frameworks: Readonly<
    Record<
      'express' | 'koa' | 'hono',
      /** `added` is the time over the bare framework. */
      readonly { name: string; added: number; toMinimum: number }[]
    >
  >
}

interface HitRow {
  readonly keys: number
  readonly name: string
  readonly nanoseconds: number
  /** To the scheme, the grammar, the digest and the lookup, done by hand. */
  readonly toMinimum: number
  /** To the same without the grammar: anything is taken for a token. */
  readonly toUnread: number
}
