import { describe, expect, test } from 'vitest'
import { MINUTE, SECOND } from '../src/clock.ts'
import { hmacSha256 } from '../src/digest.ts'
import type { VerifierOptions } from '../src/options.ts'
import type { KeyRecord } from '../src/record.ts'
import { idKeyFormat, pairFormat } from '../src/token.ts'
import { createVerifier } from '../src/verifier.ts'
import { ManualClock } from './manual-clock.ts'

// Code that the user brought runs in the middle of a request: it may call back, hang, or fail in any way there is.

const TOKEN = 'A'.repeat(43)

/** Lets everything run that waits for nothing but its turn. */
async function turns(count = 50): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve()
}

/** A verifier that remembers what it reads, and what it told. */
function setUp(options: VerifierOptions<KeyRecord, string>) {
  const clock = new ManualClock()
  const verifier = createVerifier<KeyRecord>({ cache: { max: 10, maxStalenessMs: MINUTE }, clock, ...options })
  const failures: string[] = []
  const reasons: string[] = []
  verifier.on('failed', ({ reason }) => failures.push(reason))
  verifier.on('denied', ({ reason }) => reasons.push(reason))
  const verify = async (token = TOKEN): Promise<string> => {
    const verdict = await verifier.verify(`Bearer ${token}`)
    return verdict.ok ? verdict.principal.keyId : verdict.denial.code
  }
  return { clock, verifier, failures, reasons, verify }
}

describe('invalidate() called in the middle of the fill that it speaks of', () => {
  const revoked: KeyRecord = { id: 'key_1', revokedAt: 1 }

  for (const answers of ['at once', 'later'] as const) {
    test(`by a listener to the cache, where the resolver answers ${answers}`, async () => {
      let row: KeyRecord = { id: 'key_1' }
      const { verifier, verify } = setUp({ resolve: () => (answers === 'at once' ? row : Promise.resolve(row)) })
      let fills = 0
      verifier.on('cache', ({ outcome }) => {
        if (outcome !== 'fill' || ++fills > 1) return
        row = revoked
        verifier.invalidate({ id: 'key_1' })
      })
      expect([await verify(), await verify()]).toEqual(['key_1', 'invalid'])
      expect(fills).toBe(2)
    })

    test(`by \`accept\`, where the resolver answers ${answers}`, async () => {
      let row: KeyRecord = { id: 'key_1' }
      let asked = 0
      const { verifier, verify } = setUp({
        resolve: () => (answers === 'at once' ? row : Promise.resolve(row)),
        accept: () => {
          if (++asked > 1) return true
          row = revoked
          verifier.invalidate({ id: 'key_1' })
          return true
        },
      })
      expect([await verify(), await verify()]).toEqual(['key_1', 'invalid'])
      expect(asked).toBe(2)
    })

    test(`by the resolver itself, which answers ${answers} with what it read before`, async () => {
      let row: KeyRecord = { id: 'key_1' }
      const { verifier, verify } = setUp({
        resolve: () => {
          const read = row
          if (read !== revoked) {
            row = revoked
            verifier.invalidate('all')
          }
          return answers === 'at once' ? read : Promise.resolve(read)
        },
      })
      expect([await verify(), await verify()]).toEqual(['key_1', 'invalid'])
    })
  }

  test('by whoever listens to the signal that it fires: a key that is made there is found by the next request', async () => {
    let row: KeyRecord | null = { id: 'key_1' }
    const { clock, verifier, verify } = setUp({ resolve: () => row })
    const verdict = await verifier.verify(`Bearer ${TOKEN}`)
    if (!verdict.ok) throw new Error(verdict.denial.code)
    let fired = 0
    verdict.principal.signal.addEventListener('abort', () => {
      fired++
      row = { id: 'key_2' }
      verifier.invalidate({ id: 'key_2' })
    })
    clock.advance(MINUTE)
    row = null
    expect([await verify(), await verify()]).toEqual(['invalid', 'key_2'])
    expect(fired).toBe(1)
  })
})

describe('close() called by the resolver', () => {
  for (const answers of ['at once', 'later'] as const) {
    test(`that answers ${answers}: nobody is let in by what it found`, async () => {
      const { verifier, reasons, verify } = setUp({
        resolve: () => {
          verifier.close()
          return answers === 'at once' ? { id: 'key_1' } : Promise.resolve({ id: 'key_1' })
        },
      })
      expect(await verify()).toBe('unavailable')
      expect(reasons).toEqual(['closed'])
    })

    test(`that answers ${answers}: it is not asked again under an older pepper`, async () => {
      let asked = 0
      const { verifier, reasons, verify } = setUp({
        digest: hmacSha256({ peppers: { old: 'o'.repeat(32), new: 'n'.repeat(32) }, current: 'new' }),
        resolve: () => {
          asked++
          verifier.close()
          return answers === 'at once' ? null : Promise.resolve(null)
        },
      })
      expect(await verify()).toBe('unavailable')
      await turns()
      expect(asked).toBe(1)
      expect(reasons).toEqual(['closed'])
    })
  }
})

describe('a step that fails is answered 503, and told once', () => {
  const fails = (): never => {
    throw new Error('this part is broken')
  }

  test('a digester that answers at once, with one for an older pepper that rejects', async () => {
    const { failures, reasons, verify } = setUp({
      resolve: () => null,
      digest: { digest: () => 'aa', older: [() => Promise.reject(new Error('this part is broken'))] },
    })
    expect(await verify()).toBe('unavailable')
    expect({ failures, reasons }).toEqual({ failures: ['step_failed'], reasons: ['step_failed'] })
  })

  test('a digester that answers later, with one for an older pepper that throws', async () => {
    const { failures, reasons, verify } = setUp({
      resolve: () => null,
      digest: { digest: () => Promise.resolve('aa'), older: [fails] },
    })
    expect(await verify()).toBe('unavailable')
    expect({ failures, reasons }).toEqual({ failures: ['step_failed'], reasons: ['step_failed'] })
  })

  test('`accept` that throws: it is asked once for each request', async () => {
    let asked = 0
    const { failures, reasons, verify } = setUp({
      resolve: () => ({ id: 'key_1' }),
      accept: () => {
        asked++
        return fails()
      },
    })
    expect(await verify()).toBe('unavailable')
    expect({ asked, failures, reasons }).toEqual({ asked: 1, failures: ['accept_failed'], reasons: ['accept_failed'] })
    expect(await verify()).toBe('unavailable')
    expect(asked).toBe(2)
  })

  test('a secret hash that answers a thenable which never settles: it has a deadline', async () => {
    let begin: () => void = () => {}
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    const { clock, failures, verify } = setUp({
      resolve: () => ({ id: 'key_1', secretHash: 'a hash' }),
      format: pairFormat(),
      secretHash: {
        verify: () => {
          begin()
          // biome-ignore lint/suspicious/noThenProperty: a thenable that is no promise is what this is about
          return { then: () => {} } as unknown as Promise<boolean>
        },
      },
      deadlineMs: SECOND,
    })
    const outcome = verify('acct_1:a_secret_of_some_length')
    await begun
    await turns()
    expect(clock.pending).toBe(1)
    clock.advance(SECOND)
    expect(await outcome).toBe('unavailable')
    expect(failures).toEqual(['resolver_timeout'])
    expect(clock.pending).toBe(0)
  })
})

describe('a row that is hostile is answered 503, and the next request asks again', () => {
  /** Throws, when it is asked what it is, something that throws when it is asked what it is. */
  const hostile = new Proxy(
    {},
    {
      getPrototypeOf() {
        throw new Proxy({}, { getPrototypeOf: () => JSON.parse('') })
      },
    },
  )
  const rows: [string, () => unknown][] = [
    ['a proxy', () => hostile],
    ['a proxy for an id', () => ({ id: hostile })],
    ['a proxy for a date', () => ({ id: 'key_1', expiresAt: hostile })],
    ['a proxy that is thrown by its id', () => Object.defineProperty({}, 'id', { get: () => thrown(hostile) })],
    ['a proxy that is thrown in its place', () => thrown(hostile)],
    ['a proxy that is thrown when it is asked for `then`', () => new Proxy({}, { get: () => thrown(hostile) })],
    ['a proxy as digest where the token has an id', () => ({ id: 'key_1', digest: hostile })],
  ]
  const idToken = `acme_${'i'.repeat(16)}_${'s'.repeat(43)}`
  for (const [name, rowOf] of rows) {
    for (const answers of ['at once', 'later'] as const) {
      test(`${name}, ${answers}`, async () => {
        let asked = 0
        const resolve = () => {
          asked++
          return (answers === 'at once' ? rowOf() : Promise.resolve().then(rowOf)) as KeyRecord
        }
        const { failures, verify } = setUp({ resolve, format: idKeyFormat({ prefix: 'acme' }) })
        expect([await verify(idToken), await verify(idToken)]).toEqual(['unavailable', 'unavailable'])
        expect(asked).toBe(2)
        expect(failures).toHaveLength(2)
      })
    }
  }
})

function thrown(what: unknown): never {
  throw what
}

describe('older digesters that fail in more ways than one', () => {
  test('answer unavailable and leave no rejection unhandled', async () => {
    const rejects = async (): Promise<string> => {
      throw new Error('rejects')
    }
    const throws = (): string => {
      throw new Error('throws')
    }
    const verifier = createVerifier({
      resolve: () => null,
      digest: { digest: () => 'aa', older: [rejects, throws] },
    })
    const failed: string[] = []
    verifier.on('failed', ({ reason }) => failed.push(reason))
    const verdict = await verifier.verify(`Bearer ${'A'.repeat(43)}`)
    expect(verdict.ok ? undefined : verdict.denial.code).toBe('unavailable')
    expect(failed).toEqual(['step_failed'])
  })
})

describe('a read that a later read has overtaken', () => {
  const token = 'A'.repeat(43)
  const setUp = () => {
    const reads: ((row: KeyRecord | null) => void)[] = []
    const resolve = () => new Promise<KeyRecord | null>((answer) => reads.push(answer))
    const verifier = createVerifier({ resolve, cache: { max: 10, maxStalenessMs: MINUTE }, clock: new ManualClock() })
    return { reads, verifier, ask: async () => (await verifier.verify(`Bearer ${token}`)).ok }
  }
  const until = async (holds: () => boolean): Promise<void> => {
    for (let turn = 0; turn < 1000 && !holds(); turn++) await new Promise((next) => setTimeout(next, 0))
  }

  test('does not bring back a key that the later one found revoked', async () => {
    const { reads, verifier, ask } = setUp()
    const first = ask()
    await until(() => reads.length === 1)
    verifier.invalidate({ id: 'another' })
    const second = ask()
    await until(() => reads.length === 2)
    reads[1]?.({ id: 'k', revokedAt: 1 })
    expect(await second).toBe(false)
    reads[0]?.({ id: 'k' })
    await first
    expect(await ask()).toBe(false)
  })
})

describe('a stream that has ended', () => {
  test('takes its record out of the cache with it', async () => {
    let row: KeyRecord = { id: 'k' }
    const verifier = createVerifier({
      resolve: () => row,
      cache: { max: 10, maxStalenessMs: MINUTE },
      clock: new ManualClock(),
    })
    const verify = () => verifier.verify(`Bearer ${'A'.repeat(43)}`)
    const first = await verify()
    verifier.invalidate({ id: 'another' })
    row = { id: 'k', revokedAt: 1 }
    const signal = first.ok ? first.principal.signal : undefined
    for (let turn = 0; turn < 1000 && !signal?.aborted; turn++) await new Promise((next) => setTimeout(next, 0))
    expect(signal?.aborted).toBe(true)
    expect((await verify()).ok).toBe(false)
  })
})
