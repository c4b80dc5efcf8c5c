import { once } from 'node:events'
import type { Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { Harness, Running } from '../app.ts'
import { DENIED, type Facts, factsOf } from '../denied.ts'
import { ask, requestBytes, Wire } from '../wire.ts'
import { createWorld, type World } from '../world.ts'
import { authenticated, echo, serve } from './serve.ts'

const GOOD = 'Bearer reader-key'

/** Credentials, and what the answer to them must be: whose echo, or which denial. */
const MIX: readonly (readonly [authorization: string | undefined, expected: string | Facts])[] = [
  ['Bearer reader-key', 'reader'],
  ['Bearer unknown-key', DENIED.invalid],
  ['Bearer writer-key', 'writer'],
  [undefined, DENIED.missing],
  ['Bearer editor-key', 'editor'],
  ['Bearer reader-key, Bearer writer-key', DENIED.malformed],
  ['Bearer bare-key', 'bare'],
  ['Bearer rejects-key', DENIED.unavailable],
  ['Bearer revoked-key', DENIED.invalid],
  ['Basic cmVhZGVyLWtleTo=', DENIED.missing],
]

export function connections(harness: Harness): void {
  const start = async (world: World = createWorld()) => {
    const route = echo()
    const areas = [{ path: '/v1', steps: [authenticated(world)], routes: [route] }]
    return { world, route, ...(await serve(harness, { areas })) }
  }

  test('a connection that is used again carries nothing over', async () => {
    const { port } = await start()
    const wire = await Wire.open(port)
    for (const [n, [authorization, expected]] of [...MIX, ...MIX].entries()) {
      wire.send(requestBytes({ path: `/v1/echo?n=${n}`, authorization }))
      expectAnswer(await wire.answer(), expected, n)
    }
    wire.destroy()
  })

  test('pipelined requests are answered in order, each for its own key', async () => {
    const { port } = await start()
    const wire = await Wire.open(port)
    wire.send(MIX.map(([authorization], n) => requestBytes({ path: `/v1/echo?n=${n}`, authorization })).join(''))
    for (const [n, [, expected]] of MIX.entries()) expectAnswer(await wire.answer(), expected, n)
    wire.destroy()
  })

  test('a pipelined request that is decided first waits for its turn', async () => {
    const { port, world } = await start()
    const slow = world.hold('writer-key')
    const wire = await Wire.open(port)
    wire.send(requestBytes({ path: '/v1/echo?n=0', authorization: 'Bearer writer-key' }))
    wire.send(requestBytes({ path: '/v1/echo?n=1', authorization: 'Bearer unknown-key' }))
    wire.send(requestBytes({ path: '/v1/echo?n=2', authorization: GOOD }))
    await slow.reached
    slow.release()
    expectAnswer(await wire.answer(), 'writer', 0)
    expectAnswer(await wire.answer(), DENIED.invalid, 1)
    expectAnswer(await wire.answer(), 'reader', 2)
    wire.destroy()
  })

  test('HTTP/1.0 gets the same answers', async () => {
    const { port } = await start()
    for (const [n, [authorization, expected]] of MIX.entries()) {
      expectAnswer(await ask(port, { version: '1.0', path: `/v1/echo?n=${n}`, authorization }), expected, n)
    }
  })

  test('clients that go away in the middle of a request leave the server as it was', async () => {
    const unhandled = collectUnhandled()
    const { port, route, server } = await start()
    const whole = requestBytes({ path: '/v1/echo', authorization: GOOD })
    for (const length of [0, 1, whole.length >> 1, whole.indexOf('reader') + 3, whole.length - 1]) {
      const gone = nextClose(server)
      const wire = await Wire.open(port)
      wire.send(whole.slice(0, length))
      wire.destroy()
      await gone
    }
    expect(route.calls).toEqual([])
    expectAnswer(await ask(port, { path: '/v1/echo?n=1', authorization: GOOD }), 'reader', 1)
    expect(unhandled).toEqual([])
  })

  test.each([
    ['accepts', 'reader-key', (held: Held) => held.release()],
    ['refuses', 'revoked-key', (held: Held) => held.release()],
    ['cannot tell', 'rejects-key', (held: Held) => held.release()],
    ['never answers', 'writer-key', (_: Held, world: World) => world.clock.passDeadline()],
  ])('a client that left before the store %s harms nobody', async (_, token, end) => {
    const unhandled = collectUnhandled()
    const { port, world, server, faults } = await start()
    const held = world.hold(token)
    const gone = nextClose(server)
    const wire = await Wire.open(port)
    wire.send(requestBytes({ path: '/v1/echo', authorization: `Bearer ${token}` }))
    await held.reached
    wire.destroy()
    await gone
    end(held, world)

    expectAnswer(await ask(port, { path: '/v1/echo?n=1', authorization: 'Bearer editor-key' }), 'editor', 1)
    expect(faults).toEqual([])
    expect(unhandled).toEqual([])
  })

  test('of 1000 mixed concurrent requests none gets the answer of another’s key', async () => {
    const { port, route } = await start()
    const connectionCount = 20
    const perConnection = 50
    const pipelined = 5
    await Promise.all(
      Array.from({ length: connectionCount }, async (_, connection) => {
        const wire = await Wire.open(port)
        for (let from = 0; from < perConnection; from += pipelined) {
          const numbers = Array.from({ length: pipelined }, (_, index) => connection * perConnection + from + index)
          wire.send(numbers.map((n) => requestBytes({ path: `/v1/echo?n=${n}`, ...credentialsOf(n) })).join(''))
          for (const n of numbers) expectAnswer(await wire.answer(), mixAt(n)[1], n)
        }
        wire.destroy()
      }),
    )
    const accepted = Array.from({ length: connectionCount * perConnection }, (_, n) => n)
      .filter((n) => typeof mixAt(n)[1] === 'string')
      .map((n) => `n=${n}`)
    expect(route.calls.toSorted()).toEqual(accepted.toSorted())
  })
}

type Held = ReturnType<World['hold']>

function mixAt(n: number): (typeof MIX)[number] {
  // 7 has no common factor with 10: every connection meets every kind, each in another order.
  return MIX[(n * 7 + Math.floor(n / 50)) % MIX.length] as (typeof MIX)[number]
}

function credentialsOf(n: number): { authorization: string | undefined } {
  return { authorization: mixAt(n)[0] }
}

function expectAnswer(answer: Parameters<typeof factsOf>[0], expected: string | Facts, n: number): void {
  if (typeof expected === 'string') expect(answer).toMatchObject({ status: 200, body: `${expected} n=${n}` })
  else expect(factsOf(answer)).toEqual(expected)
}

/** Resolves when the server has noticed that the next connection is gone. */
async function nextClose(server: Running['server']): Promise<void> {
  const [socket] = (await once(server, 'connection')) as [Socket]
  if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve))
}

function collectUnhandled(): unknown[] {
  const unhandled: unknown[] = []
  const collect = (reason: unknown): void => {
    unhandled.push(reason)
  }
  process.on('unhandledRejection', collect)
  onTestFinished(() => void process.off('unhandledRejection', collect))
  return unhandled
}
