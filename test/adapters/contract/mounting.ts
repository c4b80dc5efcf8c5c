import { expect, test } from 'vitest'
import type { Harness } from '../app.ts'
import { DENIED, factsOf, insufficientScope } from '../denied.ts'
import { ask } from '../wire.ts'
import { createWorld } from '../world.ts'
import { allOf, authenticated, echo, serve } from './serve.ts'

const GOOD = 'Bearer reader-key'

export function mounting(harness: Harness): void {
  test('in front of the whole application', async () => {
    const route = echo()
    const { port } = await serve(harness, { steps: [authenticated(createWorld())], routes: [route] })
    expect(factsOf(await ask(port, { path: '/echo' }))).toEqual(DENIED.missing)
    expect(factsOf(await ask(port, { path: '/nothing-here' }))).toEqual(DENIED.missing)
    expect((await ask(port, { path: '/echo?n=1', authorization: GOOD })).body).toBe('reader n=1')
    expect((await ask(port, { path: '/nothing-here', authorization: GOOD })).status).toBe(404)
  })

  test('on one route, and not on its neighbour', async () => {
    const open = echo('/open')
    const guarded = { ...echo('/guarded'), steps: [authenticated(createWorld())] }
    const { port } = await serve(harness, { routes: [guarded, open] })
    expect(factsOf(await ask(port, { path: '/guarded' }))).toEqual(DENIED.missing)
    expect((await ask(port, { path: '/guarded?n=1', authorization: GOOD })).body).toBe('reader n=1')
    expect((await ask(port, { path: '/open?n=2', authorization: GOOD })).body).toBe('nobody n=2')
  })

  test('in a router inside a router', async () => {
    const world = createWorld()
    const route = { ...echo(), steps: [allOf('posts:read')] }
    const admin = { ...echo('/admin'), steps: [allOf('admin')] }
    const inner = { path: '/inner', steps: [authenticated(world)], routes: [route, admin] }
    const beside = echo('/beside')
    const middle = { path: '/middle', areas: [inner], routes: [beside] }
    const { port } = await serve(harness, { areas: [{ path: '/outer', areas: [middle] }] })

    const path = '/outer/middle/inner'
    expect(factsOf(await ask(port, { path: `${path}/echo` }))).toEqual(DENIED.missing)
    expect((await ask(port, { path: `${path}/echo?n=1`, authorization: GOOD })).body).toBe('reader n=1')
    const denied = factsOf(await ask(port, { path: `${path}/admin`, authorization: GOOD }))
    expect(denied).toEqual(insufficientScope('admin'))
    expect((await ask(port, { path: '/outer/middle/beside?n=2' })).body).toBe('nobody n=2')
  })

  test('outside, with scopes required by the router inside', async () => {
    const route = echo()
    const inner = { path: '/inner', steps: [allOf('posts:read')], routes: [route] }
    const areas = [{ path: '/v1', steps: [authenticated(createWorld())], areas: [inner] }]
    const { port } = await serve(harness, { areas })
    const path = '/v1/inner/echo'
    expect(factsOf(await ask(port, { path }))).toEqual(DENIED.missing)
    expect(factsOf(await ask(port, { path, authorization: 'Bearer bare-key' }))).toEqual(
      insufficientScope('posts:read'),
    )
    expect((await ask(port, { path, authorization: GOOD })).status).toBe(200)
    expect(route.calls).toHaveLength(1)
  })

  test('twice: the store is asked once, and there is one challenge', async () => {
    const world = createWorld()
    const route = { ...echo(), steps: [authenticated(world)] }
    const areas = [{ path: '/v1', steps: [authenticated(world)], routes: [route] }]
    const { port } = await serve(harness, { steps: [authenticated(world)], areas })

    expect((await ask(port, { path: '/v1/echo?n=1', authorization: GOOD })).body).toBe('reader n=1')
    expect(world.asked).toEqual(['reader-key'])
    expect(factsOf(await ask(port, { path: '/v1/echo' }))).toEqual(DENIED.missing)
    expect(factsOf(await ask(port, { path: '/v1/echo', authorization: 'Bearer unknown-key' }))).toEqual(DENIED.invalid)
    expect(world.asked).toEqual(['reader-key', 'unknown-key'])
  })

  test('twice, optional outside: inside credentials are required, and the store is asked once', async () => {
    const world = createWorld()
    const strict = { ...echo('/strict'), steps: [authenticated(world)] }
    const open = echo('/open')
    const areas = [{ path: '/v1', steps: [authenticated(world, { optional: true })], routes: [strict, open] }]
    const { port } = await serve(harness, { areas })

    expect((await ask(port, { path: '/v1/open?n=1' })).body).toBe('nobody n=1')
    expect(factsOf(await ask(port, { path: '/v1/strict' }))).toEqual(DENIED.missing)
    expect((await ask(port, { path: '/v1/strict?n=2', authorization: GOOD })).body).toBe('reader n=2')
    expect(world.asked).toEqual(['reader-key'])
  })

  test('several verifiers on different paths know nothing of each other', async () => {
    const [left, right] = [createWorld('later', { realm: 'left' }), createWorld('at once', { realm: 'right' })]
    const areas = [
      { path: '/left', steps: [authenticated(left)], routes: [echo()] },
      { path: '/right', steps: [authenticated(right)], routes: [echo()] },
    ]
    const { port } = await serve(harness, { areas })

    expect((await ask(port, { path: '/left/echo?n=1', authorization: GOOD })).body).toBe('reader n=1')
    expect([left.asked, right.asked]).toEqual([['reader-key'], []])
    expect((await ask(port, { path: '/right/echo?n=2', authorization: GOOD })).body).toBe('reader n=2')
    expect([left.asked, right.asked]).toEqual([['reader-key'], ['reader-key']])
    for (const realm of ['left', 'right']) {
      const { challenge } = factsOf(await ask(port, { path: `/${realm}/echo` }))
      expect(challenge).toEqual([`Bearer realm="${realm}"`])
    }
    left.verifier.close()
    expect((await ask(port, { path: '/left/echo', authorization: GOOD })).status).toBe(503)
    expect((await ask(port, { path: '/right/echo', authorization: GOOD })).status).toBe(200)
  })

  test('of two verifiers in a row both must accept, and the inner one counts', async () => {
    const [outer, inner] = [createWorld('later', { realm: 'outer' }), createWorld('later', { realm: 'inner' })]
    const route = { ...echo(), steps: [authenticated(inner), allOf('admin')] }
    const areas = [{ path: '/v1', steps: [authenticated(outer)], routes: [route] }]
    const { port } = await serve(harness, { areas })

    const { status, challenge } = factsOf(await ask(port, { path: '/v1/echo', authorization: GOOD }))
    expect([status, ...challenge]).toEqual([403, 'Bearer realm="inner", error="insufficient_scope", scope="admin"'])
    expect([outer.asked, inner.asked]).toEqual([['reader-key'], ['reader-key']])
    inner.verifier.close()
    expect((await ask(port, { path: '/v1/echo', authorization: GOOD })).status).toBe(503)
    expect(route.calls).toEqual([])
  })
}
