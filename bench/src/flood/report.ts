/** What the floods found; `--json` prints it. */
export interface FloodReport {
  readonly quick: boolean
  /** Of each kind of flood. */
  readonly seconds: number
  /** Requests of the flood that were answered. */
  readonly requests: { readonly open: number; readonly protected: number }
  /** Answers of the protected route to the flood, by status. */
  readonly answers: Readonly<Record<string, number>>
  /** Of the protected route; valid requests come at the same rate with and without a flood. */
  readonly resolverCalls: { readonly withoutFlood: number; readonly duringFloods: number }
  /** What a request with a good key takes meanwhile. */
  readonly validMs: {
    readonly quietP99: number
    readonly open: { readonly median: number; readonly p99: number }
    readonly protected: { readonly median: number; readonly p99: number }
    /** Protected to open: of all requests, and the median of the turns. */
    readonly p99Ratio: number
    readonly p99RatioOfTurns: number
  }
  readonly heapGrowthBytes: number
  /** One well-formed token that is nobody's, again and again. */
  readonly repeated: { readonly requests: number; readonly lifetimes: number; readonly resolverCalls: number }
}
