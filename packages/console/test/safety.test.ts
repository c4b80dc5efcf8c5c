import { describe, expect, test } from 'vitest'
import { assets } from '../src/page.ts'
import { ROUTES } from '../src/routes.ts'
import { createWorld, fresh, type Headers } from './support/world.ts'

const [asset = ''] = assets.keys()

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'"

describe('every answer keeps itself from being framed, sniffed, embedded and kept', () => {
  test.each([
    ['GET', '/', {}, 200],
    ['GET', '/new', {}, 200],
    ['GET', '/nowhere', {}, 404],
    ['GET', '/', { as: 'nobody' }, 401],
    ['POST', '/', { body: {} }, 405],
    ['GET', '/api/keys', {}, 200],
    ['GET', '/api/keys/none', {}, 404],
    ['GET', '/api/keys', { as: 'nobody' }, 401],
    ['POST', '/api/keys', { body: {}, headers: fresh() }, 201],
    ['POST', '/api/keys', { body: {}, headers: { Origin: 'https://evil.example' } }, 403],
    ['DELETE', '/api/keys', {}, 405],
    ['GET', '/api/openapi.json', {}, 200],
    ['GET', '/assets/none.js', {}, 404],
  ] as const)('%s %s %j: %i', async (method, path, sent, status) => {
    const { send } = createWorld()
    const answer = await send(method, path, sent)
    expect(answer.status).toBe(status)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-security-policy': POLICY,
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    })
    const type = answer.headers.get('content-type')
    if (path.startsWith('/api')) expect(type).toBe(answer.ok ? 'application/json' : 'application/problem+json')
    else expect(type).toBe('text/html; charset=utf-8')
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  test('but those files whose names say what is in them', async () => {
    const { send } = createWorld()
    const answer = await send('GET', `/assets/${asset}`, { as: 'nobody' })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect((await send('POST', `/assets/${asset}`, { body: {} })).status).toBe(404)
  })

  test.each(['/assets/../api/keys', '/assets/%2e%2e/api/keys', '/assets//', '/assets/__proto__'])(
    '%s',
    async (path) => {
      const { send } = createWorld()
      expect([401, 404]).toContain((await send('GET', path, { as: 'nobody' })).status)
    },
  )
})

const unsafe = ROUTES.filter(({ method }) => method !== 'GET')

describe('a page of another origin', () => {
  const foreign: [string, Headers][] = [
    ['another site', { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }],
    ['a sibling domain', { 'Sec-Fetch-Site': 'same-site', Origin: 'https://blog.app.example' }],
    ['another port, in an old browser', { Origin: 'https://app.example:8443' }],
    ['an opaque origin, in an old browser', { Origin: 'null' }],
    ['a name that contains ours, in an old browser', { Origin: 'https://app.example.evil.example' }],
    ['nobody who can be named', { Origin: 'odd' }],
    ['an origin with a path, which no browser sends', { Origin: 'https://app.example/' }],
    ['an origin with a user, which no browser sends', { Origin: 'https://user@app.example' }],
    ['an origin in another spelling, which no browser sends', { Origin: 'https://APP.example' }],
    ['an origin with a dot at its end', { Origin: 'https://app.example.' }],
    ['another scheme', { Origin: 'ftp://app.example' }],
    ['two origins', { Origin: 'https://app.example, https://evil.example' }],
    ['two sites', { 'Sec-Fetch-Site': 'same-origin, cross-site', Origin: 'https://app.example' }],
    ['a lie about the origin', { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://app.example' }],
    ['an address that was typed', { 'Sec-Fetch-Site': 'none' }],
    ['a value that no browser sends', { 'Sec-Fetch-Site': 'Same-Origin' }],
  ]
  describe.each(unsafe.map(({ method, path }) => [method, path] as const))('%s %s', (method, path) => {
    test.each(foreign)('%s is refused, and changes nothing', async (_who, headers) => {
      const world = createWorld()
      const { key } = await world.keyring.issue({ owner: 'acct_1' })
      const given = { ...fresh(), 'If-Match': '*', ...headers }
      const answer = await world.send(method, `/api${path.replace('{id}', key.id)}`, { body: {}, headers: given })
      expect(answer.status).toBe(403)
      expect(await answer.json()).toMatchObject({ code: 'cross_site' })
      expect((await world.keyring.audit()).entries).toHaveLength(1)
    })
  })

  test('is refused before the application is asked who it is', async () => {
    let asked = 0
    const world = createWorld({
      authorize: () => {
        asked++
        return null
      },
    })
    await world.send('POST', '/api/keys', { body: {}, headers: { 'Sec-Fetch-Site': 'cross-site' } })
    expect(asked).toBe(0)
  })

  test('does not read from the API either', async () => {
    const { send } = createWorld()
    expect((await send('GET', '/api/keys', { headers: { 'Sec-Fetch-Site': 'cross-site' } })).status).toBe(403)
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''])(
    'cannot pass a form off as JSON: %j',
    async (type) => {
      const world = createWorld()
      const headers = { ...fresh(), 'Content-Type': type }
      expect((await world.send('POST', '/api/keys', { text: '{}', headers })).status).toBe(415)
      expect((await world.keyring.list()).keys).toEqual([])
    },
  )
})

describe('what is let through', () => {
  test.each<[string, Headers]>([
    ['the own page', { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://app.example' }],
    ['the own page, in an old browser', { Origin: 'https://app.example' }],
    ['the own page, behind a proxy that ends TLS', { Origin: 'http://app.example' }],
    ['a program', {}],
  ])('%s', async (_who, headers) => {
    const { send } = createWorld()
    expect((await send('POST', '/api/keys', { body: {}, headers: { ...fresh(), ...headers } })).status).toBe(201)
  })

  test('the host that the client named counts, where it is told', async () => {
    const { console } = createWorld()
    const post = (origin: string) =>
      console.fetch(
        new Request('http://10.0.0.1/settings/keys/api/keys', {
          method: 'POST',
          body: '{}',
          headers: {
            'Content-Type': 'application/json',
            Host: 'App.example',
            Origin: origin,
            'X-User': 'alice',
            ...fresh(),
          },
        }),
      )
    expect((await post('https://app.example')).status).toBe(201)
    expect((await post('https://10.0.0.1')).status).toBe(403)
  })

  test('a link from elsewhere leads to a page', async () => {
    const { send } = createWorld()
    expect((await send('GET', '/', { headers: { 'Sec-Fetch-Site': 'cross-site' } })).status).toBe(200)
  })
})

describe('methods', () => {
  test.each(ROUTES.map(({ path }) => path))('%s says which it takes', async (path) => {
    const { send } = createWorld()
    const answer = await send('PUT', `/api${path.replace('{id}', 'key_1')}`, { body: {} })
    expect(answer.status).toBe(405)
    const allowed = ROUTES.filter((route) => route.path === path).map(({ method }) => method)
    expect(
      answer.headers
        .get('allow')
        ?.split(', ')
        .filter((method) => method !== 'HEAD')
        .sort(),
    ).toEqual(allowed.sort())
  })

  test('HEAD is GET without a body', async () => {
    const { send } = createWorld()
    for (const path of ['/', '/api/keys', `/assets/${asset}`, '/api/keys/none', '/api/keys?cursor=zzz']) {
      const [head, get] = await Promise.all([send('HEAD', path), send('GET', path)])
      expect(await head.text()).toBe('')
      expect([head.status, head.headers.get('content-type')]).toEqual([get.status, get.headers.get('content-type')])
    }
  })

  test('a preflight is told nothing', async () => {
    const { send } = createWorld()
    const headers = { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' }
    const answer = await send('OPTIONS', '/api/keys', { headers })
    expect(answer.ok).toBe(false)
    expect(answer.headers.has('access-control-allow-origin')).toBe(false)
  })
})

test.each(['/keysx', '/', '/settings/keysx', '/settings', '/settings/keys%2Fapi/keys'])(
  '%s is not here',
  async (path) => {
    const { console } = createWorld()
    const answer = await console.fetch(new Request(`https://app.example${path}`, { headers: { 'X-User': 'alice' } }))
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([404, 'no-store'])
  },
)

test('markup in names and metadata comes out as data of a type that is not looked into', async () => {
  const world = createWorld()
  const name = '</script><script>alert(1)</script><img src=x onerror=alert(1)>'
  await world.keyring.issue({ owner: 'acct_1', name, metadata: { [name]: name } })
  const answer = await world.send('GET', '/api/keys')
  expect(answer.headers.get('content-type')).toBe('application/json')
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  const page = await (await world.send('GET', '/')).text()
  expect(page).not.toContain('<script>alert')
  expect(page).not.toContain('<img src=x')
})
