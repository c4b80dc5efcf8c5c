import type { Change, Channel, Confirmation } from '@bearward/core'
import { keyFormat, MINUTE, SECOND } from '@bearward/core'
import { describe, expect, it } from 'vitest'
import { issued, sampleKey } from '../src/contract/sample.ts'
import { type ForeignFormat, type KeyStore, memoryStore, type Use } from '../src/index.ts'
import { settle, setUp } from './support/keyring.ts'

// Work in the background: at once where it can be, and by the next request where a timer or a promise has died with its own.

const bearer = (token: string): string => `Bearer ${token}`
/** Longer than a timer is ever late. */
const DEAD_MS = SECOND + 1

/** A request with a header alone, as an adapter makes one. */
function request(token: string, waitUntil?: (work: Promise<unknown>) => void) {
  return { field: () => bearer(token), query: () => '', waitUntil }
}

/** A keyring with one key, and every batch of uses that its store was given. */
async function used(
  recordUse?: (uses: readonly Use[], write: KeyStore['recordUse']) => ReturnType<KeyStore['recordUse']>,
) {
  const store = memoryStore()
  const write = store.recordUse.bind(store)
  const written: (readonly Use[])[] = []
  Object.assign(store, {
    recordUse: (uses: readonly Use[]) => {
      written.push(uses)
      return recordUse?.(uses, write) ?? write(uses)
    },
  })
  const world = setUp({ store })
  const { token, key } = await world.keyring.issue({ owner: null })
  const verifier = world.keyring.verifier()
  const passes = async (ms: number): Promise<void> => {
    world.clock.advance(ms)
    await settle()
  }
  const counts = (): (number | undefined)[][] => written.map((uses) => uses.map(({ uses: count }) => count))
  return { ...world, token, key, verifier, written, counts, passes }
}

describe('the first use of a key', () => {
  it('is written at once, and not on the way of the request', async () => {
    const { keyring, verifier, token, key, written, passes } = await used()
    await verifier.verify(bearer(token))
    expect(written).toEqual([])
    await passes(0)
    expect(written.length).toBe(1)
    expect(await keyring.get(key.id)).toMatchObject({ useStatus: 'used' })
  })

  it('is followed by one write a minute', async () => {
    const { verifier, token, counts, passes } = await used()
    for (let step = 0; step < 100; step++) {
      await verifier.verify(bearer(token))
      await passes(SECOND)
    }
    expect(counts().length).toBe(2)
    expect(counts()[0]).toEqual([1])
  })

  it('is written together with those of other keys that come within a tenth of a second', async () => {
    const { keyring, verifier, token, counts, passes } = await used()
    await verifier.verify(bearer(token))
    await passes(0)
    for (let index = 0; index < 50; index++) {
      const other = await keyring.issue({ owner: null })
      await verifier.verify(bearer(other.token))
      await passes(1)
    }
    expect(counts().length).toBe(1)
    await passes(50)
    expect(counts().map(({ length }) => length)).toEqual([1, 50])
  })

  it('is tried again ten seconds after the store has failed, and says until then that it is not recorded', async () => {
    let isDown = true
    const { keyring, verifier, token, key, written, passes, told } = await used((uses, write) =>
      isDown ? Promise.reject(new Error('down')) : write(uses),
    )
    expect(await keyring.get(key.id)).toMatchObject({ lastUsedAt: null, useStatus: 'never_used' })
    await verifier.verify(bearer(token))
    expect(await keyring.get(key.id)).toMatchObject({ lastUsedAt: null, useStatus: 'not_recorded_yet' })
    await passes(0)
    expect(told.map(({ name }) => name)).toContain('usage_dropped')
    expect((await keyring.list()).keys).toMatchObject([{ lastUsedAt: null, useStatus: 'not_recorded_yet' }])
    isDown = false
    await verifier.verify(bearer(token))
    await passes(10 * SECOND - 1)
    expect(written.length).toBe(1)
    await passes(1)
    expect(await keyring.get(key.id)).toMatchObject({ useStatus: 'used' })
  })
})

it('a key that another system issued is not said to be unused before it was used here', async () => {
  const reversed: ForeignFormat = { name: 'reversed', maxLength: 20, recognises: () => false, digests: () => [] }
  const store = memoryStore()
  await store.commit(issued(sampleKey({ id: 'foreign', digest: 'reversed:abc' }), sampleKey({ id: 'own' })))
  const { keyring } = setUp({ store, imports: [reversed] })
  expect(await keyring.get('foreign')).toMatchObject({ useStatus: 'not_recorded_yet' })
  expect(await keyring.get('own')).toMatchObject({ useStatus: 'never_used' })
})

describe('where timers die with the request that set them', () => {
  async function usedAtEdge() {
    const world = await used()
    world.clock.schedule = () => () => {}
    return world
  }

  it('the next request writes the first use', async () => {
    const { verifier, token, counts, passes } = await usedAtEdge()
    await verifier.verify(bearer(token))
    await passes(DEAD_MS)
    expect(counts()).toEqual([])
    await verifier.verify(bearer(token))
    await settle()
    expect(counts()).toEqual([[2]])
  })

  it('a request a minute later writes what came since', async () => {
    const { verifier, token, counts, passes } = await usedAtEdge()
    await verifier.verify(bearer(token))
    await passes(DEAD_MS)
    for (let step = 0; step < 75; step++) {
      await verifier.verify(bearer(token))
      await passes(SECOND)
    }
    expect(counts().length).toBe(2)
  })

  it('closing writes what is left', async () => {
    const { keyring, verifier, token, counts } = await usedAtEdge()
    await verifier.verify(bearer(token))
    await keyring.close()
    expect(counts()).toEqual([[1]])
  })

  it('a clock that was set back is no reason to write nothing', async () => {
    const { verifier, token, counts, clock } = await usedAtEdge()
    await verifier.verify(bearer(token))
    clock.moveWall(-60 * MINUTE)
    await verifier.verify(bearer(token))
    await settle()
    expect(counts()).toEqual([[2]])
  })
})

describe('with a request that can keep work alive', () => {
  it('the first use is written in the work that it keeps', async () => {
    const { verifier, token, counts, clock } = await used()
    const kept: Promise<unknown>[] = []
    await verifier.verifyRequest(request(token, (work) => void kept.push(work)))
    expect(kept.length).toBe(1)
    clock.advance(0)
    await Promise.all(kept)
    expect(counts()).toEqual([[1]])
    await verifier.verifyRequest(request(token, (work) => void kept.push(work)))
    expect(kept.length).toBe(1)
  })

  it('a write that is overdue too', async () => {
    const { verifier, token, counts, clock, passes } = await used()
    await verifier.verify(bearer(token))
    await passes(0)
    clock.schedule = () => () => {}
    await verifier.verify(bearer(token))
    await passes(MINUTE + 20 * SECOND)
    const kept: Promise<unknown>[] = []
    await verifier.verifyRequest(request(token, (work) => void kept.push(work)))
    await Promise.all(kept)
    expect(kept.length).toBe(1)
    expect(counts()).toEqual([[1], [2]])
  })

  it('that does so in word alone loses nothing', async () => {
    const { verifier, token, counts, clock, passes } = await used()
    clock.schedule = () => () => {}
    await verifier.verifyRequest(request(token, () => {}))
    await passes(DEAD_MS)
    await verifier.verifyRequest(request(token, () => {}))
    await settle()
    expect(counts()).toEqual([[2]])
  })
})

describe('a write that never ends', () => {
  it('is taken for lost after half a minute, and what it held is written by the next one', async () => {
    let hangs = true
    const { verifier, token, counts, passes, keyring, key } = await used((uses, write) =>
      hangs ? new Promise(() => {}) : write(uses),
    )
    await verifier.verify(bearer(token))
    await passes(0)
    hangs = false
    await passes(30 * SECOND - 1)
    await verifier.verify(bearer(token))
    await settle()
    expect(counts()).toEqual([[1]])
    expect(await keyring.get(key.id)).toMatchObject({ useStatus: 'not_recorded_yet' })
    await passes(1)
    await verifier.verify(bearer(token))
    await settle()
    expect(counts()).toEqual([[1], [3]])
  })

  it('keeps neither flush() nor close() waiting for longer', async () => {
    let hangs = true
    const { keyring, verifier, token, counts, passes } = await used((uses, write) =>
      hangs ? new Promise(() => {}) : write(uses),
    )
    await verifier.verify(bearer(token))
    await passes(0)
    hangs = false
    const closed = keyring.close()
    await passes(30 * SECOND)
    await closed
    expect(counts()).toEqual([[1], [1]])
  })
})

/** A channel whose publications end when the test says so. */
function slowChannel() {
  const published: { readonly change: Change; readonly end: () => void }[] = []
  const confirmation: Confirmation = { confirmed: true, acknowledged: 0, silent: 0, elapsedMs: 0, boundMs: 0 }
  const channel: Channel = {
    leaseMs: 1000,
    durable: false,
    subscribe: () => ({ prove: async () => {}, close: async () => {} }),
    publish: (change) =>
      new Promise((resolve) => {
        published.push({ change, end: () => resolve(confirmation) })
      }),
    async close() {},
  }
  return { channel, published }
}

describe('a change whose request was cancelled between commit and publication', () => {
  it('is published by the sweep once it counts as lost', async () => {
    const { channel, published } = slowChannel()
    const { keyring, clock, store } = setUp({ channel })
    void keyring.issue({ owner: null, id: 'key_1' })
    await settle()
    expect(published.length).toBe(1)
    for (let minute = 0; minute < 3; minute++) {
      clock.advance(MINUTE)
      await settle()
    }
    expect(published.length).toBe(2)
    published[1]?.end()
    await settle()
    expect(await store.outbox({ limit: 10 })).toEqual([])
  })

  it('is published by a request where the timer of the sweep has died', async () => {
    const { channel, published } = slowChannel()
    const store = memoryStore()
    const own = setUp({ store })
    const { token } = await own.keyring.issue({ owner: null })
    await store.commit({
      create: [sampleKey({ id: 'key_2' })],
      update: [],
      audit: [],
      invalidations: [{ id: 'key_2' }],
      outbox: true,
    })
    const { keyring, clock } = setUp({ channel, store })
    const verifier = keyring.verifier()
    clock.schedule = () => () => {}
    clock.advance(0)
    await verifier.verify(bearer(token))
    await settle()
    expect(published.length).toBe(0)
    clock.moveWall(MINUTE + DEAD_MS)
    const kept: Promise<unknown>[] = []
    await verifier.verifyRequest(request(token, (work) => void kept.push(work)))
    await settle()
    expect(published.map(({ change }) => change.invalidations)).toEqual([[{ id: 'key_2' }]])
    published[0]?.end()
    await Promise.all(kept.slice(-1))
  })
})

it('an imported key whose own digest was not stored, because the request was cancelled, gets it with a later use', async () => {
  const reversed: ForeignFormat = {
    name: 'reversed',
    maxLength: 20,
    recognises: (token) => token.startsWith('rev.'),
    digests: (token) => [token.split('').reverse().join('')],
  }
  const store = memoryStore()
  await store.commit(issued(sampleKey({ id: 'key_1', digest: 'reversed:cba.ver', environment: null })))
  const { keyring, clock } = setUp({ store, imports: [reversed] })
  const { commit } = store
  Object.assign(store, { commit: () => new Promise(() => {}) })
  const verifier = keyring.verifier()
  await verifier.verify(bearer('rev.abc'))
  const flushed = keyring.flush()
  await new Promise((turn) => setTimeout(turn, 5))
  clock.advance(30 * SECOND)
  await flushed
  Object.assign(store, { commit })
  await verifier.verify(bearer('rev.abc'))
  await keyring.flush()
  expect((await keyring.audit({ action: 'redigested' })).entries.length).toBe(1)
})

describe('where a module is loaded', () => {
  it('a keyring and its verifier need no timer and no random number', async () => {
    const random = (): never => {
      throw new Error('no random numbers at module scope')
    }
    const { channel } = slowChannel()
    const world = setUp()
    world.clock.schedule = () => {
      throw new Error('no timers at module scope')
    }
    const { keyring } = setUp({
      format: keyFormat({ prefix: 'acme', random }),
      clock: world.clock,
      channel,
    })
    expect(keyring.verifier()).toBeDefined()
    expect(keyring.verifier({ cache: { max: 10, maxStalenessMs: 1000 } })).toBeDefined()
  })

  it('a verifier with a stated bound hears of changes from its first request on', async () => {
    const { keyring, clock } = setUp()
    const { schedule } = clock
    clock.schedule = () => {
      throw new Error('no timers at module scope')
    }
    const verifier = keyring.verifier({ cache: { max: 10, maxStalenessMs: MINUTE } })
    clock.schedule = schedule
    const { token, key } = await keyring.issue({ owner: null })
    expect((await verifier.verify(bearer(token))).ok).toBe(true)
    await keyring.revoke(key.id)
    expect((await verifier.verify(bearer(token))).ok).toBe(false)
  })

  it('a format that carries ids without saying so is found out with the first key', async () => {
    const format = keyFormat({ prefix: 'acme' })
    const { keyring } = setUp({ format: { ...format, parse: () => ({ id: 'key_1', secret: 'x' }) } })
    await expect(keyring.issue({ owner: null })).rejects.toThrow(
      'createKeyring: option `format` must be made by keyFormat()',
    )
  })
})
