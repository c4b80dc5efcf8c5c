import { createVerifier, type Principal, type ScopeSet } from '@bearward/core'
import { authenticate, requireScopes } from '@bearward/koa'
import Koa, { type Middleware } from 'koa'
import { expectTypeOf, test } from 'vitest'

interface Row {
  readonly id: string
  readonly plan: 'free' | 'pro'
}

const resolve = (): Row => ({ id: 'key_1', plan: 'pro' })
const auth = authenticate(createVerifier({ resolve, scopes: ['posts:read', 'posts:write'] }))

test('the record’s type reaches ctx.state.auth without a cast', () => {
  new Koa().use(auth).use((ctx) => {
    expectTypeOf(ctx.state.auth.key).toEqualTypeOf<Row>()
    expectTypeOf(ctx.state.auth.scopes).toEqualTypeOf<ScopeSet<'posts:read' | 'posts:write'>>()
    // @ts-expect-error a field that the record does not have
    ctx.body = ctx.state.auth.key.pln
  })
})

test('a misspelt scope does not compile where scopes were declared', () => {
  auth.requireScopes('posts:read', 'posts:write')
  // @ts-expect-error `post`, not `posts`
  auth.requireScopes('post:read')
  // @ts-expect-error the same for any
  auth.requireScopes.any('posts:read', 'post:write')
  expectTypeOf((scope: string) => requireScopes(scope)).returns.toEqualTypeOf<Middleware>()
})

test('scopes behind authenticate() keep the state’s type', () => {
  new Koa()
    .use(auth)
    .use(auth.requireScopes('posts:read'))
    .use((ctx) => expectTypeOf(ctx.state.auth.key).toEqualTypeOf<Row>())
})

test('optional authentication makes the principal possibly undefined', () => {
  new Koa().use(authenticate(createVerifier({ resolve }), { optional: true })).use((ctx) => {
    expectTypeOf(ctx.state.auth).toEqualTypeOf<Principal<Row> | undefined>()
    // @ts-expect-error nobody may have sent credentials
    ctx.body = ctx.state.auth.keyId
  })
})

test('an option that lets others pass is read beside a handler whose parameters it types', () => {
  const verifier = createVerifier({ resolve })
  new Koa()
    .use(authenticate(verifier, { optional: true, onDenied: (denial, ctx) => ctx.throw(denial.status) }))
    .use((ctx) => expectTypeOf(ctx.state.auth).toEqualTypeOf<Principal<Row> | undefined>())
  new Koa()
    .use(authenticate(verifier, { onDenied: (denial, ctx) => ctx.throw(denial.status) }))
    .use((ctx) => expectTypeOf(ctx.state.auth).toEqualTypeOf<Principal<Row>>())
})

test('options of the wrong shape do not compile', () => {
  const verifier = createVerifier({ resolve })
  if (false as boolean) {
    // @ts-expect-error there is no such option
    authenticate(verifier, { optinal: true })
    // @ts-expect-error a verifier comes first
    authenticate({ optional: true })
  }
  authenticate(verifier, {
    onDenied(denial, ctx) {
      expectTypeOf(denial.status).toEqualTypeOf<number>()
      ctx.status = denial.status
    },
  })
})
