import { createVerifier, type Principal, type ScopeSet } from '@bearward/core'
import { type AuthEnv, authenticate, requireScopes } from '@bearward/hono'
import { Hono, type MiddlewareHandler } from 'hono'
import { expectTypeOf, test } from 'vitest'

interface Row {
  readonly id: string
  readonly plan: 'free' | 'pro'
}

const resolve = (): Row => ({ id: 'key_1', plan: 'pro' })
const auth = authenticate(createVerifier({ resolve, scopes: ['posts:read', 'posts:write'] }))

test('the record’s type reaches c.var.auth without a cast', () => {
  new Hono().use(auth).get('/', (c) => {
    expectTypeOf(c.var.auth.key).toEqualTypeOf<Row>()
    expectTypeOf(c.var.auth.scopes).toEqualTypeOf<ScopeSet<'posts:read' | 'posts:write'>>()
    expectTypeOf(c.get('auth')).toEqualTypeOf<Principal<Row, 'posts:read' | 'posts:write'>>()
    // @ts-expect-error a field that the record does not have
    return c.json(c.var.auth.key.pln)
  })
  new Hono().get('/', auth, auth.requireScopes('posts:read'), (c) => c.json(c.var.auth.key.plan))
})

test('an application that is typed apart from its middleware says so itself', () => {
  new Hono<AuthEnv<Row>>().get('/', (c) => c.json(c.var.auth.key.plan))
})

test('without authenticate() there is no principal', () => {
  new Hono().get('/', (c) => {
    // @ts-expect-error nothing has authenticated this request
    const principal: Principal = c.var.auth
    return c.json(principal === undefined)
  })
})

test('a misspelt scope does not compile where scopes were declared', () => {
  auth.requireScopes('posts:read', 'posts:write')
  // @ts-expect-error `post`, not `posts`
  auth.requireScopes('post:read')
  // @ts-expect-error the same for any
  auth.requireScopes.any('posts:read', 'post:write')
  expectTypeOf((scope: string) => requireScopes(scope)).returns.toEqualTypeOf<MiddlewareHandler>()
})

test('optional authentication makes the principal possibly undefined', () => {
  new Hono().use(authenticate(createVerifier({ resolve }), { optional: true })).get('/', (c) => {
    expectTypeOf(c.var.auth).toEqualTypeOf<Principal<Row> | undefined>()
    // @ts-expect-error nobody may have sent credentials
    return c.json(c.var.auth.keyId)
  })
})

test('an option that lets others pass is read beside a handler whose parameters it types', () => {
  const verifier = createVerifier({ resolve })
  new Hono()
    .use(authenticate(verifier, { optional: true, onDenied: (denial, c) => c.text(denial.code, 401) }))
    .get('/', (c) => {
      expectTypeOf(c.var.auth).toEqualTypeOf<Principal<Row> | undefined>()
      return c.body(null)
    })
  new Hono().use(authenticate(verifier, { onDenied: (denial, c) => c.text(denial.code, 401) })).get('/', (c) => {
    expectTypeOf(c.var.auth).toEqualTypeOf<Principal<Row>>()
    return c.body(null)
  })
})

test('options of the wrong shape do not compile', () => {
  const verifier = createVerifier({ resolve })
  if (false as boolean) {
    // @ts-expect-error there is no such option
    authenticate(verifier, { optinal: true })
    // @ts-expect-error a verifier comes first
    authenticate({ optional: true })
    // @ts-expect-error a denial is answered with a Response
    authenticate(verifier, { onDenied: () => 'no' })
  }
  authenticate(verifier, {
    onDenied(denial, c) {
      expectTypeOf(denial.status).toEqualTypeOf<number>()
      return c.text(denial.code, 401)
    },
  })
})
