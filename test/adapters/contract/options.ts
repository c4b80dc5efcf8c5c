import { expect, test } from 'vitest'
import type { Harness } from '../app.ts'
import { DENIED, factsOf } from '../denied.ts'
import { ask } from '../wire.ts'
import { createWorld } from '../world.ts'
import { allOf, authenticated, echo, serve } from './serve.ts'

const GOOD = 'Bearer reader-key'

export function options(harness: Harness): void {
  test('optional lets absent credentials pass, and no bad ones', async () => {
    const route = echo()
    const areas = [{ path: '/v1', steps: [authenticated(createWorld(), { optional: true })], routes: [route] }]
    const { port } = await serve(harness, { areas })

    expect((await ask(port, { path: '/v1/echo?n=1' })).body).toBe('nobody n=1')
    expect((await ask(port, { path: '/v1/echo?n=2', authorization: GOOD })).body).toBe('reader n=2')
    expect((await ask(port, { path: '/v1/echo?n=3', authorization: 'Basic YTpi' })).body).toBe('nobody n=3')
    for (const [authorization, denied] of [
      ['Bearer unknown-key', DENIED.invalid],
      ['Bearer revoked-key', DENIED.invalid],
      ['Bearer', DENIED.malformed],
      [[GOOD, GOOD], DENIED.malformed],
    ] as const) {
      expect(factsOf(await ask(port, { path: '/v1/echo', authorization }))).toEqual(denied)
    }
    expect(route.calls).toEqual(['n=1', 'n=2', 'n=3'])
  })

  test('behind optional authentication, a route with scopes asks for credentials', async () => {
    const route = { ...echo(), steps: [allOf('posts:read')] }
    const areas = [{ path: '/v1', steps: [authenticated(createWorld(), { optional: true })], routes: [route] }]
    const { port, faults } = await serve(harness, { areas })
    expect(factsOf(await ask(port, { path: '/v1/echo' }))).toEqual(DENIED.missing)
    expect((await ask(port, { path: '/v1/echo', authorization: GOOD })).status).toBe(200)
    expect(route.calls).toHaveLength(1)
    expect(faults).toEqual([])
  })

  test('onDenied answers in place of the default, for scopes too', async () => {
    const route = echo()
    const admin = { ...echo('/admin'), steps: [allOf('admin')] }
    const areas = [{ path: '/v1', steps: [authenticated(createWorld(), { onDenied: 'own' })], routes: [route, admin] }]
    const { port, faults } = await serve(harness, { areas })
    for (const [authorization, path, code] of [
      [undefined, '/v1/echo', 'missing'],
      ['Bearer', '/v1/echo', 'malformed'],
      ['Bearer unknown-key', '/v1/echo', 'invalid'],
      ['Bearer throws-key', '/v1/echo', 'unavailable'],
      [GOOD, '/v1/admin', 'insufficient_scope'],
    ] as const) {
      const answer = await ask(port, { path, authorization })
      expect(factsOf(answer)).toMatchObject({ status: 418, challenge: [], body: `own: ${code}` })
    }
    expect([...route.calls, ...admin.calls]).toEqual([])
    expect(faults).toEqual([])
  })

  test('onDenied may hand a denial on to the error handler', async () => {
    const route = echo()
    const admin = { ...echo('/admin'), steps: [allOf('admin')] }
    const areas = [
      { path: '/v1', steps: [authenticated(createWorld(), { onDenied: 'hand on' })], routes: [route, admin] },
    ]
    const { port, faults } = await serve(harness, { areas })
    for (const [authorization, path, code] of [
      [undefined, '/v1/echo', 'missing'],
      ['Bearer unknown-key', '/v1/echo', 'invalid'],
      ['Bearer rejects-key', '/v1/echo', 'unavailable'],
      [GOOD, '/v1/admin', 'insufficient_scope'],
    ] as const) {
      const answer = await ask(port, { path, authorization })
      expect(answer).toMatchObject({ status: 502, body: `handed on: ${code}` })
    }
    expect(faults).toHaveLength(4)
    expect([...route.calls, ...admin.calls]).toEqual([])
  })
}
