import { maxHeaderSize } from 'node:http'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Harness } from '../app.ts'
import { DENIED, factsOf } from '../denied.ts'
import { ask, requestBytes, Wire } from '../wire.ts'
import { createWorld } from '../world.ts'
import { authenticated, echo, serve } from './serve.ts'

const GOOD = 'Bearer reader-key'

export function credentials(harness: Harness): void {
  const start = async () => {
    const world = createWorld()
    const route = echo()
    const app = { areas: [{ path: '/v1', steps: [authenticated(world)], routes: [route] }] }
    return { world, route, ...(await serve(harness, app)) }
  }

  test.each([
    ['good and bad', [GOOD, 'Bearer unknown-key']],
    ['bad and good', ['Bearer unknown-key', GOOD]],
    ['the same twice', [GOOD, GOOD]],
    ['good and empty', [GOOD, '']],
    ['empty and good', ['', GOOD]],
    ['empty twice', ['', '']],
    ['another scheme and good', ['Basic cmVhZGVyLWtleTo=', GOOD]],
    ['good and another scheme', [GOOD, 'Digest username="a"']],
    ['three', [GOOD, GOOD, GOOD]],
  ])('more than one Authorization field is malformed: %s', async (_, authorization) => {
    const { port, world, route } = await start()
    expect(factsOf(await ask(port, { path: '/v1/echo', authorization }))).toEqual(DENIED.malformed)
    expect([...world.asked, ...route.calls]).toEqual([])
  })

  test('a second field counts however its name is written', async () => {
    const { port, route } = await start()
    for (const name of ['authorization', 'AUTHORIZATION', 'AuThOrIzAtIoN']) {
      const answer = await ask(port, { path: '/v1/echo', authorization: GOOD, fields: [`${name}: ${GOOD}`] })
      expect(factsOf(answer), name).toEqual(DENIED.malformed)
    }
    expect(route.calls).toEqual([])
  })

  test.each([
    `${GOOD}, ${GOOD}`,
    `${GOOD},Bearer unknown-key`,
    `${GOOD},`,
    `, ${GOOD}`,
    `Basic cmVhZGVyLWtleTo=, ${GOOD}`,
    'Bearer\treader-key',
    'Bearer reader-key\tx',
    'Bearer "reader-key"',
    'Bearer reader-key%20',
    'Bearer r\u00e9ader-key',
    'Bearer\u00a0reader-key',
  ])('is malformed: %j', async (authorization) => {
    const { port, world, route } = await start()
    expect(factsOf(await ask(port, { path: '/v1/echo', authorization }))).toEqual(DENIED.malformed)
    expect([...world.asked, ...route.calls]).toEqual([])
  })

  test('credentials elsewhere are not read unless enabled', async () => {
    const { port, world } = await start()
    const fields = ['X-API-Key: reader-key', 'Cookie: authorization=Bearer reader-key', `Proxy-Authorization: ${GOOD}`]
    const answer = await ask(port, { path: '/v1/echo?access_token=reader-key', fields })
    expect(factsOf(answer)).toEqual(DENIED.missing)
    expect(world.asked).toEqual([])
  })

  test.each([
    ['an empty X-API-Key', '', ['X-API-Key:']],
    ['a blank X-API-Key', '', ['X-API-Key:  \t ']],
    ['an empty Authorization', '', ['Authorization:']],
    ['a blank Authorization', '', ['Authorization:   ']],
    ['an empty parameter', '?api_key=', []],
    ['a parameter without a value', '?api_key', []],
    ['a blank parameter', '?api_key=%20+%09', []],
    ['an empty value in each place', '?api_key=', ['X-API-Key:', 'Authorization:']],
  ])('%s is no credential, alone and beside a good one', async (_, query, fields) => {
    const world = createWorld('later', { credentials: { basic: true, header: 'X-API-Key', query: 'api_key' } })
    const routes = [echo()]
    const strict = { path: '/v1', steps: [authenticated(world)], routes }
    const optional = { path: '/open', steps: [authenticated(world, { optional: true })], routes }
    const { port } = await serve(harness, { areas: [strict, optional] })
    const status = async (area: string, parameters = query, more: readonly string[] = []) => {
      const answer = await ask(port, { path: `/${area}/echo${parameters}`, fields: [...fields, ...more] })
      return answer.status === 200 ? 200 : factsOf(answer)
    }

    expect(await status('v1')).toEqual(DENIED.missing)
    expect(await status('open')).toBe(200)
    const holds = (name: string) => fields.some((line) => line.startsWith(name))
    const good = [
      ...(holds('Authorization') ? [] : [`Authorization: ${GOOD}`, 'Authorization: Basic cmVhZGVyLWtleTo=']),
      ...(holds('X-API-Key') ? [] : ['X-API-Key: reader-key']),
    ]
    for (const line of good) expect(await status('v1', query, [line]), line).toBe(200)
    if (query === '') expect(await status('v1', '?api_key=reader-key')).toBe(200)
    // Nothing of this makes two credentials one.
    const two = [`Authorization: ${GOOD}`, 'X-API-Key: reader-key'].filter((line) => !holds(line.split(':')[0] ?? ''))
    if (two.length === 2) expect(await status('v1', query, two)).toEqual(DENIED.malformed)
  })

  test.each([
    ['a repeated empty X-API-Key', '', ['X-API-Key:', 'X-API-Key:']],
    ['an empty X-API-Key and a good one', '', ['X-API-Key:', 'X-API-Key: reader-key']],
    ['a good X-API-Key and an empty one', '', ['X-API-Key: reader-key', 'x-api-key:']],
    ['a repeated empty parameter', '?api_key=&api_key=', []],
    ['an empty parameter and a good one', '?api_key=&api_key=reader-key', []],
    ['an empty parameter of a list', '?api_key[]=', []],
    ['Bearer with nothing', '', ['Authorization: Bearer']],
    ['Basic with nothing', '', ['Authorization: Basic']],
    ['Basic with a colon alone', '', ['Authorization: Basic Og==']],
  ])('%s is malformed', async (_, query, fields) => {
    const world = createWorld('later', { credentials: { basic: true, header: 'X-API-Key', query: 'api_key' } })
    const areas = [{ path: '/v1', steps: [authenticated(world, { optional: true })], routes: [echo()] }]
    const { port } = await serve(harness, { areas })
    expect(factsOf(await ask(port, { path: `/v1/echo${query}`, fields }))).toEqual(DENIED.malformed)
    expect(world.asked).toEqual([])
  })

  test('a trailer field carries no credentials', async () => {
    const { port, world } = await start()
    const wire = await Wire.open(port)
    const fields = ['Transfer-Encoding: chunked', 'Trailer: Authorization', 'Connection: close']
    wire.send(`${requestBytes({ method: 'POST', path: '/v1/echo', fields })}0\r\nAuthorization: ${GOOD}\r\n\r\n`)
    expect(factsOf(await wire.answer())).toEqual(DENIED.missing)
    expect(world.asked).toEqual([])
    await wire.rest()
  })

  test('a header as long as the server takes is malformed, a longer one never reaches the adapter', async () => {
    const { port, world } = await start()
    // For the request line and all fields together.
    const limit = maxHeaderSize
    const around = requestBytes({ path: '/v1/echo', authorization: 'Bearer ', fields: ['Connection: close'] }).length
    for (const character of ['a', '=', '.', '~']) {
      const authorization = `Bearer ${character.repeat(limit - around)}`
      expect(factsOf(await ask(port, { path: '/v1/echo', authorization })), character).toEqual(DENIED.malformed)
    }
    const tooLong = await ask(port, { path: '/v1/echo', authorization: `Bearer ${'a'.repeat(limit)}` })
    expect(tooLong.status).toBe(431)
    expect(world.asked).toEqual([])
  })

  test('whatever bytes stand in the field, the answer is 400 or 401 and the server lives', async () => {
    const { port, route } = await start()
    const byte = fc.integer({ min: 1, max: 255 }).filter((code) => code !== 10 && code !== 13)
    const bytes = fc.array(byte, { maxLength: 700 }).map((codes) => String.fromCharCode(...codes))
    const visible = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((c) => String.fromCharCode(c)) })
    const field = fc.oneof(
      bytes,
      bytes.map((rest) => `Bearer ${rest}`),
      visible.map((rest) => `Bearer ${rest}`),
      fc.tuple(visible, visible).map(([left, right]) => `Bearer ${left}, Bearer ${right}`),
    )
    await fc.assert(
      fc.asyncProperty(field, async (authorization) => {
        const { status } = await ask(port, { path: '/v1/echo', authorization })
        expect([400, 401]).toContain(status)
      }),
      { numRuns: 400 },
    )
    expect(route.calls).toEqual([])
    expect((await ask(port, { path: '/v1/echo', authorization: GOOD })).status).toBe(200)
  })
}
