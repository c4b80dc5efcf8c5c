import { describe, expect, test } from 'vitest'
import { SECOND } from '../src/clock.ts'
import type { KeyRecord } from '../src/record.ts'
import type { SecretHash } from '../src/secret-hash.ts'
import { idKeyFormat } from '../src/token.ts'
import { takeTurns } from '../src/turns.ts'
import { createVerifier } from '../src/verifier.ts'
import { ManualClock } from './manual-clock.ts'
import { deferred, turns } from './support/waiting.ts'

// Guesses at secrets with slow hashes: what they do to other keys, and what the answers tell of ids.

const format = idKeyFormat({ prefix: 'acme' })
const CONNECTIONS = 80

/** A verifier whose checks end when the test says so. */
function setUp({ decoys = true } = {}) {
  const clock = new ManualClock()
  const rows = new Map<string, KeyRecord>()
  const checks: { readonly end: () => void; readonly isDecoy: boolean }[] = []
  const queue = takeTurns(2, 64, clock)
  const hash = async <T>(isDecoy: boolean, result: T): Promise<T> => {
    const { promise, resolve } = deferred<void>()
    checks.push({ end: () => resolve(), isDecoy })
    await promise
    return result
  }
  const secretHash: SecretHash = {
    verify: (secret, stored, signal, check) => queue(signal, () => hash(false, stored === `hash of ${secret}`), check),
    ...(decoys && {
      decoy: async (_secret, signal, check) => {
        await queue(signal, () => hash(true, undefined), { ...check, isDecoy: true })
      },
    }),
  }
  const verifier = createVerifier({
    format,
    secretHash,
    clock,
    deadlineMs: 5 * SECOND,
    resolve: (_digest, { id = '' }) => rows.get(id) ?? null,
  })
  verifier.on('failed', () => {})
  const issue = (): string => {
    const token = format.generate()
    const { id = '', secret } = format.parse(token) ?? {}
    rows.set(id, { id, secretHash: `hash of ${secret}` })
    return token
  }
  const statuses: number[] = []
  const send = (token: string, into: number[] = statuses): void => {
    void Promise.resolve(verifier.verify(`Bearer ${token}`)).then((verdict) =>
      into.push(verdict.ok ? 200 : verdict.denial.status),
    )
  }
  /** One hash after the other ends; answers how many there were. */
  const endAll = async (most = Number.POSITIVE_INFINITY): Promise<number> => {
    let ended = 0
    for (await turns(); checks.length > 0 && ended < most; await turns()) {
      checks.shift()?.end()
      ended++
    }
    // Decoys that were left out are answered in the next turn of the event loop.
    await new Promise((next) => setTimeout(next))
    await turns()
    return ended
  }
  return { clock, checks, issue, send, statuses, endAll }
}

/** Another secret for the same id. */
function guessAt(token: string): string {
  return `acme_${format.parse(token)?.id}_${format.parse(format.generate())?.secret}`
}

describe('a good key of another id', () => {
  test('is accepted with the next check while many guess at one id', async () => {
    const { issue, send, endAll } = setUp()
    const [attacked, good] = [issue(), issue()]
    for (let guess = 0; guess < CONNECTIONS; guess++) send(guessAt(attacked))
    await turns()
    const statuses: number[] = []
    send(good, statuses)
    // Two checks run; a place is free after the first, and the good key's check is the one after the next.
    await endAll(3)
    expect(statuses).toEqual([200])
  })

  test('is accepted with the next check while many ids are guessed at', async () => {
    const { issue, send, endAll } = setUp()
    const attacked = Array.from({ length: 200 }, issue)
    const good = issue()
    for (const token of attacked) send(guessAt(token))
    await endAll()
    for (const token of attacked) send(guessAt(token))
    await turns()
    const statuses: number[] = []
    send(good, statuses)
    await endAll(3)
    expect(statuses).toEqual([200])
  })

  test('is accepted while made-up ids are guessed at', async () => {
    const { issue, send, endAll } = setUp()
    const good = issue()
    for (let guess = 0; guess < 1000; guess++) send(format.generate())
    await turns()
    const statuses: number[] = []
    send(good, statuses)
    await endAll(2)
    expect(statuses).toEqual([200])
  })

  test('is accepted after requests that were given up have left the queue', async () => {
    const { issue, send, endAll, clock, checks } = setUp()
    const [attacked, good] = [issue(), issue()]
    for (let guess = 0; guess < CONNECTIONS; guess++) send(guessAt(attacked))
    await turns()
    clock.advance(5 * SECOND)
    await turns()
    const statuses: number[] = []
    send(good, statuses)
    expect(checks.length).toBe(2)
    await endAll()
    expect(statuses).toEqual([200])
  })
})

describe('the owner of an id that is guessed at', () => {
  test('is accepted without a check once its key was proved, with no cache at all', async () => {
    const { issue, send, endAll, checks } = setUp()
    const owned = issue()
    const statuses: number[] = []
    send(owned, statuses)
    await endAll()
    for (let guess = 0; guess < CONNECTIONS; guess++) send(guessAt(owned))
    await turns()
    checks.length = 0
    send(owned, statuses)
    await turns()
    expect(checks.length).toBe(0)
    expect(statuses).toEqual([200, 200])
  })

  test('is checked again when the stored hash has changed', async () => {
    const rows = new Map([['key_1', { id: 'key_1', secretHash: 'first' }]])
    const asked: string[] = []
    const verifier = createVerifier({
      format: { parse: (token) => ({ id: 'key_1', secret: token }) },
      resolve: (_digest, { id = '' }) => rows.get(id) ?? null,
      secretHash: {
        async verify(_secret, stored) {
          asked.push(stored)
          return stored === 'first'
        },
      },
    })
    expect(await verifier.verify('Bearer token_1')).toMatchObject({ ok: true })
    expect(await verifier.verify('Bearer token_1')).toMatchObject({ ok: true })
    rows.set('key_1', { id: 'key_1', secretHash: 'second' })
    expect(await verifier.verify('Bearer token_1')).toMatchObject({ ok: false })
    expect(await verifier.verify('Bearer token_1')).toMatchObject({ ok: false })
    // Another token with the same id proves nothing by the first one's proof.
    rows.set('key_1', { id: 'key_1', secretHash: 'first' })
    expect(await verifier.verify('Bearer token_2')).toMatchObject({ ok: true })
    expect(asked).toEqual(['first', 'second', 'second', 'first'])
  })
})

describe('an id that exists and one that does not are answered alike', () => {
  test('after one check', async () => {
    const { issue, send, endAll, statuses } = setUp()
    send(guessAt(issue()))
    expect(await endAll()).toBe(1)
    send(format.generate())
    expect(await endAll()).toBe(1)
    expect(statuses).toEqual([401, 401])
  })

  test('when many guess at it', async () => {
    const seen: (readonly number[])[] = []
    for (const exists of [true, false]) {
      const { issue, send, endAll, statuses } = setUp()
      const target = exists ? issue() : format.generate()
      for (let guess = 0; guess < CONNECTIONS; guess++) send(guessAt(target))
      await endAll()
      seen.push(statuses)
    }
    expect(new Set(seen[0])).toEqual(new Set([401, 503]))
    // Decoys leave a place free, so one guess less runs at first.
    expect(seen[0]?.filter((status) => status === 401).length).toBe(18)
    expect(seen[1]?.filter((status) => status === 401).length).toBe(17)
  })

  test('while many guess at other ids', async () => {
    for (const attackedIds of [1, 4, 20, CONNECTIONS, 200]) {
      const { issue, send, endAll } = setUp()
      const attacked = Array.from({ length: attackedIds }, issue)
      const [known, unknown]: number[][] = [[], []]
      for (let round = 0; round < 3; round++) {
        for (let guess = 0; guess < Math.max(CONNECTIONS, attackedIds); guess++)
          send(guessAt(attacked[guess % attackedIds] as string))
        await turns()
        send(guessAt(issue()), known)
        send(format.generate(), unknown)
        await endAll()
      }
      expect(known).toEqual(unknown)
    }
  })

  test('unless its records carry plain digests: then there is no check that could take time', async () => {
    let decoys = 0
    const verifier = createVerifier({ format, resolve: () => null })
    expect(await verifier.verify(`Bearer ${format.generate()}`)).toMatchObject({ denial: { status: 401 } })
    const withHashes = createVerifier({
      format,
      resolve: () => null,
      secretHash: {
        verify: async () => false,
        decoy: async () => {
          decoys++
        },
      },
    })
    expect(await withHashes.verify(`Bearer ${format.generate()}`)).toMatchObject({ denial: { status: 401 } })
    expect(decoys).toBe(1)
  })

  test('a check that does not know decoys refuses it at once', async () => {
    const { send, endAll, statuses } = setUp({ decoys: false })
    send(format.generate())
    expect(await endAll()).toBe(0)
    expect(statuses).toEqual([401])
  })

  test('when the check of a made-up id fails, the answer is 503 as for one that exists', async () => {
    const down = async (): Promise<never> => {
      throw new Error('down')
    }
    const verifier = createVerifier({ format, resolve: () => null, secretHash: { verify: down, decoy: down } })
    verifier.on('failed', () => {})
    expect(await verifier.verify(`Bearer ${format.generate()}`)).toMatchObject({ denial: { status: 503 } })
  })
})
