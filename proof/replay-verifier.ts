import { type ChannelSubscriber, createVerifier, type KeyRecord, type Verdict, type Verifier } from '@bearward/core'
import { Divergence, NotReplayable } from './divergence.ts'
import type { State, Step } from './trace.ts'

const LEASE_MS = 1000
/** What a verifier uses of a lease: 98 %, less a millisecond for rounding. */
const USED_MS = 979
const MINUTE_MS = 60_000
/** Longer than any trace, so that only the trace ends a fill. */
const DEADLINE_MS = 600_000
const AUTHORIZATION = 'Bearer token_of_the_key_in_the_model'

interface Deferred<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
}

interface Timer {
  readonly callback: () => void
  readonly delayMs: number
}

interface Fill {
  readonly fresh: boolean
  readonly row: Deferred<KeyRecord>
  readonly verdicts: Verdict[]
}

/** One process of the model, with the shipped verifier in it. */
export class VerifierReplay {
  readonly #name: string
  readonly #state: State
  #verifier: Verifier | undefined
  #subscriber: ChannelSubscriber | undefined
  /** Proofs that the verifier has asked for and the trace has not named yet. */
  readonly #unnamed: Deferred<void>[] = []
  readonly #proofs = new Map<string, Deferred<void>>()
  readonly #timers = new Set<Timer>()
  readonly #fills: Fill[] = []
  #fill: Fill | undefined
  #wall = 1_000_000
  #monotonic = 5000

  constructor(name: string, state: State) {
    this.#name = name
    this.#state = state
  }

  /** The clock that the model does not trust stands still: the machine sleeps, or the wall clock is set back. */
  tick(): void {
    const used = 1 + this.#own('loss')
    const tickMs = Math.ceil(USED_MS / used)
    if (this.#state.is(`${this.#path}.monotonicStops`)) this.#wall += tickMs
    else this.#monotonic += tickMs
  }

  follow({ rule, parameters }: Step, before: State): void {
    const proof = parameters.p ?? parameters.l ?? ''
    switch (rule) {
      case 'verifier asks for a proof':
      case 'verifier asks for a look':
        this.#proofs.set(proof, this.#ask())
        break
      case 'a proof resolves':
      case 'a look ends':
        this.#proofs.get(proof)?.resolve()
        break
      case 'verifier notices the loss':
        this.#subscriber?.lost()
        break
      case 'verifier receives an invalidation':
        this.#subscriber?.invalidate([{ id: 'key' }])
        break
      case 'verifier reads the entries':
        this.#readEntries(before, proof)
        break
      case 'a request begins a fill':
        this.#beginFill()
        break
      case 'a late request joins a fill':
        this.#joinFill()
        break
      case 'a fill ends':
        this.#fill?.row.resolve({
          id: 'key',
          revokedAt: before.text(`${this.#path}.fill.found`) === 'active' ? null : 1,
        })
        break
      case 'a minute has passed since the last invalidation':
        this.#passMinute()
        break
      case 'process starts again':
        this.close()
        break
      case 'the cache evicts an entry':
        throw new NotReplayable(`${this.#name}: ${rule}`)
    }
  }

  /** Compares what the step has brought about, once all promises are settled. */
  conclude({ rule }: Step, before: State): void {
    if (rule === 'a request begins a fill') {
      const fill = this.#fills.at(-1)
      this.#expect(fill !== undefined && fill === this.#fill, 'a request begins a fill of its own')
      this.#expectEqual(fill?.fresh, this.#state.is(`${this.#path}.fill.isFresh`), 'the fill reads fresh')
    }
    if (rule !== 'a fill ends') return
    const isActive = before.text(`${this.#path}.fill.found`) === 'active'
    this.#expect((this.#fill?.verdicts.length ?? 0) > 0, 'a fill answers its requests')
    for (const { ok } of this.#fill?.verdicts ?? [])
      this.#expectEqual(ok, isActive, 'a request of the fill is accepted')
    this.#fill = undefined
  }

  /** Where the model answers from the cache, the code must. */
  expectHit(): void {
    if (this.#modelHits) this.#expectEqual(this.#isHit(), true, 'a request is answered from the cache')
  }

  /** Where the model does not, the code must not; asked last, because the request changes what is in flight. */
  expectNoOtherHit(): void {
    if (!this.#modelHits) this.#expectEqual(this.#isHit(), false, 'a request is answered from the cache')
  }

  close(): void {
    this.#verifier?.close()
    this.#verifier = undefined
    this.#timers.clear()
    this.#unnamed.length = 0
    this.#fill = undefined
  }

  get #path(): string {
    return `process[${this.#name}]`
  }

  get #modelHits(): boolean {
    return this.#own('lease') > 0 && this.#state.is(`${this.#path}.remembers`)
  }

  #own(field: string): number {
    return this.#state.number(`${this.#path}.${field}`)
  }

  #isHit(): boolean {
    const verdict = this.#verifier?.verify(AUTHORIZATION)
    return verdict !== undefined && !(verdict instanceof Promise) && verdict.ok
  }

  /** The verifier asks when its timer fires; the trace says when that is. */
  #ask(): Deferred<void> {
    if (this.#verifier === undefined) this.#start()
    else if (this.#unnamed.length === 0) {
      const renewal = [...this.#timers].findLast(({ delayMs }) => delayMs <= LEASE_MS)
      this.#expect(renewal !== undefined, 'a timer asks for the next proof')
      renewal?.callback()
    }
    const asked = this.#unnamed.shift()
    this.#expect(asked !== undefined, 'the verifier asks for a proof')
    return asked as Deferred<void>
  }

  #start(): Verifier {
    const schedule = (callback: () => void, delayMs: number): (() => void) => {
      const timer: Timer = { callback: () => this.#timers.delete(timer) && callback(), delayMs }
      this.#timers.add(timer)
      return () => this.#timers.delete(timer)
    }
    const verifier = createVerifier({
      resolve: (_digest, { fresh }) => {
        const fill = { fresh, row: deferred<KeyRecord>(), verdicts: [] }
        this.#fills.push(fill)
        return fill.row.promise
      },
      digest: { digest: () => 'ab'.repeat(32), older: [] },
      deadlineMs: DEADLINE_MS,
      clock: { now: () => this.#wall, monotonic: () => this.#monotonic, schedule },
      cache: {
        max: 10,
        channel: {
          leaseMs: LEASE_MS,
          durable: true,
          subscribe: (subscriber) => {
            this.#subscriber = subscriber
            return { prove: () => this.#prove(), close: async () => {} }
          },
          publish: () => Promise.reject(new Error('this verifier publishes nothing')),
          close: async () => {},
        },
      },
    })
    verifier.on('failed', () => {})
    this.#verifier = verifier
    return verifier
  }

  #prove(): Promise<void> {
    const proof = deferred<void>()
    this.#unnamed.push(proof)
    return proof.promise
  }

  /** The log's entries between the cursor and the last number, as the channel hands them over. */
  #readEntries(before: State, look: string): void {
    const last = before.number(`${this.#path}.looks[${look}].last`)
    const from = before.is(`${this.#path}.hasRead`) ? before.number(`${this.#path}.cursor`) : last
    const entries = Array.from({ length: Math.max(0, last - from) }, (_, index) => from + 1 + index)
    if (entries.some((entry) => !before.is(`database.isVisible[${entry}]`))) this.#subscriber?.lost()
    else {
      const ids = entries.map((entry) => (before.is(`database.isRevocation[${entry}]`) ? 'key' : 'another'))
      this.#subscriber?.invalidate(ids.map((id) => ({ id })))
    }
  }

  #beginFill(): void {
    const begun = this.#fills.length
    this.#request()
    this.#expectEqual(this.#fills.length, begun + 1, 'fills')
    this.#fill = this.#fills.at(-1)
  }

  #joinFill(): void {
    const begun = this.#fills.length
    this.#request()
    this.#expectEqual(this.#fills.length, begun, 'fills')
  }

  #request(): void {
    const verdict = (this.#verifier ?? this.#start()).verify(AUTHORIZATION)
    const fill = this.#fills.at(-1)
    if (verdict instanceof Promise) void verdict.then((made) => fill?.verdicts.push(made))
    else throw new Divergence(`${this.#name}: a request is answered at once, and the model makes it wait`)
  }

  #passMinute(): void {
    if (this.#own('lease') > 0) throw new NotReplayable(`${this.#name}: a minute passes in less than a lease`)
    this.#wall += MINUTE_MS
    this.#monotonic += MINUTE_MS
  }

  #expect(holds: boolean, what: string): void {
    if (!holds) throw new Divergence(`${this.#name}: ${what}: not so in the code`)
  }

  #expectEqual(actual: unknown, expected: unknown, what: string): void {
    if (actual !== expected) {
      throw new Divergence(`${this.#name}: ${what}: ${String(expected)} in the model, ${String(actual)} in the code`)
    }
  }
}

function deferred<T>(): Deferred<T> {
  let resolve!: (value: T) => void
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
