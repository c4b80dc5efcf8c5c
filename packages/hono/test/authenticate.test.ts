import { createVerifier, sha256 } from '@bearward/core'
import { authenticate, requireScopes } from '@bearward/hono'
import { type Context, Hono } from 'hono'
import { some } from 'hono/combine'
import { expect, test } from 'vitest'

const TOKEN = 'a-key-that-is-known-to-the-store'
const GOOD = `Bearer ${TOKEN}`
const DIGEST = await sha256().digest(TOKEN)
const ROW = { id: 'key_1', scopes: ['posts:read'], plan: 'pro' }
const resolve = (digest: string) => (digest === DIGEST ? ROW : null)

function get(app: Hono | { request: Hono['request'] }, path: string, authorization?: string, method = 'GET') {
  return app.request(path, { method, headers: authorization === undefined ? {} : { authorization } })
}

function posts(auth = authenticate(createVerifier({ resolve }))) {
  return new Hono()
    .use('/v1/*', auth)
    .get('/v1/posts', requireScopes('posts:read'), (c) => c.text(`${c.var.auth.keyId} ${c.var.auth.key.plan}`))
    .delete('/v1/posts', requireScopes('posts:write', 'admin'), (c) => c.text('gone'))
    .put('/v1/posts', requireScopes.any('posts:read', 'admin'), (c) => c.text('put'))
}

test('an accepted key reaches the handler with its record', async () => {
  const response = await get(posts(), '/v1/posts', GOOD)
  expect([response.status, await response.text()]).toEqual([200, 'key_1 pro'])
  expect(response.headers.get('www-authenticate')).toBeNull()
})

test.each([
  ['missing', 401, undefined, 'Bearer realm="api"'],
  ['malformed', 400, 'Bearer', 'Bearer realm="api", error="invalid_request"'],
  ['malformed', 400, `${GOOD}, ${GOOD}`, 'Bearer realm="api", error="invalid_request"'],
  ['invalid', 401, 'Bearer another', 'Bearer realm="api", error="invalid_token"'],
])('%s is answered %i: %s', async (code, status, authorization, challenge) => {
  const response = await get(posts(), '/v1/posts', authorization)
  expect(response.status).toBe(status)
  expect(response.headers.get('www-authenticate')).toBe(challenge)
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(await response.json()).toMatchObject({ status, code })
})

test('HEAD is refused without content', async () => {
  const response = await get(posts(), '/v1/posts', undefined, 'HEAD')
  expect([response.status, await response.text()]).toEqual([401, ''])
})

test('a key without the scope is refused with what the route needs', async () => {
  const response = await get(posts(), '/v1/posts', GOOD, 'DELETE')
  expect(response.status).toBe(403)
  expect(response.headers.get('www-authenticate')).toBe(
    'Bearer realm="api", error="insufficient_scope", scope="posts:write admin"',
  )
  expect((await get(posts(), '/v1/posts', GOOD, 'PUT')).status).toBe(200)
})

test('a store that fails is 503 and tells nothing', async () => {
  const fails = createVerifier({ resolve: (): typeof ROW => Promise.reject(new Error('secret')) as never })
  const response = await get(posts(authenticate(fails)), '/v1/posts', GOOD)
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).toBe('1')
  expect(response.headers.get('www-authenticate')).toBeNull()
  expect(await response.text()).not.toContain('secret')
})

test('the next request’s answer is never the last one’s', async () => {
  const app = posts()
  const credentials = Array.from({ length: 60 }, (_, n) => [GOOD, 'Bearer another', undefined][n % 3])
  const statuses = await Promise.all(credentials.map(async (value) => (await get(app, '/v1/posts', value)).status))
  expect(statuses).toEqual(credentials.map((value) => (value === GOOD ? 200 : 401)))
})

test('optional authentication lets absent credentials pass, never bad ones', async () => {
  const auth = authenticate(createVerifier({ resolve }), { optional: true })
  const app = new Hono().use(auth).get('/', (c) => c.text(c.var.auth?.keyId ?? 'nobody'))
  expect(await (await get(app, '/')).text()).toBe('nobody')
  expect(await (await get(app, '/', GOOD)).text()).toBe('key_1')
  expect((await get(app, '/', 'Bearer another')).status).toBe(401)
})

test('requireScopes without authenticate() is a fault for the error handler', async () => {
  const app = new Hono().get('/', requireScopes('posts:read'), (c) => c.text('open'))
  app.onError((error, c) => c.text(error.message, 500))
  const response = await get(app, '/', GOOD)
  expect(response.status).toBe(500)
  expect(await response.text()).toContain('mount authenticate(verifier)')
})

test('the accessor reads the principal beside any value of c.var.auth, and refuses requests that it did not authenticate', async () => {
  const auth = authenticate(createVerifier({ resolve }))
  const other = authenticate(createVerifier({ resolve }))
  const app = new Hono().use(auth).get('/', (c) => {
    c.set('auth', { sub: 'another library' } as never)
    expect(() => other.principal(c)).toThrow('principal: this request did not come through this authenticate()')
    return c.text(auth.principal(c).key.plan)
  })
  expect(await (await get(app, '/', GOOD)).text()).toBe('pro')
})

test('some() tries the alternative after a denial', async () => {
  const auth = authenticate(createVerifier({ resolve }))
  const app = new Hono()
    .use(some(auth, (c: Context) => c.req.header('x-internal') === '1'))
    .get('/', (c) => c.text('in'))
  expect((await get(app, '/', GOOD)).status).toBe(200)
  expect((await app.request('/', { headers: { 'x-internal': '1' } })).status).toBe(200)
})

test('onDenied answers in place of the default', async () => {
  const auth = authenticate(createVerifier({ resolve }), { onDenied: (denial, c) => c.text(denial.code, 418) })
  const response = await get(posts(auth), '/v1/posts')
  expect([response.status, await response.text()]).toEqual([418, 'missing'])
})

test('a key in memory is decided before the middleware returns', async () => {
  // Web Crypto answers later, so that this holds where the runtime can digest at once.
  const verifier = createVerifier({ resolve, cache: { max: 10, maxStalenessMs: 60_000 } })
  await verifier.verify(GOOD)
  const isSynchronous = !(sha256().digest(TOKEN) instanceof Promise)
  const isSettled: boolean[] = []
  const app = new Hono().use(async (c, next) => {
    let isCalled = false
    const returned = authenticate(verifier)(c as never, async () => {
      isCalled = true
    })
    isSettled.push(isCalled)
    await returned
    await next()
  })
  await get(app, '/', GOOD)
  expect(isSettled).toEqual([isSynchronous])
})

test('what cannot be used is refused when the middleware is made', () => {
  const verifier = createVerifier({ resolve })
  expect(() => authenticate({} as typeof verifier)).toThrow(TypeError)
  expect(() => authenticate(verifier, { optional: 'yes' as unknown as boolean })).toThrow('`optional`')
  expect(() => authenticate(verifier, { onFailure: () => {} } as object)).toThrow('no option `onFailure`')
  expect(() => requireScopes()).toThrow(TypeError)
  expect(() => requireScopes('posts read')).toThrow(TypeError)
})

test('where nothing is known of the connection, `accepted` tells no address', async () => {
  const verifier = createVerifier({ resolve })
  const heard: unknown[] = []
  verifier.on('accepted', (event) => heard.push(event.address))
  const app = posts(authenticate(verifier))
  for (const env of [undefined, {}, { incoming: {} }, { incoming: 'a binding' }]) {
    await app.request('/v1/posts', { headers: { authorization: GOOD } }, env)
  }
  expect(heard).toEqual([undefined, undefined, undefined, undefined])
})
