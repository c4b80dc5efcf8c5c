import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createVerifier } from '@bearward/core'
import { authenticate, requireScopes } from '@bearward/koa'
import Koa from 'koa'
import { expect, onTestFinished, test } from 'vitest'

const authorization = 'Bearer a-key-that-is-known-to-the-store'
const resolve = () => ({ id: 'key_1', scopes: ['posts:read'], plan: 'pro' })

test('the principal stands in ctx.state.auth, with the record', async () => {
  const app = new Koa().use(authenticate(createVerifier({ resolve }))).use((ctx) => {
    ctx.body = [ctx.state.auth, ctx.state.auth.key.plan]
  })
  const get = await client(app)
  expect(await get()).toEqual([200, '[{"keyId":"key_1","scopes":["posts:read"]},"pro"]'])
})

test('the accessor reads the principal beside any value of ctx.state.auth, and refuses requests that it did not authenticate', async () => {
  const auth = authenticate(createVerifier({ resolve }))
  const other = authenticate(createVerifier({ resolve }))
  const app = new Koa().use(auth).use((ctx) => {
    Object.assign(ctx.state, { auth: { sub: 'another library' } })
    expect(() => other.principal(ctx)).toThrow('principal: this request did not come through this authenticate()')
    ctx.body = auth.principal(ctx).key.plan
  })
  expect(await (await client(app))()).toEqual([200, 'pro'])
})

test('an alternative may let a denied request in, which then has no principal and no scopes', async () => {
  const denial = new Error('denied')
  const auth = authenticate(createVerifier({ resolve: (): ReturnType<typeof resolve> | null => null }), {
    onDenied: () => {
      throw denial
    },
  })
  let isIn = false
  const app = new Koa()
    .use(async (ctx, next) => {
      try {
        await auth(ctx as never, () => Promise.resolve())
      } catch (error) {
        expect(error).toBe(denial)
      }
      await next()
    })
    .use((ctx, next) => {
      isIn = true
      expect(() => auth.principal(ctx)).toThrow('this authenticate()')
      return requireScopes('posts:read')(ctx as never, next)
    })
  app.on('error', (error) => expect(error).toBe(denial))
  expect((await (await client(app))())[0]).toBe(500)
  expect(isIn).toBe(true)
})

test('what onDenied throws, or rejects with, is the application’s error', async () => {
  const denies = [() => null, async () => null].map((none) => createVerifier({ resolve: none }))
  const ways = [
    () => {
      throw new Error('cannot answer')
    },
    () => Promise.reject(new Error('cannot answer')),
  ]
  for (const onDenied of ways) {
    for (const verifier of denies) {
      const app = new Koa()
      const errors: string[] = []
      app.on('error', (error: Error) => errors.push(error.message))
      app.use(authenticate(verifier, { onDenied }))
      const get = await client(app)
      expect((await get())[0]).toBe(500)
      expect(errors).toEqual(['cannot answer'])
    }
  }
})

test('a key in memory is decided before the middleware returns', async () => {
  const verifier = createVerifier({ resolve: async () => resolve(), cache: { max: 10, maxStalenessMs: 60_000 } })
  await verifier.verify(authorization)
  const isSettled: boolean[] = []
  const app = new Koa().use(async (ctx) => {
    let isCalled = false
    const returned: unknown = authenticate(verifier)(ctx as never, async () => {
      isCalled = true
    })
    isSettled.push(isCalled)
    await returned
    ctx.status = 204
  })
  const get = await client(app)
  expect((await get())[0]).toBe(204)
  expect(isSettled).toEqual([true])
})

test('what cannot be used is refused when the middleware is made', () => {
  const verifier = createVerifier({ resolve })
  expect(() => authenticate({} as typeof verifier)).toThrow(TypeError)
  expect(() => authenticate(verifier, { optional: 'yes' as unknown as boolean })).toThrow('`optional`')
  expect(() => authenticate(verifier, { onDenied: 'own' as unknown as () => void })).toThrow('`onDenied`')
  expect(() => authenticate(verifier, { onFailure: () => {} } as object)).toThrow('no option `onFailure`')
  expect(() => requireScopes()).toThrow(TypeError)
  expect(() => requireScopes('posts read')).toThrow(TypeError)
})

async function client(app: Koa): Promise<() => Promise<[status: number, body: string]>> {
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return async () => {
    const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { authorization } })
    return [response.status, await response.text()]
  }
}

test.each([
  [false, '127.0.0.1'],
  [true, '203.0.113.7'],
])('with `proxy` %s, `accepted` tells the address %s', async (proxy, address) => {
  const verifier = createVerifier({ resolve: () => ({ id: 'key_1' }) })
  const heard: unknown[] = []
  verifier.on('accepted', (event) => heard.push(event.address))
  const server = new Koa({ proxy }).use(authenticate(verifier)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const { port } = server.address() as AddressInfo
    await fetch(`http://127.0.0.1:${port}/`, { headers: { authorization, 'x-forwarded-for': '203.0.113.7' } })
  } finally {
    server.close()
  }
  expect(heard).toEqual([address])
})
