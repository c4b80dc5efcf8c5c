import { describe, expect, it } from 'vitest'
import type { CacheOptions } from '../src/cache-options.ts'
import { createVerifier } from '../src/verifier.ts'
import { ManualClock } from './manual-clock.ts'

/** A verifier whose `denied` event is made by asking without credentials: at once, on every runtime. */
function setUp() {
  const clock = new ManualClock(1000)
  let timesAsked = 0
  const now = (): number => {
    timesAsked++
    return clock.now()
  }
  const verifier = createVerifier({ resolve: () => null, clock: { now, monotonic: clock.monotonic } })
  return { clock, verifier, emit: () => void verifier.verify(undefined), timesAsked: () => timesAsked }
}

const MISSING = { code: 'missing', reason: 'missing', keyId: undefined }

describe('events', () => {
  it('reach those who listen to them, in order, with the time', () => {
    const { clock, verifier, emit } = setUp()
    const heard: unknown[] = []
    verifier.on('denied', (event) => heard.push(['first', event]))
    verifier.on('denied', (event) => heard.push(['second', event]))
    verifier.on('accepted', () => heard.push('accepted'))
    verifier.on('failed', () => heard.push('failed'))
    verifier.on('cache', () => heard.push('cache'))
    emit()
    clock.advance(5)
    void verifier.verify('Bearer')
    expect(heard).toEqual([
      ['first', { ...MISSING, at: 1000 }],
      ['second', { ...MISSING, at: 1000 }],
      ['first', { code: 'malformed', reason: 'malformed', keyId: undefined, at: 1005 }],
      ['second', { code: 'malformed', reason: 'malformed', keyId: undefined, at: 1005 }],
    ])
  })

  it('are frozen, so that one listener cannot change what the next hears', () => {
    const { verifier, emit } = setUp()
    const heard: boolean[] = []
    verifier.on('denied', (event) => heard.push(Object.isFrozen(event)))
    emit()
    expect(heard).toEqual([true])
  })

  it('are not heard any more once a listener was taken away, and only that one', () => {
    const { verifier, emit } = setUp()
    let heard = 0
    const listener = () => {
      heard++
    }
    const stops = [verifier.on('denied', listener), verifier.on('denied', listener)]
    emit()
    expect(heard).toBe(2)
    stops[0]?.()
    stops[0]?.()
    emit()
    expect(heard).toBe(3)
    stops[1]?.()
    emit()
    expect(heard).toBe(3)
  })

  it('go to all who listened when they happened, though a listener takes itself away', () => {
    const { verifier, emit } = setUp()
    const heard: string[] = []
    const stop = verifier.on('denied', () => {
      heard.push('first')
      stop()
    })
    verifier.on('denied', () => heard.push('second'))
    emit()
    emit()
    expect(heard).toEqual(['first', 'second', 'second'])
  })

  it('are of one verifier', () => {
    const { verifier } = setUp()
    const heard: unknown[] = []
    verifier.on('denied', (event) => heard.push(event))
    setUp().emit()
    expect(heard).toEqual([])
  })

  it('cost nothing where nobody listens: not even the time is asked for', () => {
    const { verifier, emit, timesAsked } = setUp()
    emit()
    const stop = verifier.on('accepted', () => {})
    emit()
    stop()
    emit()
    expect(timesAsked()).toBe(0)
    verifier.on('denied', () => {})
    emit()
    expect(timesAsked()).toBe(1)
  })

  it.each(['accept', '', 'toString', '__proto__', undefined, null, 1])('have no name such as %j', (name) => {
    const { verifier } = setUp()
    expect(() => verifier.on(name as never, () => {})).toThrow(TypeError)
    expect(() => verifier.on(name as never, () => {})).toThrow('accepted, denied, failed, cache')
  })

  it.each([undefined, null, {}, 'x'])('are not told to %j', (listener) => {
    const { verifier } = setUp()
    expect(() => verifier.on('denied', listener as never)).toThrow(/^on: the listener must be a function/)
  })
})

describe('the address that `accepted` tells', () => {
  const field = () => 'Bearer a-token'
  const query = () => ''

  function listening(answer: 'at once' | 'later', cache?: CacheOptions) {
    const resolve = () => (answer === 'at once' ? { id: 'key_1' } : Promise.resolve({ id: 'key_1' }))
    const verifier = createVerifier({ resolve, cache })
    const heard: (string | undefined)[] = []
    verifier.on('accepted', ({ address }) => heard.push(address))
    return { verifier, heard }
  }

  it.each(['at once', 'later'] as const)(
    'is that of the request, whether the store answers %s or memory',
    async (when) => {
      const { verifier, heard } = listening(when, { max: 10, maxStalenessMs: 1000 })
      await verifier.verifyRequest({ field, query, address: () => '192.0.2.1' })
      await verifier.verifyRequest({ field, query, address: () => '192.0.2.2' })
      await verifier.verifyRequest({ field, query })
      await verifier.verify('Bearer a-token')
      expect(heard).toEqual(['192.0.2.1', '192.0.2.2', undefined, undefined])
    },
  )

  it('is read when the request begins, since the client may be gone when the store answers', async () => {
    const { verifier, heard } = listening('later')
    let address: string | undefined = '192.0.2.1'
    const verdict = verifier.verifyRequest({ field, query, address: () => address })
    address = undefined
    await verdict
    expect(heard).toEqual(['192.0.2.1'])
  })

  it('is asked for only while somebody listens', async () => {
    let timesAsked = 0
    const address = () => {
      timesAsked++
      return '192.0.2.1'
    }
    const verifier = createVerifier({
      resolve: async () => ({ id: 'key_1' }),
      cache: { max: 10, maxStalenessMs: 1000 },
    })
    await verifier.verifyRequest({ field, query, address })
    await verifier.verifyRequest({ field, query, address })
    expect(timesAsked).toBe(0)
    verifier.on('accepted', () => {})
    await verifier.verifyRequest({ field, query, address })
    expect(timesAsked).toBe(1)
  })

  it.each(['at once', 'later'] as const)('is written in one form, when the verdict comes %s', async (when) => {
    const { verifier, heard } = listening(when)
    for (const address of ['203.0.113.7:50001', '::ffff:cb00:7107', '[2001:DB8:0::1]:443']) {
      await verifier.verifyRequest({ field, query, address: () => address })
    }
    expect(heard).toEqual(['203.0.113.7', '203.0.113.7', '2001:db8::1'])
  })

  it.each([7, '', 'unknown', '203.0.113.7, 10.0.0.1', '\u001b[2J', 'x'.repeat(100_000)])(
    'is none where the request tells %j',
    async (told) => {
      const { verifier, heard } = listening('later')
      await verifier.verifyRequest({ field, query, address: () => told as string })
      expect(heard).toEqual([undefined])
    },
  )
})
