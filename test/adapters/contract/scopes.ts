import { expect, test } from 'vitest'
import { CORS_ORIGIN, type Harness, type Route, type Step } from '../app.ts'
import { deferred } from '../deferred.ts'
import { DENIED, factsOf, insufficientScope } from '../denied.ts'
import { ask } from '../wire.ts'
import { createWorld } from '../world.ts'
import { allOf, anyOf, authenticated, echo, serve } from './serve.ts'

const CLAIM: Step = { step: 'claim' }

export function scopes(harness: Harness): void {
  test.each([
    ['one', allOf('posts:read'), ['reader', 'editor']],
    ['all of two', allOf('posts:read', 'posts:write'), ['editor']],
    ['any of two', anyOf('posts:read', 'posts:write'), ['reader', 'writer', 'editor']],
    ['any of two, one held by nobody', anyOf('admin', 'posts:write'), ['writer', 'editor']],
    ['one that nobody holds', allOf('__proto__'), []],
    ['any that nobody holds', anyOf('constructor', 'toString'), []],
  ])('requireScopes, %s', async (_, requirement, mayPass) => {
    const route = { ...echo(), steps: [requirement] }
    const areas = [{ path: '/v1', steps: [authenticated(createWorld())], routes: [route] }]
    const { port, faults } = await serve(harness, { areas })
    for (const key of ['reader', 'writer', 'editor', 'bare']) {
      const answer = await ask(port, { path: `/v1/echo?n=${key}`, authorization: `Bearer ${key}-key` })
      if (mayPass.includes(key)) expect(answer).toMatchObject({ status: 200, body: `${key} n=${key}` })
      else expect(factsOf(answer)).toEqual(insufficientScope(...requirement.scopes))
    }
    expect(route.calls).toEqual(mayPass.map((key) => `n=${key}`))
    expect(faults).toEqual([])
  })

  test('requireScopes twice: each states its own need', async () => {
    const route = { ...echo(), steps: [allOf('posts:read'), allOf('posts:write')] }
    const areas = [{ path: '/v1', steps: [authenticated(createWorld())], routes: [route] }]
    const { port } = await serve(harness, { areas })
    const scopeOf = async (key: string) =>
      factsOf(await ask(port, { path: '/v1/echo', authorization: `Bearer ${key}-key` }))
    expect(await scopeOf('bare')).toEqual(insufficientScope('posts:read'))
    expect(await scopeOf('reader')).toEqual(insufficientScope('posts:write'))
    expect((await scopeOf('editor')).status).toBe(200)
  })

  test.each([
    ['nothing', []],
    ['a claim of the application', [CLAIM]],
  ])('requireScopes behind %s instead of authenticate() is a fault, never a pass', async (_, steps) => {
    const route = { ...echo(), steps: [allOf('posts:read')] }
    const { port, faults } = await serve(harness, { areas: [{ path: '/v1', steps, routes: [route] }] })
    const answer = await ask(port, { path: '/v1/echo', authorization: 'Bearer reader-key' })
    expect(factsOf(answer)).toMatchObject({ status: 500, challenge: [], body: 'fault' })
    expect(faults).toEqual([expect.objectContaining({ message: expect.stringContaining('authenticate(verifier)') })])
    expect(route.calls).toEqual([])
  })

  test('a principal that the application writes in between grants nothing', async () => {
    const route = { ...echo(), steps: [CLAIM, allOf('admin')] }
    const again = { ...echo('/again'), steps: [CLAIM, authenticated(createWorld()), allOf('admin')] }
    const optional = {
      ...echo('/optional'),
      steps: [authenticated(createWorld(), { optional: true }), CLAIM, allOf('admin')],
    }
    const areas = [{ path: '/v1', steps: [authenticated(createWorld())], routes: [route, again] }]
    const { port } = await serve(harness, { areas, routes: [optional] })
    const authorization = 'Bearer reader-key'

    expect(factsOf(await ask(port, { path: '/v1/echo', authorization }))).toEqual(insufficientScope('admin'))
    expect(factsOf(await ask(port, { path: '/v1/again', authorization }))).toEqual(insufficientScope('admin'))
    expect(factsOf(await ask(port, { path: '/optional' }))).toEqual(DENIED.missing)
    expect([...route.calls, ...again.calls, ...optional.calls]).toEqual([])
  })

  test('authenticate() replaces the value of another library by its principal, and leaves it alone where it has none', async () => {
    const world = createWorld()
    const optional = {
      ...echo('/optional'),
      steps: [CLAIM, authenticated(world, { optional: true, preflight: true })],
    }
    const scoped = { ...echo('/scoped'), steps: [...optional.steps, allOf('admin')] }
    const areas = [{ path: '/v1', steps: [CLAIM, authenticated(world)], routes: [echo()] }]
    const { port } = await serve(harness, { areas, routes: [optional, scoped] })
    const authorization = 'Bearer reader-key'
    expect((await ask(port, { path: '/v1/echo?n=1', authorization })).body).toBe('reader n=1')
    expect((await ask(port, { path: '/optional?n=2', authorization })).body).toBe('reader n=2')
    expect((await ask(port, { path: '/optional?n=3' })).body).toBe('claimed n=3')
    expect(factsOf(await ask(port, { path: '/optional?n=4', authorization: 'Bearer unknown-key' }))).toEqual(
      DENIED.invalid,
    )
    const fields = [`Origin: ${CORS_ORIGIN}`, 'Access-Control-Request-Method: GET']
    expect((await ask(port, { method: 'OPTIONS', path: '/optional?n=5', fields })).body).toBe('claimed n=5')

    // It stays where it is and counts for nothing.
    expect(factsOf(await ask(port, { path: '/scoped' }))).toEqual(DENIED.missing)
    expect(factsOf(await ask(port, { path: '/scoped', authorization }))).toEqual(insufficientScope('admin'))
    expect(scoped.calls).toEqual([])
  })

  test('a preflight that was let pass is no fault of a route with scopes', async () => {
    const route = { ...echo(), steps: [allOf('posts:read')] }
    const areas = [{ path: '/v1', steps: [authenticated(createWorld(), { preflight: true })], routes: [route] }]
    const { port, faults } = await serve(harness, { areas })
    const fields = [`Origin: ${CORS_ORIGIN}`, 'Access-Control-Request-Method: GET']
    const { status } = await ask(port, { method: 'OPTIONS', path: '/v1/echo', fields })
    expect(faults).toEqual([])
    expect(status).toBeLessThan(500)
  })

  test('each request has its own principal, however they interleave', async () => {
    const names = ['reader', 'writer', 'editor', 'bare']
    const meetings = new Map(names.map((name) => [name, { arrived: deferred(), resumed: deferred() }]))
    const route: Route = {
      path: '/echo',
      async handler(call) {
        const before = call.principal()?.keyId
        meetings.get(call.query)?.arrived.resolve()
        await meetings.get(call.query)?.resumed.promise
        return `${call.query} ${before} ${call.principal()?.keyId}`
      },
    }
    const areas = [{ path: '/v1', steps: [authenticated(createWorld())], routes: [route] }]
    const { port } = await serve(harness, { areas })
    const answers = names.map((name) => ask(port, { path: `/v1/echo?${name}`, authorization: `Bearer ${name}-key` }))
    await Promise.all([...meetings.values()].map(({ arrived }) => arrived.promise))
    for (const { resumed } of [...meetings.values()].reverse()) resumed.resolve()
    expect((await Promise.all(answers)).map(({ body }) => body)).toEqual(names.map((name) => `${name} ${name} ${name}`))
  })
}
