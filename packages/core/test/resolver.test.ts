import { describe, expect, it } from 'vitest'
import { hmacSha256 } from '../src/digest.ts'
import type { FailureReason } from '../src/events.ts'
import type { VerifierOptions } from '../src/options.ts'
import type { KeyRecord } from '../src/record.ts'
import type { ResolveContext } from '../src/resolver.ts'
import { idKeyFormat } from '../src/token.ts'
import type { Verdict } from '../src/verdict.ts'
import { createVerifier } from '../src/verifier.ts'
import { ManualClock } from './manual-clock.ts'
import { digestOf } from './support/digests.ts'
import { deferred, turns, until } from './support/waiting.ts'

const TOKEN = 'token-of-somebody'
const AUTHORIZATION = `Bearer ${TOKEN}`
const MESSAGE = 'password of the database is hunter2'
const ROW: KeyRecord = { id: 'key_1' }

type AnyResolve = (digest: string, context: ResolveContext) => unknown

function setUp(resolve: AnyResolve) {
  const clock = new ManualClock()
  const failures: { readonly reason: FailureReason; readonly error: unknown }[] = []
  const denials: string[] = []
  const verifier = createVerifier({
    resolve: resolve as () => KeyRecord | null,
    deadlineMs: 100,
    clock,
    cache: { max: 10, maxStalenessMs: 1000 },
  })
  let asked = 0
  verifier.on('cache', ({ outcome }) => {
    if (outcome === 'miss') asked++
  })
  verifier.on('failed', ({ reason, error }) => failures.push({ reason, error }))
  verifier.on('denied', ({ code, reason }) => denials.push(`${code}: ${reason}`))
  return {
    clock,
    verifier,
    failures,
    denials,
    verify: async () => verifier.verify(AUTHORIZATION),
    /** Until so many requests have come as far as the resolver. */
    reached: (count: number) => until(() => asked >= count),
  }
}

function outcome(verdict: Verdict): string {
  return verdict.ok ? verdict.principal.keyId : verdict.denial.code
}

/** An object that throws at whatever is done to it. */
function hostile(): object {
  const refuse = (): never => {
    throw new Error('touched')
  }
  const traps = Object.getOwnPropertyNames(Reflect).map((name) => [name, refuse])
  return new Proxy(() => undefined, Object.fromEntries(traps))
}

const HOSTILE = hostile()
const LYING = ['then', 'message', 'stack', 'name'].reduce(
  (error, name) =>
    Object.defineProperty(error, name, {
      get() {
        throw new Error(MESSAGE)
      },
    }),
  {},
)

type Then = (resolve: (row: KeyRecord) => void, reject: (error: unknown) => void) => void

/** An object with a `then` and nothing else of a promise, as query builders are. */
function thenable(run: Then): object {
  return Object.fromEntries([['then', run]])
}

describe('a resolver that fails', () => {
  const errors: [string, unknown][] = [
    ['an Error', new Error(MESSAGE)],
    [
      'an error that claims a status',
      Object.assign(new Error(MESSAGE), {
        status: 200,
        statusCode: 404,
        expose: true,
        headers: { 'X-Leak': MESSAGE },
        getResponse: () => new Response(MESSAGE),
      }),
    ],
    ['undefined', undefined],
    ['null', null],
    ['false', false],
    ['0', 0],
    ['an empty string', ''],
    ['a string', MESSAGE],
    ['a verdict', { ok: true, principal: {} }],
    ['an object whose getters throw', LYING],
    ['an object that throws at everything', HOSTILE],
  ]
  describe.each(errors)('with %s', (_name, error) => {
    it.each([
      [
        'throwing at once',
        () => {
          throw error
        },
      ],
      ['rejecting', () => Promise.reject(error)],
      [
        'rejecting later',
        async () => {
          await turns(3)
          throw error
        },
      ],
      ['a thenable that rejects', () => thenable((_, reject) => reject(error))],
      [
        'a thenable that throws',
        () =>
          thenable(() => {
            throw error
          }),
      ],
    ])('%s, is unavailable, tells the event alone, and is not remembered', async (_how, resolve) => {
      const { verify, failures, denials } = setUp(resolve)
      const verdict = await verify()
      expect(verdict.ok || verdict.denial).toMatchObject({ code: 'unavailable', status: 503, challenge: undefined })
      expect(failures).toHaveLength(1)
      expect(failures[0]?.reason).toBe('resolver_failed')
      expect(Object.is(failures[0]?.error, error)).toBe(true)
      expect(JSON.stringify(verdict)).not.toContain('hunter2')
      expect(denials).toEqual(['unavailable: resolver_failed'])
      await verify()
      expect(failures).toHaveLength(2)
    })
  })

  it('recovers with the next answer', async () => {
    let calls = 0
    const { verify } = setUp(() => {
      calls++
      if (calls === 1) throw new Error(MESSAGE)
      return ROW
    })
    expect(outcome(await verify())).toBe('unavailable')
    expect(outcome(await verify())).toBe('key_1')
    expect(outcome(await verify())).toBe('key_1')
    expect(calls).toBe(2)
  })

  it('ends the call of all who waited for it, with one event', async () => {
    const gate = deferred<never>()
    let calls = 0
    const { verify, failures, reached } = setUp(() => {
      calls++
      return gate.promise
    })
    const verdicts = Array.from({ length: 100 }, verify)
    await reached(100)
    gate.reject(new Error(MESSAGE))
    expect(new Set((await Promise.all(verdicts)).map(outcome))).toEqual(new Set(['unavailable']))
    expect([calls, failures.length]).toEqual([1, 1])
  })
})

describe('what a resolver answers', () => {
  it.each([
    ['a row', () => ROW],
    ['a promise of a row', async () => ROW],
    ['a thenable of a row', () => thenable((done) => done(ROW))],
    [
      'a thenable that answers twice',
      () =>
        thenable((done) => {
          done(ROW)
          done({ id: 'key_2' })
        }),
    ],
  ])('%s is a key', async (_name, resolve) => {
    expect(outcome(await setUp(resolve).verify())).toBe('key_1')
  })

  it.each([
    ['null', () => null],
    ['undefined', () => undefined],
    ['a promise of null', async () => null],
    ['a promise of undefined', async () => undefined],
  ])('%s is nobody', async (_name, resolve) => {
    const { verify, failures, denials } = setUp(resolve)
    expect(outcome(await verify())).toBe('invalid')
    expect(failures).toEqual([])
    expect(denials).toEqual(['invalid: unknown'])
  })

  const throwing = Object.defineProperty({}, 'id', {
    get() {
      throw new Error(MESSAGE)
    },
  })
  it.each([
    ['false', false],
    ['true', true],
    ['0', 0],
    ['an empty string', ''],
    ['text', MESSAGE],
    ['a list of rows', [ROW]],
    ['an empty list', []],
    ['a row without id', {}],
    ['a row with scopes as text', { id: 'k', scopes: MESSAGE }],
    ['a row with an unreadable date', { id: 'k', expiresAt: MESSAGE }],
    ['a row whose getter throws', throwing],
    ['a function', () => ROW],
  ])('%s is the fault of the store, at once or later', async (_name, row) => {
    for (const resolve of [() => row, async () => row]) {
      const { verify, failures, denials } = setUp(resolve)
      expect(outcome(await verify())).toBe('unavailable')
      expect(failures.map(({ reason }) => reason)).toEqual(['record_unreadable'])
      expect(denials).toEqual(['unavailable: record_unreadable'])
      await verify()
      expect(failures).toHaveLength(2)
    }
  })

  it('an object that throws at everything, at once or later, is the fault of the store', async () => {
    const row = new Proxy(
      {},
      {
        get() {
          throw new Error(MESSAGE)
        },
      },
    )
    for (const resolve of [() => row, () => Promise.resolve().then(() => row)]) {
      const { verify, failures } = setUp(resolve)
      expect(outcome(await verify())).toBe('unavailable')
      expect(failures).toHaveLength(1)
    }
  })

  it('a row with another digest is the fault of the store', async () => {
    const right = await digestOf(TOKEN)
    for (const digest of [await digestOf('another'), right.toUpperCase(), right.slice(1), '', `${right} `]) {
      const { verify, failures } = setUp(() => ({ ...ROW, digest }))
      expect(outcome(await verify()), digest).toBe('unavailable')
      expect(failures.map(({ reason }) => reason)).toEqual(['digest_mismatch'])
      expect(String(failures[0]?.error)).not.toMatch(/[0-9a-f]{16}/)
    }
    expect(outcome(await setUp(() => ({ ...ROW, digest: right })).verify())).toBe('key_1')
  })
})

describe('what a resolver is told', () => {
  it('the digest, and nothing that holds the token', async () => {
    const calls: [string, ResolveContext][] = []
    const { verify } = setUp((...call) => {
      calls.push(call)
      return null
    })
    await verify()
    expect(calls).toHaveLength(1)
    const [digest, context] = calls[0] as [string, ResolveContext]
    expect(digest).toBe(await digestOf(TOKEN))
    expect(context).toMatchObject({ fresh: false, id: undefined, environment: undefined })
    expect(context.signal.aborted).toBe(false)
    expect(Object.keys(context).sort()).toEqual(['digests', 'environment', 'fresh', 'id', 'signal'])
    expect(context.digests).toEqual([digest])
  })

  it('the id and the environment of a format that carries them, and the digest of the secret', async () => {
    const format = idKeyFormat({ prefix: 'acme', environments: ['live'] })
    const token = format.generate()
    const calls: [string, ResolveContext][] = []
    const verifier = createVerifier({
      format,
      resolve: (...call) => {
        calls.push(call)
        return null
      },
    })
    await verifier.verify(`Bearer ${token}`)
    const parsed = format.parse(token)
    expect(calls[0]?.[0]).toBe(await digestOf(parsed?.secret ?? ''))
    expect(calls[0]?.[1]).toMatchObject({ id: parsed?.id, environment: 'live' })
  })
})

describe('a key that may be stored under several digests', () => {
  const PEPPERS = { a: 'a'.repeat(32), b: 'b'.repeat(32) }
  const digest = hmacSha256({ peppers: PEPPERS, current: 'b' })
  /** The shape of another system's tokens, which are stored in two ways. */
  const foreign = { parse: () => ({ alsoStoredAs: async (token: string) => [`one:${token}`, `two:${token}`] }) }

  /** A table, and how often it was asked. */
  function tableOf(stored: Readonly<Record<string, KeyRecord>>, options: Partial<VerifierOptions<KeyRecord, string>>) {
    const asked: (readonly string[])[] = []
    const verifier = createVerifier({
      digest,
      format: foreign,
      ...options,
      resolve(first, { digests }) {
        const wanted = options.oneQuery === true ? digests : [first]
        asked.push(wanted)
        return wanted.map((each) => stored[each]).find((row) => row !== undefined)
      },
    })
    const failed: FailureReason[] = []
    verifier.on('failed', ({ reason }) => failed.push(reason))
    return { asked, failed, verify: async () => outcome(await verifier.verify(AUTHORIZATION)) }
  }

  it('is asked for under one after the other, the current one first', async () => {
    const { asked, verify } = tableOf({}, {})
    expect(await verify()).toBe('invalid')
    const own = [await digest.digest(TOKEN), await digest.older[0]?.(TOKEN)]
    expect(asked.flat()).toEqual([...own, `one:${TOKEN}`, `two:${TOKEN}`])
    expect(asked).toHaveLength(4)
  })

  it('with `oneQuery` costs one call, whichever it is stored under, and when there is none', async () => {
    const names = [await digest.digest(TOKEN), (await digest.older[0]?.(TOKEN)) as string, `two:${TOKEN}`]
    for (const name of names) {
      const { asked, verify } = tableOf({ [name]: { ...ROW, digest: name } }, { oneQuery: true })
      expect(await verify(), name).toBe('key_1')
      expect(asked).toEqual([[names[0], names[1], `one:${TOKEN}`, names[2]]])
    }
    const { asked, verify } = tableOf({}, { oneQuery: true })
    expect(await verify()).toBe('invalid')
    expect(asked).toHaveLength(1)
  })

  it('with `oneQuery` must say which of them led to it', async () => {
    const name = `two:${TOKEN}`
    const silent = tableOf({ [name]: ROW }, { oneQuery: true })
    expect(await silent.verify()).toBe('unavailable')
    expect(silent.failed).toEqual(['record_unreadable'])
    const lying = tableOf({ [name]: { ...ROW, digest: 'two:another' } }, { oneQuery: true })
    expect(await lying.verify()).toBe('unavailable')
    expect(lying.failed).toEqual(['digest_mismatch'])
  })

  it('is not looked for when its format cannot say what it is stored as', async () => {
    const broken = { parse: () => ({ alsoStoredAs: () => Promise.reject(new Error(MESSAGE)) }) }
    const { asked, failed, verify } = tableOf({}, { format: broken })
    expect(await verify()).toBe('unavailable')
    expect([asked, failed]).toEqual([[], ['step_failed']])
  })

  it('with an id is proved by any of them', async () => {
    const format = {
      parse: () => ({ id: 'key_1', secret: 'secret', alsoStoredAs: () => ['one:right'] }),
    }
    for (const [stored, expected] of [
      ['one:right', 'key_1'],
      ['one:wrong', 'invalid'],
    ] as const) {
      const verifier = createVerifier({ format, oneQuery: true, resolve: () => ({ ...ROW, digest: stored }) })
      expect(outcome(await verifier.verify(AUTHORIZATION))).toBe(expected)
    }
  })
})

describe('the deadline', () => {
  it('ends a call that hangs, exactly when it has passed, and aborts it', async () => {
    let signal: AbortSignal | undefined
    const { verify, reached, clock, failures, denials } = setUp((_digest, context) => {
      signal = context.signal
      return new Promise(() => {})
    })
    const verdict = verify()
    await reached(1)
    clock.advance(99)
    await turns()
    expect(denials).toEqual([])
    expect(signal?.aborted).toBe(false)
    clock.advance(1)
    expect(outcome(await verdict)).toBe('unavailable')
    expect(signal?.aborted).toBe(true)
    expect(failures.map(({ reason }) => reason)).toEqual(['resolver_timeout'])
    expect(String(failures[0]?.error)).toContain('100 ms')
    expect(denials).toEqual(['unavailable: resolver_timeout'])
  })

  it('is the reason even when the resolver rejects as it is aborted', async () => {
    const { verify, reached, clock, failures } = setUp(
      (_digest, { signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error(MESSAGE)))),
    )
    const verdict = verify()
    await reached(1)
    clock.advance(100)
    expect(outcome(await verdict)).toBe('unavailable')
    expect(failures.map(({ reason }) => reason)).toEqual(['resolver_timeout'])
  })

  it('leaves an answer that comes later without effect', async () => {
    const gates = [deferred<KeyRecord>(), deferred<null>()] as const
    let calls = 0
    const { verify, reached, clock, failures } = setUp(() => gates[calls++]?.promise)
    const first = verify()
    await reached(1)
    clock.advance(100)
    expect(outcome(await first)).toBe('unavailable')
    gates[0].resolve(ROW)
    await turns()
    const second = verify()
    await reached(2)
    expect(calls).toBe(2)
    gates[1].resolve(null)
    expect(outcome(await second)).toBe('invalid')
    expect(failures).toHaveLength(1)
  })

  it('leaves a failure that comes later without effect', async () => {
    const gate = deferred<never>()
    const { verify, reached, clock, failures } = setUp(() => gate.promise)
    const verdict = verify()
    await reached(1)
    clock.advance(100)
    await verdict
    gate.reject(new Error(MESSAGE))
    await turns()
    expect(failures.map(({ reason }) => reason)).toEqual(['resolver_timeout'])
  })

  it('leaves no timer behind, whatever the end', async () => {
    for (const resolve of [async () => ROW, async () => null, () => Promise.reject(new Error(MESSAGE)), () => ROW]) {
      const { verify, clock } = setUp(resolve)
      await verify()
      expect(clock.pending).toBe(0)
    }
  })

  it('runs for each call anew: an answer shortly before it is taken', async () => {
    const gate = deferred<KeyRecord>()
    const { verify, reached, clock } = setUp(() => gate.promise)
    const verdict = verify()
    await reached(1)
    clock.advance(99)
    gate.resolve(ROW)
    await turns()
    clock.advance(1000)
    expect(outcome(await verdict)).toBe('key_1')
  })
})

describe('one call in flight', () => {
  it('serves 100 requests that ask for the same digest', async () => {
    const gate = deferred<KeyRecord>()
    let calls = 0
    const { verify, reached } = setUp(() => {
      calls++
      return gate.promise
    })
    const verdicts = Array.from({ length: 100 }, verify)
    await reached(100)
    gate.resolve(ROW)
    const principals = (await Promise.all(verdicts)).map((verdict) => verdict.ok && verdict.principal)
    expect(calls).toBe(1)
    expect(new Set(principals).size).toBe(1)
  })

  it('serves them without a cache too, and ends with the answer', async () => {
    const gates = [deferred<KeyRecord>(), deferred<KeyRecord>()]
    let calls = 0
    const verifier = createVerifier({ resolve: () => (gates[calls++] as (typeof gates)[number]).promise })
    const first = [1, 2].map(async () => await verifier.verify(AUTHORIZATION))
    await until(() => calls === 1)
    gates[0]?.resolve({ id: 'first' })
    expect((await Promise.all(first)).map(outcome)).toEqual(['first', 'first'])
    const second = verifier.verify(AUTHORIZATION)
    gates[1]?.resolve({ id: 'second' })
    expect(outcome(await second)).toBe('second')
    expect(calls).toBe(2)
  })

  it('is one per digest: no answer belongs to another token', async () => {
    const asked: string[] = []
    const verifier = createVerifier({
      resolve: async (digest) => {
        asked.push(digest)
        await turns(asked.length % 7)
        return { id: digest }
      },
    })
    const tokens = Array.from({ length: 100 }, (_, index) => `token-${index % 20}`)
    const verdicts = await Promise.all(tokens.map(async (token) => await verifier.verify(`Bearer ${token}`)))
    expect(verdicts.map(outcome)).toEqual(await Promise.all(tokens.map(digestOf)))
    expect(new Set(asked).size).toBe(20)
  })
})

describe('close()', () => {
  it('aborts calls under way and answers those who wait', async () => {
    let signal: AbortSignal | undefined
    const { verify, verifier, denials } = setUp((_digest, context) => {
      signal = context.signal
      return new Promise(() => {})
    })
    const verdict = verify()
    await until(() => signal !== undefined)
    verifier.close()
    expect(outcome(await verdict)).toBe('unavailable')
    expect(signal?.aborted).toBe(true)
    expect(denials).toEqual(['unavailable: closed'])
  })
})
