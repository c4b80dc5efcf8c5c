import { describe, expect, test } from 'vitest'
import type { Harness, Route } from '../app.ts'
import { DENIED, factsOf, insufficientScope } from '../denied.ts'
import { ask } from '../wire.ts'
import { createWorld, type World } from '../world.ts'
import { allFrom, allOf, authenticated, echo, serve } from './serve.ts'

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

  describe('of two verifiers with credentials in different places', () => {
    const worlds = () =>
      [
        createWorld('later', { realm: 'outer' }),
        createWorld('at once', { realm: 'inner', credentials: { bearer: false, header: 'X-API-Key' } }),
      ] as const
    const key = ['X-API-Key: writer-key']
    /** Tells whom the framework shows, and whom each verifier's own accessor. */
    const whose = (...of: World[]): Route => ({
      path: '/whose',
      handler: (call) =>
        [call.principal(), ...of.map(({ verifier }) => call.principalOf(verifier))]
          .map((principal) => principal?.keyId ?? 'none')
          .join(' '),
    })

    test('an optional mount shows its own principal or none, and the other one stays with its verifier', async () => {
      const [outer, inner] = worlds()
      const steps = [authenticated(inner, { optional: true })]
      const areas = [{ path: '/v1', steps: [authenticated(outer), ...steps], routes: [whose(outer, inner)] }]
      const { port } = await serve(harness, { areas })
      expect((await ask(port, { path: '/v1/whose', authorization: GOOD })).body).toBe('none reader none')
      expect((await ask(port, { path: '/v1/whose', authorization: GOOD, fields: key })).body).toBe(
        'writer reader writer',
      )
      const bad = await ask(port, { path: '/v1/whose', authorization: GOOD, fields: ['X-API-Key: unknown-key'] })
      expect([bad.status, ...factsOf(bad).challenge]).toEqual([401, 'Bearer realm="inner", error="invalid_token"'])
    })

    test('a required mount behind an optional one shows its own principal', async () => {
      const [outer, inner] = worlds()
      const steps = [authenticated(outer, { optional: true }), authenticated(inner)]
      const { port } = await serve(harness, { areas: [{ path: '/v1', steps, routes: [whose(outer, inner)] }] })
      expect((await ask(port, { path: '/v1/whose', fields: key })).body).toBe('writer none writer')
      expect((await ask(port, { path: '/v1/whose', authorization: GOOD, fields: key })).body).toBe(
        'writer reader writer',
      )
    })

    test('mounted again, a verifier shows its principal again, and the store is not asked again', async () => {
      const [outer, inner] = worlds()
      const steps = [authenticated(outer), authenticated(inner, { optional: true }), authenticated(outer)]
      const { port } = await serve(harness, { areas: [{ path: '/v1', steps, routes: [whose(outer, inner)] }] })
      expect((await ask(port, { path: '/v1/whose', authorization: GOOD })).body).toBe('reader reader none')
      expect(outer.asked).toEqual(['reader-key'])
    })

    test('requireScopes asks the mount that came last, and that of a verifier its own', async () => {
      const [outer, inner] = worlds()
      const steps = [authenticated(outer), authenticated(inner, { optional: true })]
      const routes = [
        { ...echo('/last'), steps: [allOf('posts:read')] },
        { ...echo('/outer'), steps: [allFrom(outer, 'posts:read')] },
        { ...echo('/inner'), steps: [allFrom(inner, 'posts:write')] },
        { ...echo('/neither'), steps: [allFrom(outer, 'posts:write')] },
      ]
      const { port, faults } = await serve(harness, { areas: [{ path: '/v1', steps, routes }] })
      const get = async (path: string, fields: readonly string[] = []) => {
        const answer = factsOf(await ask(port, { path: `/v1/${path}`, authorization: GOOD, fields }))
        return [answer.status, ...answer.challenge]
      }
      expect(await get('last')).toEqual([401, 'Bearer realm="inner"'])
      expect(await get('outer')).toEqual([200])
      expect(await get('inner')).toEqual([401, 'Bearer realm="inner"'])
      expect(await get('last', key)).toEqual([
        403,
        'Bearer realm="inner", error="insufficient_scope", scope="posts:read"',
      ])
      expect(await get('outer', key)).toEqual([200])
      expect(await get('inner', key)).toEqual([200])
      // The scope that the inner principal has is no scope of the outer one.
      expect(await get('neither', key)).toEqual([
        403,
        'Bearer realm="outer", error="insufficient_scope", scope="posts:write"',
      ])
      expect(faults).toEqual([])
    })

    test('the denial of a scope is answered by the onDenied of the mount that was asked', async () => {
      const [outer, inner] = worlds()
      const steps = [authenticated(outer, { onDenied: 'own' }), authenticated(inner, { optional: true })]
      const routes = [{ ...echo('/outer'), steps: [allFrom(outer, 'admin')] }]
      const { port } = await serve(harness, { areas: [{ path: '/v1', steps, routes }] })
      const answer = await ask(port, { path: '/v1/outer', authorization: GOOD, fields: key })
      expect(answer).toMatchObject({ status: 418, body: 'own: insufficient_scope' })
    })
  })
}
