import { expect, test } from 'vitest'
import type { Harness } from '../app.ts'
import { DENIED, factsOf, insufficientScope } from '../denied.ts'
import { ask } from '../wire.ts'
import { type Answering, createWorld, REFUSED } from '../world.ts'
import { allOf, authenticated, echo, serve } from './serve.ts'

const ANSWERING: readonly Answering[] = ['at once', 'later']

export function verdicts(harness: Harness): void {
  test.each(ANSWERING)('every row of the table, byte for byte, the store answering %s', async (answering) => {
    const world = createWorld(answering)
    const route = echo()
    const writing = { ...echo('/writing'), steps: [allOf('posts:write', 'admin')] }
    const areas = [{ path: '/v1', steps: [authenticated(world)], routes: [route, writing] }]
    const { port, faults } = await serve(harness, { areas })
    const denialOf = async (authorization?: string, path = '/v1/echo') =>
      factsOf(await ask(port, { path, authorization }))

    expect(await denialOf()).toEqual(DENIED.missing)
    expect(await denialOf('Basic cmVhZGVyLWtleTo=')).toEqual(DENIED.missing)
    expect(await denialOf('Bearer')).toEqual(DENIED.malformed)
    expect(await denialOf('Bearer reader-key reader-key')).toEqual(DENIED.malformed)
    for (const token of REFUSED) expect(await denialOf(`Bearer ${token}`), token).toEqual(DENIED.invalid)
    expect(await denialOf('Bearer throws-key')).toEqual(DENIED.unavailable)
    expect(await denialOf('Bearer reader-key', '/v1/writing')).toEqual(insufficientScope('posts:write', 'admin'))

    expect([...route.calls, ...writing.calls]).toEqual([])
    // A denial is an answer, not a fault.
    expect(faults).toEqual([])
  })

  test.each(ANSWERING)('an accepted request is the application’s own, the store answering %s', async (answering) => {
    const world = createWorld(answering)
    const route = echo()
    const { port } = await serve(harness, { areas: [{ path: '/v1', steps: [authenticated(world)], routes: [route] }] })

    const answer = await ask(port, { path: '/v1/echo?n=1', authorization: 'bEARER   reader-key' })
    expect(factsOf(answer)).toMatchObject({ status: 200, challenge: [], cache: [], body: 'reader n=1' })
    expect(route.calls).toEqual(['n=1'])
  })

  test('a cached key is judged again on every request', async () => {
    const world = createWorld('later', { cache: { max: 10, maxStalenessMs: 60_000 } })
    const route = echo()
    const { port } = await serve(harness, { areas: [{ path: '/v1', steps: [authenticated(world)], routes: [route] }] })
    const early = () => ask(port, { path: '/v1/echo', authorization: 'Bearer early-key' })

    expect(factsOf(await early())).toEqual(DENIED.invalid)
    world.clock.advance(1)
    expect((await early()).body).toBe('early ')
    expect(world.asked).toEqual(['early-key'])
  })
}
