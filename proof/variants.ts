/** One model of the protocol, in the language of Murphi. */
export interface Model {
  readonly name: 'push' | 'poll' | 'age'
  /** Bounds of the short run, which `npm test` makes. */
  readonly short: Bounds
  /** Further bounds that `npm run proof` explores besides. */
  readonly long: readonly Bounds[]
  /** Whether its traces are steps of the shipped verifier and publisher. */
  readonly isReplayed: boolean
  readonly variants: readonly Variant[]
}

/** Constants of a model and their values. */
export type Bounds = Readonly<Record<string, number>>

/** The protocol with one rule broken: exploring it must violate the invariant that the rule upholds. */
export interface Variant {
  /** Value of the model's constant `VARIANT`. */
  readonly number: number
  readonly name: string
  readonly invariant: string
  /** The broken rule is one that `@bearward/core` keeps: then the shipped code refuses to follow the trace. */
  readonly isOfCore?: true
  /** Bounds under which the violation is reached. */
  readonly bounds?: Bounds
}

const HIT = 'no hit after revoke() has resolved'
const FILL = 'no fill shows the old record to a request that began after revoke() had resolved'

export const models: readonly Model[] = [
  {
    name: 'push',
    short: {},
    long: [{ PROOFS: 2 }, { VERIFIERS: 2, DRIFT: 0, LEASE: 2, USED: 2 }],
    isReplayed: true,
    variants: [
      { number: 1, name: 'no fill guard', invariant: HIT, isOfCore: true },
      { number: 2, name: 'lease from the time of the answer', invariant: FILL, isOfCore: true },
      { number: 3, name: 'monotonic clock only', invariant: HIT, isOfCore: true },
      { number: 4, name: 'cache kept after a reconnection', invariant: HIT },
      { number: 5, name: 'published before the commit', invariant: FILL },
      { number: 6, name: 'acknowledged before eviction', invariant: FILL },
      { number: 7, name: 'stale fill joined', invariant: FILL, isOfCore: true },
      { number: 8, name: 'no lease', invariant: FILL, isOfCore: true },
      { number: 9, name: 'registry trusted after a server restart', invariant: FILL },
      { number: 10, name: 'no outbox', invariant: 'a change that nobody published is in the outbox' },
      { number: 13, name: 'no room for clocks that drift', invariant: HIT, isOfCore: true },
      { number: 14, name: 'no fresh reads', invariant: FILL, isOfCore: true },
      { number: 15, name: 'registered after the ping', invariant: HIT },
      { number: 16, name: 'proof from before a loss counts', invariant: HIT, isOfCore: true },
      { number: 17, name: 'members counted before the publication', invariant: HIT },
    ],
  },
  {
    name: 'poll',
    short: { LOOKS: 1 },
    long: [{ LOOKS: 2 }],
    isReplayed: true,
    variants: [
      { number: 1, name: 'no fill guard', invariant: HIT, isOfCore: true },
      { number: 2, name: 'lease from the time of the answer', invariant: FILL, isOfCore: true },
      { number: 3, name: 'monotonic clock only', invariant: HIT, isOfCore: true },
      { number: 6, name: 'acknowledged before eviction', invariant: FILL },
      { number: 7, name: 'stale fill joined', invariant: FILL, isOfCore: true },
      { number: 8, name: 'no lease', invariant: FILL, isOfCore: true },
      { number: 9, name: 'registry trusted after a failover', invariant: FILL },
      { number: 11, name: 'log read past an uncommitted gap', invariant: FILL },
      { number: 13, name: 'no room for clocks that drift', invariant: HIT, isOfCore: true },
      { number: 14, name: 'no fresh reads', invariant: FILL, isOfCore: true },
      { number: 15, name: 'registered after the look', invariant: HIT },
      { number: 18, name: 'looks overlap', invariant: FILL, bounds: { LOOKS: 2, DRIFT: 0, LEASE: 2, CHANGES: 1 } },
      { number: 19, name: 'first proof forgets nothing', invariant: FILL, isOfCore: true },
      { number: 20, name: 'members counted before the commit', invariant: FILL },
    ],
  },
  {
    name: 'age',
    short: {},
    long: [],
    isReplayed: false,
    variants: [{ number: 12, name: 'sliding age', invariant: 'no record is served that is older than maxAgeMs' }],
  },
]
