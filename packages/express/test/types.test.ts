import { createVerifier, type Principal, type ScopeSet } from '@bearward/core'
import { authenticate, requireScopes } from '@bearward/express'
import express, { type Request, type RequestHandler } from 'express'
import { expectTypeOf, test } from 'vitest'

interface Row {
  readonly id: string
  readonly plan: 'free' | 'pro'
}

const resolve = (): Row => ({ id: 'key_1', plan: 'pro' })
const auth = authenticate(createVerifier({ resolve, scopes: ['posts:read', 'posts:write'] }))

test('the record’s type reaches the handler without a cast', () => {
  type Accessor = typeof auth.principal
  expectTypeOf<ReturnType<Accessor>['key']>().toEqualTypeOf<Row>()
  expectTypeOf<ReturnType<Accessor>['key']['plan']>().toEqualTypeOf<'free' | 'pro'>()
  expectTypeOf<ReturnType<Accessor>['scopes']>().toEqualTypeOf<ScopeSet<'posts:read' | 'posts:write'>>()
  // @ts-expect-error a field that the record does not have
  express().get('/', auth, (req, res) => res.json(auth.principal(req).key.pln))
})

test('a misspelt scope does not compile where scopes were declared', () => {
  auth.requireScopes('posts:read', 'posts:write')
  auth.requireScopes.any('posts:read')
  // @ts-expect-error `post`, not `posts`
  auth.requireScopes('post:read')
  // @ts-expect-error the same in the second place
  auth.requireScopes('posts:read', 'post:write')
  // @ts-expect-error the same for any
  auth.requireScopes.any('post:read')
  // @ts-expect-error a list is not an argument each
  if (false as boolean) auth.requireScopes(['posts:read'])
  expectTypeOf((scope: string) => requireScopes(scope)).returns.toEqualTypeOf<RequestHandler>()
})

test('a request does not claim to have a principal', () => {
  expectTypeOf<Request['auth']>().toEqualTypeOf<Principal | undefined>()
  // @ts-expect-error `req.auth` may be undefined
  express().get('/', (req, res) => res.json(req.auth.keyId))
  express().get('/', (req, res) => res.json(req.auth?.keyId))
})

test('optional authentication makes the principal possibly undefined', () => {
  const optional = authenticate(createVerifier({ resolve }), { optional: true })
  expectTypeOf<ReturnType<typeof optional.principal>>().toEqualTypeOf<Principal<Row> | undefined>()
  // @ts-expect-error nobody may have sent credentials
  express().get('/', optional, (req, res) => res.json(optional.principal(req).keyId))
  const required = authenticate(createVerifier({ resolve }), { optional: false })
  expectTypeOf<ReturnType<typeof required.principal>>().toEqualTypeOf<Principal<Row>>()
})

test('an option that lets others pass is read beside a handler whose parameters it types', () => {
  const verifier = createVerifier({ resolve })
  const optional = authenticate(verifier, { optional: true, onDenied: (denial, _req, res) => void res.send(denial.problem.title) })
  expectTypeOf<ReturnType<typeof optional.principal>>().toEqualTypeOf<Principal<Row> | undefined>()
  const preflight = authenticate(verifier, { onDenied: (_denial, _req, res) => void res.end(), optional: false, preflight: true })
  expectTypeOf<ReturnType<typeof preflight.principal>>().toEqualTypeOf<Principal<Row> | undefined>()
  const required = authenticate(verifier, { onDenied: (denial, _req, res) => void res.send(denial.problem.title) })
  expectTypeOf<ReturnType<typeof required.principal>>().toEqualTypeOf<Principal<Row>>()
})

test('options and resolvers of the wrong shape do not compile', () => {
  const verifier = createVerifier({ resolve })
  if (false as boolean) {
    // @ts-expect-error there is no such option
    authenticate(verifier, { optinal: true })
    // @ts-expect-error a verifier comes first
    authenticate({ optional: true })
    // @ts-expect-error a record has an id
    createVerifier({ resolve: () => ({ plan: 'pro' }) })
  }
  authenticate(verifier, {
    onDenied(denial, _req, res, next) {
      expectTypeOf(denial.status).toEqualTypeOf<number>()
      if (denial.code === 'unavailable') next(denial)
      else res.status(denial.status).end()
    },
  })
})
