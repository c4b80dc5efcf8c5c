/** What a run found, for programs: `--json` prints it. Times are nanoseconds of CPU time, ratios are medians. */
export interface Report {
  readonly runtime: string
  readonly quick: boolean
  readonly hit: {
    /** What the hit ratios must not exceed. */
    readonly limit: number
    /** Whether `verify()` keeps to the limit at every number of keys, by the minimum that reads the grammar. */
    readonly holds: boolean
    readonly rows: readonly {
      keys: number
      name: string
      nanoseconds: number
      toMinimum: number
      /** To the minimum by hand that takes anything for a token. */
      toUnread: number
    }[]
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
