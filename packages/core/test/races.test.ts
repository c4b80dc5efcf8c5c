import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { MINUTE, SECOND } from '../src/clock.ts'
import { type Digester, hmacSha256, sha256 } from '../src/digest.ts'
import type { Invalidation } from '../src/invalidation.ts'
import type { KeyRecord } from '../src/record.ts'
import type { ResolveContext } from '../src/resolver.ts'
import type { SecretHash } from '../src/secret-hash.ts'
import { idKeyFormat, pairFormat, type TokenFormat } from '../src/token.ts'
import type { Verdict } from '../src/verdict.ts'
import { createVerifier, type Verifier } from '../src/verifier.ts'
import type { ManualClock } from './manual-clock.ts'
import { Requests } from './support/requests.ts'

// A store that changes, a replica that lags behind it, requests, invalidations and clients that leave, in every order that
// the scheduler finds. What a request may be answered with: any state that its key had between the last invalidation that spoke of
// the key before the request began, and the moment of the answer. Nothing older.

const MAX_STALENESS_MS = 10 * MINUTE
const DEADLINE_MS = SECOND
/** The replica lags by less than this; see `FRESH_FOR_MS`. */
const LAG_MS = MINUTE
const RUNS = 1000
/** A slow runtime on a busy machine still ends well within this. */
const TIMEOUT_MS = MINUTE
const KEYS = 2

type State = 'absent' | 'active' | 'disabled'
type NamedBy = 'id' | 'digest' | 'owner' | 'all'

/** How tokens are looked up, with everything about the keys worked out beforehand. */
interface Lookup {
  readonly name: string
  readonly format: TokenFormat | undefined
  readonly tokens: readonly string[]
  readonly ids: readonly string[]
  /** What the row of each key holds: a digest, or the salted hash of its secret. */
  readonly proofs: readonly Pick<KeyRecord, 'digest' | 'secretHash'>[]
  /** The digest by which somebody who only has the row invalidates the key. */
  readonly stored: readonly string[]
  readonly digests: ReadonlyMap<string, readonly string[]>
}

const peppers = { old: 'o'.repeat(32), new: 'n'.repeat(32) }

async function lookup(name: string, digester: Digester, format?: TokenFormat, withSecretHash = false): Promise<Lookup> {
  const tokens = ['A', 'B'].map((letter) => tokenOf(format, letter))
  const digests = new Map<string, readonly string[]>()
  const digestsOf = async (text: string) => {
    const all = await Promise.all([digester.digest(text), ...digester.older.map((digest) => digest(text))])
    digests.set(text, all)
    return all
  }
  const stored = await Promise.all(
    tokens.map(async (token, key) => {
      const ofToken = await digestsOf(token)
      const secret = format?.parse(token)?.secret
      const all = secret === undefined ? ofToken : await digestsOf(secret)
      return all[key % all.length] as string
    }),
  )
  return {
    name,
    format,
    tokens,
    ids: tokens.map((token, key) => format?.parse(token)?.id ?? `key_${key}`),
    proofs: stored.map((digest, key) =>
      withSecretHash ? { secretHash: `hash of ${format?.parse(tokens[key] as string)?.secret}` } : { digest },
    ),
    stored,
    digests,
  }
}

function tokenOf(format: TokenFormat | undefined, letter: string): string {
  if (format === undefined) return letter.repeat(43)
  return 'pattern' in format ? `acme_${letter.repeat(16)}_${letter.repeat(43)}` : `${letter}:${letter.repeat(43)}`
}

type Operation =
  | { readonly do: 'request'; readonly key: number }
  | { readonly do: 'change'; readonly key: number; readonly to: State; readonly tellBy: NamedBy | 'nobody' }
  | { readonly do: 'invalidate'; readonly key: number; readonly by: NamedBy }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'abandon'; readonly nth: number }

const key = fc.nat({ max: KEYS - 1 })
const namedBy = fc.constantFrom<NamedBy>('id', 'digest', 'owner', 'all')
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('request'), key }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('change'),
      key,
      to: fc.constantFrom<State>('absent', 'active', 'disabled'),
      tellBy: fc.oneof(namedBy, fc.constant('nobody')),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('invalidate'), key, by: namedBy }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('advance'),
      ms: fc.constantFrom(
        DEADLINE_MS / 16,
        DEADLINE_MS / 4,
        DEADLINE_MS,
        MINUTE,
        MAX_STALENESS_MS - 1,
        MAX_STALENESS_MS,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('abandon'), nth: fc.nat({ max: 3 }) }) },
)

interface Row extends KeyRecord {
  readonly version: number
}

/** The store, what it held when, and what every invalidation has promised. */
class World {
  readonly clock: ManualClock
  /** States of all keys, from the first version on, and when each was committed. */
  readonly #history: { at: number; states: readonly State[] }[]
  /** For each key the version that the last invalidation promised at least. */
  readonly #promised: number[] = Array(KEYS).fill(0)
  readonly #freshUntil: number[] = Array(KEYS).fill(Number.NEGATIVE_INFINITY)
  #invalidations = 0
  /** Monotonic times at which the calls in progress began. */
  readonly #running = new Map<string, number>()
  /** Broken rules, in words. */
  readonly broken: string[] = []
  readonly #lookup: Lookup
  readonly #pick: () => number
  readonly #pause: (label: string) => Promise<void>
  readonly requests = new Requests()

  constructor(lookup: Lookup, initial: readonly State[], pick: () => number, pause: (label: string) => Promise<void>) {
    this.#lookup = lookup
    this.#pick = pick
    this.#pause = pause
    this.clock = this.requests.clock
    // So long ago that no replica is behind it.
    this.#history = [{ at: Number.NEGATIVE_INFINITY, states: initial }]
  }

  get #version(): number {
    return this.#history.length - 1
  }

  change(key: number, to: State): void {
    const states = [...(this.#history[this.#version]?.states ?? [])]
    states[key] = to
    this.#history.push({ at: this.clock.monotonic(), states })
  }

  invalidate(verifier: Verifier<Row>, key: number, by: NamedBy): void {
    verifier.invalidate(this.#named(key, by))
    this.#invalidations++
    for (let other = 0; other < KEYS; other++) {
      if (other !== key && by !== 'all') continue
      this.#promised[other] = this.#version
      this.#freshUntil[other] = this.clock.monotonic() + MINUTE
    }
  }

  #named(key: number, by: NamedBy): Invalidation {
    if (by === 'all') return 'all'
    if (by === 'owner') return { owner: ownerOf(key) }
    return by === 'id' ? { id: this.#lookup.ids[key] as string } : { digest: this.#lookup.stored[key] as string }
  }

  readonly resolve = async (digest: string, { fresh, id, signal }: ResolveContext): Promise<Row | null> => {
    const key = this.#lookup.tokens.findIndex((token) => this.#digestsOf(token).includes(digest))
    const isFirstOfFill = this.#digestsOf(this.#lookup.tokens[key] as string)[0] === digest
    if (isFirstOfFill && !fresh && this.clock.monotonic() < (this.#freshUntil[key] as number))
      this.broken.push(`a fill of key ${key} after its invalidation was not asked fresh`)
    const call = `${digest} after ${this.#invalidations}`
    const now = this.clock.monotonic()
    // Requests that joined a fill wait for it no longer than a sixteenth of their deadline.
    if (isFirstOfFill && now - (this.#running.get(call) ?? Number.NEGATIVE_INFINITY) < DEADLINE_MS / 16)
      this.broken.push(`two calls in flight for key ${key}`)
    if (isFirstOfFill) this.#running.set(call, now)
    // Given up at the deadline: the next request may ask again.
    const end = (): void => {
      if (isFirstOfFill && this.#running.get(call) === now) this.#running.delete(call)
    }
    signal.addEventListener('abort', end)

    await this.#pause('before the read')
    const version = fresh ? this.#version : this.#laggingVersion()
    await this.#pause('after the read')

    end()
    const isStoredUnder = id === undefined ? this.#lookup.stored[key] === digest : true
    const state = this.#stateAt(version, key)
    if (state === 'absent' || !isStoredUnder) return null
    return {
      id: this.#lookup.ids[key] as string,
      owner: ownerOf(key),
      ...this.#lookup.proofs[key],
      disabled: state === 'disabled',
      version,
    }
  }

  /** Digests that a key is asked by: of the secret where the token carries an id. */
  #digestsOf(token: string): readonly string[] {
    return this.#lookup.digests.get(this.#lookup.format?.parse(token)?.secret ?? token) ?? []
  }

  #stateAt(version: number, key: number): State {
    return this.#history[version]?.states[key] ?? 'absent'
  }

  #laggingVersion(): number {
    const oldest = this.#versionAt(this.clock.monotonic() - LAG_MS)
    return oldest + (this.#pick() % (this.#version - oldest + 1))
  }

  #versionAt(time: number): number {
    return this.#history.findLastIndex(({ at }) => at <= time)
  }

  /** A request that begins now; the function judges the verdict it ends with. */
  request(key: number): (verdict: Verdict<Row>) => void {
    // A fill that may be joined is at most two calls old, one for each pepper, and one check of a secret.
    const oldestRead = this.clock.monotonic() - Math.max(MAX_STALENESS_MS, 3 * DEADLINE_MS)
    const from = Math.max(this.#promised[key] as number, this.#versionAt(oldestRead - LAG_MS))
    return (verdict) => {
      if (!verdict.ok && verdict.denial.code === 'unavailable') return
      const possible = this.#history.slice(from).map(({ states }) => states[key] === 'active')
      if (!possible.includes(verdict.ok))
        this.broken.push(
          `key ${key} was ${verdict.ok ? 'accepted' : 'refused'}, which it never was since version ${from}`,
        )
      if (verdict.ok && verdict.principal.key.version < from)
        this.broken.push(`key ${key} was answered from version ${verdict.principal.key.version}, before ${from}`)
    }
  }
}

function ownerOf(key: number): string {
  return `owner_${key}`
}

/** The digests that were worked out beforehand: at once, or when the scheduler says so, as Web Crypto would. */
function preparedDigester(lookup: Lookup, pause: ((label: string) => Promise<void>) | undefined): Digester {
  const nth = (index: number) => (text: string) => {
    const digest = lookup.digests.get(text)?.[index] as string
    return pause === undefined ? digest : pause('digest').then(() => digest)
  }
  const count = lookup.digests.get(lookup.tokens[0] as string)?.length ?? 1
  return { digest: nth(0), older: Array.from({ length: count - 1 }, (_, index) => nth(index + 1)) }
}

async function play(
  lookup: Lookup,
  scheduler: fc.Scheduler,
  initial: readonly State[],
  operations: readonly Operation[],
  lags: () => number,
  digestsLater: boolean,
): Promise<void> {
  const pause = (label: string): Promise<void> =>
    world.requests.within(() => scheduler.schedule(Promise.resolve(), label))
  const world: World = new World(lookup, initial, lags, pause)
  const secretHash: SecretHash = {
    async verify(secret, stored) {
      await pause('secret hash')
      return stored === `hash of ${secret}`
    },
  }
  const verifier = createVerifier<Row>({
    resolve: world.resolve,
    format: lookup.format,
    digest: preparedDigester(lookup, digestsLater ? pause : undefined),
    cache: { max: 2, maxStalenessMs: MAX_STALENESS_MS },
    deadlineMs: DEADLINE_MS,
    clock: world.clock,
    secretHash,
  })
  verifier.on('failed', ({ reason }) => {
    if (reason !== 'resolver_timeout') world.broken.push(`a lookup failed: ${reason}`)
  })
  const judged: Promise<unknown>[] = []
  const run = (operation: Operation): void => {
    if (operation.do === 'advance') {
      world.clock.advance(operation.ms)
    } else if (operation.do === 'abandon') {
      world.requests.abandon(operation.nth)
    } else if (operation.do === 'invalidate') {
      world.invalidate(verifier, operation.key, operation.by)
    } else if (operation.do === 'change') {
      world.change(operation.key, operation.to)
      if (operation.tellBy !== 'nobody') world.invalidate(verifier, operation.key, operation.tellBy)
    } else {
      const judge = world.request(operation.key)
      const token = lookup.tokens[operation.key]
      judged.push(world.requests.run(async () => verifier.verify(`Bearer ${token}`), judge))
    }
  }
  const sequence = scheduler.scheduleSequence(
    operations.map((operation) => ({ label: JSON.stringify(operation), builder: async () => run(operation) })),
  )
  await scheduler.waitFor(sequence.task)
  // Requests that joined one whose client has left go on by their timers.
  for (let step = 0; step < 4; step++) {
    await scheduler.waitIdle()
    world.clock.advance(DEADLINE_MS)
  }
  await scheduler.waitIdle()
  if (world.requests.waiting > 0) world.broken.push(`${world.requests.waiting} requests have not ended`)
  else await Promise.all(judged)
  expect(world.broken).toEqual([])
}

const lookups = new Map<string, Lookup>()
const hmac = hmacSha256({ peppers, current: 'new' })

beforeAll(async () => {
  const made = await Promise.all([
    lookup('plain digests', sha256()),
    lookup('two peppers', hmac),
    lookup('an id and a digest', sha256(), idKeyFormat({ prefix: 'acme' })),
    lookup('an id and two peppers', hmac, idKeyFormat({ prefix: 'acme' })),
    lookup('an id and a salted hash', sha256(), pairFormat(), true),
  ])
  for (const one of made) lookups.set(one.name, one)
})

describe('no request is answered from a read older than an invalidation before it, in any order of events', () => {
  for (const name of [
    'plain digests',
    'two peppers',
    'an id and a digest',
    'an id and two peppers',
    'an id and a salted hash',
  ]) {
    test(
      name,
      async () => {
        await fc.assert(
          fc.asyncProperty(
            fc.scheduler(),
            fc.array(fc.constantFrom<State>('absent', 'active', 'disabled'), { minLength: KEYS, maxLength: KEYS }),
            fc.array(operation, { minLength: 2, maxLength: 30 }),
            fc.infiniteStream(fc.nat({ max: 5 })),
            fc.boolean(),
            (scheduler, initial, operations, lags, digestsLater) =>
              play(lookups.get(name) as Lookup, scheduler, initial, operations, () => lags.next().value, digestsLater),
          ),
          { numRuns: RUNS },
        )
      },
      TIMEOUT_MS,
    )
  }
})
