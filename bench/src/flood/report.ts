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
    readonly open: Spread
    readonly protected: Spread
    /** Beside the flood of the protected route, to beside that of the open one. */
    readonly p99Ratio: Ratio
    /** Beside a second flood of the open route, to beside the first: what the machine does by itself. */
    readonly controlRatio: Ratio
  }
  readonly heapGrowthBytes: number
  /** One well-formed token that is nobody's, again and again. */
  readonly repeated: { readonly requests: number; readonly lifetimes: number; readonly resolverCalls: number }
}

/** Milliseconds. */
export interface Spread {
  readonly median: number
  readonly p99: number
}

/** Of 99th percentiles: of all requests together, and the median of those of each round. */
export interface Ratio {
  readonly pooled: number
  readonly ofTurns: number
}
