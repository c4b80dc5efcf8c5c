import { expect, test } from 'vitest'
import { CORS_ORIGIN, type Harness, type Route } from '../app.ts'
import { DENIED, factsOf } from '../denied.ts'
import { ask, requestBytes, valuesOf, Wire } from '../wire.ts'
import { createWorld } from '../world.ts'
import { authenticated, echo, serve } from './serve.ts'

const GOOD = 'Bearer reader-key'
const BAD = 'Bearer unknown-key'
const PREFLIGHT = [`Origin: ${CORS_ORIGIN}`, 'Access-Control-Request-Method: DELETE']

export function methods(harness: Harness): void {
  const start = async (options = {}, cors = false) => {
    const route = echo()
    const areas = [{ path: '/v1', steps: [authenticated(createWorld(), options)], routes: [route] }]
    return { route, ...(await serve(harness, { cors, areas })) }
  }

  test('HEAD is refused with the same header and no content', async () => {
    const { port, route } = await start()
    const wire = await Wire.open(port)
    for (const [authorization, denied] of [
      [undefined, DENIED.missing],
      ['Bearer', DENIED.malformed],
      [BAD, DENIED.invalid],
      ['Bearer throws-key', DENIED.unavailable],
    ] as const) {
      wire.send(requestBytes({ method: 'HEAD', path: '/v1/echo', authorization }))
      expect(factsOf(await wire.answer('HEAD'))).toEqual({ ...denied, body: '' })
    }
    // Any content would be read as the beginning of this answer.
    wire.send(requestBytes({ path: '/v1/echo?n=1', authorization: GOOD, fields: ['Connection: close'] }))
    expect((await wire.answer()).body).toBe('reader n=1')
    expect(await wire.rest()).toBe('')
    expect(route.calls).toEqual(['n=1'])
  })

  test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'PURGE', 'REPORT', 'M-SEARCH'])(
    '%s is authenticated like any other',
    async (method) => {
      const { port, route, faults } = await start()
      expect(factsOf(await ask(port, { method, path: '/v1/echo' }))).toEqual(DENIED.missing)
      expect(factsOf(await ask(port, { method, path: '/v1/echo', authorization: BAD }))).toEqual(DENIED.invalid)
      expect(route.calls).toEqual([])
      expect(faults).toEqual([])
    },
  )

  test.each(['BREW', 'get', '*'])('%s, which is no method, reaches nothing', async (method) => {
    const { port, route } = await start()
    for (const authorization of [undefined, GOOD]) {
      const { status } = await ask(port, { method, path: '/v1/echo', authorization })
      expect(status).toBe(400)
    }
    expect(route.calls).toEqual([])
  })

  test('a preflight is authenticated unless the user lets it pass', async () => {
    const { port, route } = await start()
    const answer = await ask(port, { method: 'OPTIONS', path: '/v1/echo', fields: PREFLIGHT })
    expect(factsOf(answer)).toEqual(DENIED.missing)
    expect(route.calls).toEqual([])
  })

  test('only a true preflight is let pass, and it acts as nobody', async () => {
    const { port, route } = await start({ preflight: true })
    const [origin, requested] = PREFLIGHT as [string, string]
    const path = '/v1/echo?n=1'

    expect((await ask(port, { method: 'OPTIONS', path, fields: PREFLIGHT })).body).toBe('nobody n=1')
    for (const request of [
      { method: 'OPTIONS', path, fields: [origin] },
      { method: 'OPTIONS', path, fields: [requested] },
      { method: 'OPTIONS', path, fields: ['Origin:', requested] },
      { method: 'GET', path, fields: PREFLIGHT },
      { method: 'DELETE', path, fields: PREFLIGHT },
      { method: 'GET', path, fields: [...PREFLIGHT, 'X-HTTP-Method-Override: OPTIONS'] },
    ]) {
      expect(factsOf(await ask(port, request)), JSON.stringify(request)).toEqual(DENIED.missing)
    }
    expect(route.calls).toEqual(['n=1'])
  })

  test('CORS in front answers preflights and keeps its fields on denials', async () => {
    const { port, route } = await start({}, true)
    const preflight = await ask(port, { method: 'OPTIONS', path: '/v1/echo', fields: PREFLIGHT })
    expect(preflight.status).toBe(204)

    for (const [authorization, denied] of [
      [undefined, DENIED.missing],
      ['Bearer', DENIED.malformed],
      [BAD, DENIED.invalid],
      ['Bearer throws-key', DENIED.unavailable],
    ] as const) {
      const answer = await ask(port, { path: '/v1/echo', authorization, fields: [`Origin: ${CORS_ORIGIN}`] })
      expect(factsOf(answer)).toEqual(denied)
      expect(valuesOf(answer, 'access-control-allow-origin')).toEqual([CORS_ORIGIN])
    }
    expect(route.calls).toEqual([])
  })

  test('conditional and range requests are refused before they are answered 304 or 206', async () => {
    const calls: string[] = []
    const route: Route = {
      path: '/document',
      handler(call) {
        calls.push(call.query)
        return call.field('range') === undefined ? { status: 304, text: '' } : { status: 206, text: 'part' }
      },
    }
    const areas = [{ path: '/v1', steps: [authenticated(createWorld())], routes: [route] }]
    const { port } = await serve(harness, { areas })

    for (const [field, status] of [
      ['If-None-Match: *', 304],
      ['If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT', 304],
      ['Range: bytes=0-3', 206],
    ] as const) {
      const path = '/v1/document'
      expect(factsOf(await ask(port, { path, fields: [field] }))).toEqual(DENIED.missing)
      expect(factsOf(await ask(port, { path, fields: [field], authorization: BAD }))).toEqual(DENIED.invalid)
      expect(calls).toEqual([])
      expect((await ask(port, { path, fields: [field], authorization: GOOD })).status).toBe(status)
      calls.length = 0
    }
  })
}
