import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { createVerifier } from '../src/verifier.ts'
import { ManualClock } from './manual-clock.ts'
import { storeOf } from './support/digests.ts'

const NOW = Date.UTC(2026, 0, 1)

function hear(name: string): unknown[] {
  const heard: unknown[] = []
  const listener = (message: unknown) => heard.push(message)
  subscribe(`bearward:${name}`, listener)
  onTestFinished(() => {
    unsubscribe(`bearward:${name}`, listener)
  })
  return heard
}

describe('node:diagnostics_channel', () => {
  it('publishes every event, also to those who subscribed after the verifier was made', async () => {
    const find = await storeOf({ abc: { id: 'key_1', owner: 'acct_1' } })
    let isDown = false
    const verifier = createVerifier({
      clock: new ManualClock(NOW),
      cache: { max: 10, maxStalenessMs: 1000 },
      resolve: (digest) => {
        if (isDown) throw new Error('down')
        return find(digest)
      },
    })
    const [accepted, denied, failed, cache] = ['accepted', 'denied', 'failed', 'cache'].map(hear)
    await verifier.verify('Bearer abc')
    await verifier.verify(undefined)
    isDown = true
    await verifier.verify('Bearer def')
    expect(accepted).toEqual([{ keyId: 'key_1', owner: 'acct_1', environment: undefined, at: NOW }])
    expect(denied).toEqual([
      { code: 'missing', reason: 'missing', keyId: undefined, at: NOW },
      { code: 'unavailable', reason: 'resolver_failed', keyId: undefined, at: NOW },
    ])
    expect(failed).toMatchObject([{ reason: 'resolver_failed', at: NOW }])
    expect(cache).toEqual(['miss', 'fill', 'miss'].map((outcome) => ({ outcome, at: NOW })))
  })

  it('holds no token and no digest', async () => {
    const heard = ['accepted', 'denied', 'cache'].flatMap((name) => [hear(name)])
    const verifier = createVerifier({ resolve: await storeOf({ 'MARKED-1': { id: 'key_1' } }) })
    await verifier.verify('Bearer MARKED-1')
    await verifier.verify('Bearer MARKED-2')
    await verifier.verify('Bearer MARKED 3')
    expect(heard.flat()).toHaveLength(3)
    expect(JSON.stringify(heard)).not.toMatch(/MARKED|[0-9a-f]{64}/)
  })
})

describe('a listener that throws', () => {
  let restore = (): void => {}
  afterEach(() => {
    restore()
  })

  function nextUncaught(): Promise<unknown> {
    const others = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    restore = () => {
      process.removeAllListeners('uncaughtException')
      for (const other of others) process.on('uncaughtException', other)
    }
    return new Promise<unknown>((resolve) => process.once('uncaughtException', resolve))
  }

  it('changes no verdict, hides no event from the next, and is an uncaught error', async () => {
    const uncaught = nextUncaught()
    const error = new Error('listener')
    const verifier = createVerifier({ resolve: await storeOf({ abc: { id: 'key_1' } }) })
    const heard: unknown[] = []
    verifier.on('accepted', () => {
      throw error
    })
    verifier.on('accepted', (event) => heard.push(event))
    expect(verifier.verify('Bearer abc')).toMatchObject({ ok: true })
    expect(heard).toHaveLength(1)
    expect(await uncaught).toBe(error)
  })

  it('is told like an address that cannot be read: the key is accepted all the same', async () => {
    const uncaught = nextUncaught()
    const error = new Error('address')
    const verifier = createVerifier({ resolve: await storeOf({ abc: { id: 'key_1' } }) })
    const heard: unknown[] = []
    verifier.on('accepted', ({ address }) => heard.push(address))
    const address = () => {
      throw error
    }
    const request = { field: () => 'Bearer abc', query: () => '', address }
    expect(await verifier.verifyRequest(request)).toMatchObject({ ok: true })
    expect(heard).toEqual([undefined])
    expect(await uncaught).toBe(error)
  })
})

describe('a failure that nobody listens to', () => {
  const warnings: { name: string; message: string }[] = []
  const note = (warning: Error) => warnings.push(warning)

  it('prints one warning for a verifier, without the cause, and none where somebody listens', async () => {
    process.on('warning', note)
    onTestFinished(() => {
      process.off('warning', note)
    })
    const down = () => {
      throw new Error('hunter2')
    }
    const heard = createVerifier({ resolve: down })
    heard.on('failed', () => {})
    await heard.verify('Bearer abc')
    const unheard = createVerifier({ resolve: down })
    await unheard.verify('Bearer abc')
    await unheard.verify('Bearer abc')
    await new Promise((next) => setImmediate(next))
    const own = warnings.filter(({ name }) => name === 'BearwardWarning')
    expect(own).toHaveLength(1)
    expect(own[0]?.message).toContain("verifier.on('failed'")
    expect(own[0]?.message).not.toContain('hunter2')
  })
})
