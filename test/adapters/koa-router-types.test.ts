import { createVerifier } from '@bearward/core'
import { type AuthState, authenticate } from '@bearward/koa'
import Router from '@koa/router'
import { expectTypeOf, test } from 'vitest'

interface Row {
  readonly id: string
  readonly plan: 'free' | 'pro'
}

const auth = authenticate(
  createVerifier({ resolve: (): Row => ({ id: 'key_1', plan: 'pro' }), scopes: ['posts:read'] }),
)

test('the record’s type reaches the handlers of a route that names authenticate()', () => {
  new Router().get('/plan', auth, (ctx) => {
    expectTypeOf(ctx.state.auth.key).toEqualTypeOf<Row>()
    // @ts-expect-error a field that the record does not have
    ctx.body = ctx.state.auth.key.pln
  })
})

test('a router that is typed by its state knows the record in every handler', () => {
  new Router<AuthState<Row, 'posts:read'>>().use(auth).get('/plan', auth.requireScopes('posts:read'), (ctx) => {
    expectTypeOf(ctx.state.auth.key).toEqualTypeOf<Row>()
    expectTypeOf(ctx.state.auth.scopes.has).parameter(0).toEqualTypeOf<'posts:read'>()
    // @ts-expect-error a field that the record does not have
    ctx.body = ctx.state.auth.key.pln
  })
})
