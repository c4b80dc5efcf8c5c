import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createVerifier } from '@bearward/core'
import { authenticate, requireScopes } from '@bearward/express'
import express, { type ErrorRequestHandler, type Express } from 'express'
import { expect, onTestFinished, test } from 'vitest'

const TOKEN = 'a-key-that-is-known-to-the-store'
const authorization = `Bearer ${TOKEN}`
const resolve = () => ({ id: 'key_1', scopes: ['posts:read'], plan: 'pro' })

test('the typed accessor reads what req.auth holds, and refuses requests that it did not authenticate', async () => {
  const auth = authenticate(createVerifier({ resolve }))
  const other = authenticate(createVerifier({ resolve }))
  const app = express()
  app.get('/own', auth, (req, res) => void res.json([auth.principal(req).key.plan, auth.principal(req) === req.auth]))
  app.get('/none', (req, res) => void res.json(auth.principal(req).keyId))
  app.get('/other', other, (req, res) => void res.json(auth.principal(req).keyId))
  app.use(onError)
  const get = await client(app)

  expect(await get('/own')).toEqual([200, '["pro",true]'])
  const message = 'Error: principal: this request did not come through this authenticate()'
  expect(await get('/none')).toEqual([500, message])
  expect(await get('/other')).toEqual([500, message])
})

test('an application mounted in another keeps the principal', async () => {
  const inner = express()
  inner.get('/posts', requireScopes('posts:read'), (req, res) => void res.json(req.auth))
  inner.get('/admin', requireScopes('admin'), (req, res) => void res.json(req.auth))
  const app = express()
  app.use('/v1', authenticate(createVerifier({ resolve })), inner)
  const get = await client(app)

  expect(await get('/v1/posts')).toEqual([200, '{"keyId":"key_1","scopes":["posts:read"]}'])
  expect((await get('/v1/admin'))[0]).toBe(403)
})

test('what onDenied throws, or rejects with, reaches the error handler', async () => {
  const fails = new Error('cannot answer')
  const app = express()
  const denies = createVerifier({ resolve: () => null })
  const later = createVerifier({ resolve: async () => null })
  const throws = () => {
    throw fails
  }
  const rejects = () => Promise.reject(fails)
  app.get('/a', authenticate(denies, { onDenied: throws }))
  app.get('/b', authenticate(denies, { onDenied: rejects }))
  app.get('/c', authenticate(later, { onDenied: throws }))
  app.get('/d', authenticate(later, { onDenied: rejects }))
  app.get('/e', authenticate(denies, { onDenied: (denial, _req, _res, next) => next(denial) }))
  app.use(onError)
  const get = await client(app)

  for (const path of ['/a', '/b', '/c', '/d']) expect(await get(path), path).toEqual([500, String(fails)])
  expect(await get('/e')).toEqual([500, 'denial invalid'])
})

test('an alternative may let a denied request in, which has no principal, and whose scopes are refused as it was', async () => {
  const denies = createVerifier({ resolve: (): ReturnType<typeof resolve> | null => null })
  const auth = authenticate(denies, { onDenied: (denial, _req, _res, next) => next([denial]) })
  const app = express()
  app.use((req, res, next) => {
    auth(req, res, (error?: unknown) => (Array.isArray(error) ? next() : next(error)))
  })
  app.get('/', (req, res) => {
    expect(req.auth).toBeUndefined()
    expect(() => auth.principal(req)).toThrow('this authenticate()')
    res.send('in')
  })
  app.get('/scoped', auth.requireScopes('posts:read'), (_req, res) => void res.send('in'))
  app.use(((error, _req, res, _next) => {
    res.status(error[0].status).send(error[0].code)
  }) satisfies ErrorRequestHandler)
  const get = await client(app)
  expect(await get('/')).toEqual([200, 'in'])
  expect(await get('/scoped')).toEqual([401, 'invalid'])
})

test('a key in memory is decided before the middleware returns', async () => {
  const verifier = createVerifier({ resolve: async () => resolve(), cache: { max: 10, maxStalenessMs: 60_000 } })
  await verifier.verify(authorization)
  const isSettled: boolean[] = []
  const app = express()
  app.use((req, res, next) => {
    let isCalled = false
    authenticate(verifier)(req, res, () => {
      isCalled = true
    })
    isSettled.push(isCalled)
    next()
  })
  app.use((_req, res) => void res.end())
  const get = await client(app)
  await get('/')
  expect(isSettled).toEqual([true])
})

test('what cannot be used is refused when the middleware is made', () => {
  const verifier = createVerifier({ resolve })
  expect(() => authenticate({} as typeof verifier)).toThrow(TypeError)
  expect(() => authenticate(verifier, { optional: 'yes' as unknown as boolean })).toThrow('`optional`')
  expect(() => authenticate(verifier, { preflight: 1 as unknown as boolean })).toThrow('`preflight`')
  expect(() => authenticate(verifier, { onDenied: 'own' as unknown as () => void })).toThrow('`onDenied`')
  expect(() => authenticate(verifier, { onFailure: () => {} } as object)).toThrow('no option `onFailure`')
  expect(() => requireScopes()).toThrow(TypeError)
  expect(() => requireScopes.any()).toThrow(TypeError)
  expect(() => requireScopes('posts read')).toThrow(TypeError)
  expect(() => requireScopes('"')).toThrow(TypeError)
})

// Express knows an error handler by its four parameters.
const onError: ErrorRequestHandler = (error, _req, res, _next) => {
  res.status(500).send(error instanceof Error ? String(error) : `denial ${error.code}`)
}

async function client(app: Express): Promise<(path: string) => Promise<[status: number, body: string]>> {
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return async (path) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization } })
    return [response.status, await response.text()]
  }
}

test.each([[], [undefined], ['route'], ['router'], [0]])(
  'onDenied that calls next(%s) lets nobody in',
  async (...given) => {
    const app = express()
    const denies = createVerifier({ resolve: () => null })
    let ran = false
    const auth = authenticate(denies, { onDenied: (_denial, _req, _res, next) => next(...(given as [])) })
    app.get('/', auth, (_req, res) => {
      ran = true
      res.end()
    })
    app.get('/', (_req, res) => {
      ran = true
      res.end()
    })
    app.use(((error, _req, res, _next) => {
      res.status(500).end(error.message)
    }) satisfies express.ErrorRequestHandler)
    const server = app.listen(0)
    try {
      const { port } = server.address() as { port: number }
      const response = await fetch(`http://127.0.0.1:${port}/`)
      expect([response.status, await response.text()]).toEqual([500, expect.stringContaining('onDenied: next()')])
      expect(ran).toBe(false)
    } finally {
      server.close()
    }
  },
)

test('auth.requireScopes takes no principal of another verifier', async () => {
  const app = express()
  const users = authenticate(createVerifier({ resolve: () => ({ id: 'user', scopes: ['admin'] }) }))
  const staff = authenticate(createVerifier({ resolve: () => null }))
  app.get('/', users, staff.requireScopes('admin'), (_req, res) => void res.end('in'))
  app.use(((error, _req, res, _next) => {
    res.status(500).end(error.message)
  }) satisfies express.ErrorRequestHandler)
  const server = app.listen(0)
  try {
    const { port } = server.address() as { port: number }
    const response = await fetch(`http://127.0.0.1:${port}/`, {
      headers: { authorization: 'Bearer any-token-will-do' },
    })
    expect([response.status, await response.text()]).toEqual([500, expect.stringContaining('another verifier')])
  } finally {
    server.close()
  }
})

test.each([
  [false, '127.0.0.1'],
  [true, '203.0.113.7'],
])('with `trust proxy` %s, `accepted` tells the address %s', async (trust, address) => {
  const verifier = createVerifier({ resolve })
  const heard: unknown[] = []
  verifier.on('accepted', (event) => heard.push(event.address))
  const app = express().set('trust proxy', trust).use(authenticate(verifier))
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const { port } = server.address() as { port: number }
    await fetch(`http://127.0.0.1:${port}/`, { headers: { authorization, 'x-forwarded-for': '203.0.113.7' } })
  } finally {
    server.close()
  }
  expect(heard).toEqual([address])
})
