import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SECOND } from '../src/clock.ts'
import type { ResolveContext } from '../src/resolver.ts'
import { idKeyFormat } from '../src/token.ts'
import type { Verdict } from '../src/verdict.ts'
import { createVerifier, type Verifier } from '../src/verifier.ts'
import { Requests } from './support/requests.ts'
import { deferred, turns, until } from './support/waiting.ts'

// Requests that a runtime cancels: their promises never settle, and their timers never fire. Every other request must end by
// its own deadline, and the keys must stay usable.

const DEADLINE_MS = SECOND
const STEP_MS = DEADLINE_MS / 16
/** How long the first fill of a key may be joined. */
const JOINED_MS = DEADLINE_MS / 16
const RUNS = 300
const KEYS = 2
const digests = ['a'.repeat(64), 'b'.repeat(64)]
const tokens = ['token_of_key_0', 'token_of_key_1']
const digester = { digest: (token: string) => digests[tokens.indexOf(token)] as string, older: [] }

interface Row {
  readonly id: string
}

interface Call {
  readonly digest: string
  readonly context: ResolveContext
  readonly answer: () => void
  readonly fail: () => void
}

/** A verifier over a store that answers when the test says so. */
class World {
  readonly requests = new Requests()
  readonly calls: Call[] = []
  readonly verifier: Verifier<Row>
  readonly failures: unknown[] = []
  readonly broken: string[] = []
  isUp = false

  constructor(cached: boolean) {
    this.verifier = createVerifier<Row>({
      resolve: (digest, context) => this.requests.within(() => this.#ask(digest, context)),
      digest: digester,
      deadlineMs: DEADLINE_MS,
      clock: this.requests.clock,
      cache: cached ? { max: 10, maxStalenessMs: SECOND / 2 } : undefined,
    })
    this.verifier.on('failed', ({ reason }) => this.failures.push(reason))
  }

  /** Sends a request; answers how it ended, `undefined` while it has not. */
  send(key: number): { verdict?: Verdict<Row> } {
    const outcome: { verdict?: Verdict<Row> } = {}
    const begunAt = this.requests.clock.monotonic()
    const answered = (verdict: Verdict<Row>): void => {
      outcome.verdict = verdict
      const tookMs = this.requests.clock.monotonic() - begunAt
      if (tookMs > DEADLINE_MS) this.broken.push(`a request took ${tookMs} ms`)
    }
    void this.requests.run(async () => this.verifier.verify(`Bearer ${tokens[key]}`), answered)
    return outcome
  }

  /** Time passes, in steps so short that a promise settles at about the time that its timer fired. */
  async advance(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      this.requests.clock.advance(STEP_MS)
      await turns()
    }
  }

  #ask(digest: string, context: ResolveContext): Promise<Row> {
    const row = { id: `key_${digests.indexOf(digest)}` }
    if (this.isUp) return Promise.resolve(row)
    const { promise, resolve, reject } = deferred<Row>()
    this.calls.push({ digest, context, answer: () => resolve(row), fail: () => reject(new Error('down')) })
    return promise
  }
}

type Operation =
  | { readonly do: 'send'; readonly key: number }
  | { readonly do: 'abandon'; readonly nth: number }
  | { readonly do: 'answer'; readonly nth: number }
  | { readonly do: 'fail'; readonly nth: number }
  | { readonly do: 'advance'; readonly steps: number }
  | { readonly do: 'invalidate'; readonly key: number }

const key = fc.nat({ max: KEYS - 1 })
const nth = fc.nat({ max: 4 })
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('send'), key }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('abandon'), nth }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('answer'), nth }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fail'), nth }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('advance'), steps: fc.integer({ min: 1, max: 10 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('invalidate'), key }) },
)

async function play(world: World, operations: readonly Operation[]): Promise<void> {
  for (const operation of operations) {
    if (operation.do === 'send') world.send(operation.key)
    else if (operation.do === 'abandon') world.requests.abandon(operation.nth)
    else if (operation.do === 'answer') world.calls.splice(operation.nth, 1)[0]?.answer()
    else if (operation.do === 'fail') world.calls.splice(operation.nth, 1)[0]?.fail()
    else if (operation.do === 'advance') await world.advance(operation.steps * STEP_MS)
    else world.verifier.invalidate({ id: `key_${operation.key}` })
    await turns()
  }
  // Nothing answers any more: all that is left is time.
  await world.advance(DEADLINE_MS + STEP_MS)
  expect(world.requests.waiting).toBe(0)
  world.isUp = true
  for (let each = 0; each < KEYS; each++) {
    const outcome = world.send(each)
    await world.advance(DEADLINE_MS / 2)
    expect(outcome.verdict?.ok).toBe(true)
  }
  expect(world.broken).toEqual([])
}

describe('when a random subset of requests is abandoned, every other request ends by its deadline and every key stays usable', () => {
  test.each([
    ['without a cache', false],
    ['with a cache', true],
  ])(
    '%s',
    async (_name, cached) => {
      await fc.assert(
        fc.asyncProperty(fc.array(operation, { minLength: 3, maxLength: 25 }), (operations) =>
          play(new World(cached), operations),
        ),
        { numRuns: RUNS },
      )
    },
    60_000,
  )
})

describe('a request that joined a fill whose request is gone', () => {
  test('reads for itself after a sixteenth of its deadline, and is answered', async () => {
    const world = new World(false)
    world.send(0)
    const joined = world.send(0)
    world.requests.abandon(0)
    expect(world.calls.length).toBe(1)
    await world.advance(JOINED_MS)
    expect(world.calls.length).toBe(2)
    world.calls[1]?.answer()
    await turns()
    expect(joined.verdict?.ok).toBe(true)
    expect(world.failures).toEqual([])
  })

  test('takes the first answer when the store is only slow', async () => {
    const world = new World(false)
    const first = world.send(0)
    const joined = world.send(0)
    await world.advance(DEADLINE_MS / 2)
    expect(world.calls.length).toBe(2)
    world.calls[0]?.answer()
    await turns()
    expect([first.verdict?.ok, joined.verdict?.ok]).toEqual([true, true])
  })

  test('goes on when an older fill fails while its own is in flight', async () => {
    const world = new World(false)
    world.send(0)
    const joined = world.send(0)
    await world.advance(DEADLINE_MS / 2)
    world.calls[0]?.fail()
    await turns()
    expect(joined.verdict).toBeUndefined()
    world.calls[1]?.answer()
    await turns()
    expect(joined.verdict?.ok).toBe(true)
  })

  test('is answered 503 at its deadline when the store hangs, and the failure is reported', async () => {
    const world = new World(false)
    world.send(0)
    const joined = world.send(0)
    world.requests.abandon(0)
    await world.advance(DEADLINE_MS - STEP_MS)
    expect(joined.verdict).toBeUndefined()
    await world.advance(STEP_MS)
    expect(joined.verdict).toMatchObject({ ok: false, denial: { code: 'unavailable' } })
    expect(world.failures).toEqual(['resolver_timeout'])
  })

  test('is one of many, and together they ask a store that hangs no more than six times in a deadline', async () => {
    const world = new World(false)
    world.send(0)
    const joined = Array.from({ length: 500 }, () => world.send(0))
    world.requests.abandon(0)
    await world.advance(DEADLINE_MS - STEP_MS)
    expect(world.calls.length).toBeLessThanOrEqual(6)
    for (const { answer } of world.calls) answer()
    await turns()
    expect(joined.every(({ verdict }) => verdict?.ok === true)).toBe(true)
  })

  test('does not join a chain of abandoned fills beyond its deadline', async () => {
    const world = new World(false)
    world.send(0)
    const joined = [world.send(0), world.send(0), world.send(0)]
    // Each time that one of them reads for itself, its client leaves too.
    for (const share of [16, 8, 4]) {
      world.requests.abandon(0)
      await world.advance(DEADLINE_MS / share)
    }
    world.calls.at(-1)?.answer()
    await turns()
    expect(joined.at(-1)?.verdict?.ok).toBe(true)
  })

  test('is answered 503 when it stops waiting and the verifier was closed', async () => {
    const world = new World(false)
    world.send(0)
    const joined = world.send(0)
    world.requests.abandon(0)
    world.verifier.close()
    await world.advance(JOINED_MS)
    expect(joined.verdict).toMatchObject({ ok: false, denial: { code: 'unavailable' } })
    expect(world.calls.length).toBe(1)
  })

  test('is answered 503 at once where no timer can be set, since it would have no deadline', async () => {
    const world = new World(false)
    world.send(0)
    world.requests.clock.schedule = () => {
      throw new Error('no timers here')
    }
    const joined = world.send(0)
    await turns()
    expect(joined.verdict).toMatchObject({ ok: false, denial: { code: 'unavailable' } })
    expect(world.failures).toEqual(['resolver_timeout'])
  })
})

test('fills that never end are forgotten, as are the calls that close() would give up', async () => {
  const world = new World(true)
  const aborted: string[] = []
  for (let round = 0; round < 50; round++) {
    world.send(0)
    const { context, digest } = world.calls.at(-1) as Call
    context.signal.addEventListener('abort', () => aborted.push(digest))
    world.requests.abandon(0)
    await world.advance(DEADLINE_MS)
  }
  world.verifier.close()
  expect(aborted.length).toBeLessThanOrEqual(2)
})

test('a fill of another format of token waits for its own steps before it counts as never finished', async () => {
  const requests = new Requests()
  const answers: (() => void)[] = []
  const format = idKeyFormat({ prefix: 'acme' })
  const token = format.generate()
  const verifier = createVerifier<Row & { secretHash: string }>({
    format,
    clock: requests.clock,
    deadlineMs: DEADLINE_MS,
    cache: { max: 10, maxStalenessMs: 60 * SECOND },
    resolve: (_digest, { id = '' }) =>
      requests.within(async () => {
        await new Promise<void>((resolve) => answers.push(resolve))
        return { id, secretHash: 'slow' }
      }),
    secretHash: { verify: () => new Promise((resolve) => answers.push(() => resolve(true))) },
  })
  const outcomes: string[] = []
  verifier.on('cache', ({ outcome }) => outcomes.push(outcome))
  const verdict = verifier.verify(`Bearer ${token}`)
  await until(() => answers.length > 0)
  requests.clock.advance(DEADLINE_MS - 1)
  answers.shift()?.()
  await turns()
  requests.clock.advance(DEADLINE_MS - 1)
  answers.shift()?.()
  expect(await verdict).toMatchObject({ ok: true })
  expect(outcomes).toEqual(['miss', 'fill'])
})
