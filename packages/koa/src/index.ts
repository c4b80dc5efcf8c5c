import type {
  AbsentIf,
  AuthenticateOptions,
  Denial,
  KeyRecord,
  Outcome,
  Passage,
  Principal,
  RequireScopes,
  ScopeRefusal,
  ScopeRequirement,
  Verifier,
} from '@bearward/core'
import { createGate, nodeRequest, principalOf, refusalOf, scopeGuard, shownAuth } from '@bearward/core'
import type { DefaultContext, DefaultState, Middleware, Next, ParameterizedContext } from 'koa'

/** `ctx.state` behind `authenticate()`. */
export interface AuthState<K extends KeyRecord = KeyRecord, S extends string = string, Absent = never>
  extends DefaultState {
  /** Who the request acts as; `Absent` is `undefined` where a request may pass without credentials. */
  auth: Principal<K, S> | Absent
}

/** Answers a denial in place of the default. */
export type OnDenied = (denial: Denial, ctx: ParameterizedContext) => unknown

/** The middleware that `authenticate()` returns, with members that are typed by its verifier. */
export type Authenticate<State extends { auth: unknown }, S extends string> = Middleware<State> & {
  /** `requireScopes` that takes the declared scopes alone. */
  readonly requireScopes: RequireScopes<S, Middleware>
  /** The principal of a request behind this middleware, not the value of `ctx.state.auth`. Throws on any other request. */
  readonly principal: (ctx: object) => State['auth']
}

const PASSAGE: unique symbol = Symbol('bearward.passage')
type Passed = ParameterizedContext<DefaultState, DefaultContext & { [PASSAGE]?: Passage<OnDenied> }>

/**
 * Refuses requests without an accepted key; sets `ctx.state.auth` on the others. Works in Koa 2 and 3, and on a
 * router of `@koa/router`.
 *
 * @param verifier made by `createVerifier()`
 * @param options `optional`, `preflight`, `onDenied`
 * @throws {TypeError} when the verifier or an option cannot be used
 * @example
 * ```ts
 * import { createVerifier } from '@bearward/core'
 * import { authenticate } from '@bearward/koa'
 * import Koa from 'koa'
 *
 * const verifier = createVerifier({ resolve: async () => ({ id: 'key_1', plan: 'pro' }) })
 * new Koa().use(authenticate(verifier)).use((ctx) => {
 *   ctx.body = { plan: ctx.state.auth.key.plan }
 * })
 * ```
 */
export function authenticate<K extends KeyRecord, S extends string, Lax extends boolean = false>(
  verifier: Verifier<K, S>,
  options?: AuthenticateOptions<OnDenied, Lax>,
): Authenticate<AuthState<K, S, AbsentIf<Lax>>, S> {
  const gate = createGate<K, S, OnDenied>(verifier, options ?? {})

  const middleware = (ctx: Passed, next: Next): unknown => {
    const outcome = gate.decide(ctx[PASSAGE], ctx.method, nodeRequest(ctx.req, ctx))
    return outcome instanceof Promise ? outcome.then((value) => settle(value, ctx, next)) : settle(outcome, ctx, next)
  }

  const principal = (ctx: object): Principal<K, S> => principalOf(verifier, (ctx as Passed)[PASSAGE])
  return Object.assign(middleware, { requireScopes: scopeGuard(handlerFor, verifier), principal })
}

/**
 * Refuses keys that lack one of the scopes; `requireScopes.any()` those that have none of them. Goes behind
 * `authenticate()`.
 *
 * @throws {TypeError} when no scope is named, or one cannot be written in a challenge
 * @example
 * ```ts
 * import { requireScopes } from '@bearward/koa'
 * import Router from '@koa/router'
 *
 * new Router().delete('/posts/:id', requireScopes('posts:write'), (ctx) => {
 *   ctx.status = 204
 * })
 * ```
 */
export const requireScopes: RequireScopes<string, Middleware> = scopeGuard(handlerFor)

function handlerFor(requirement: ScopeRequirement, verifier?: unknown): Middleware {
  return (ctx: Passed, next: Next) => {
    const refusal = refusalOf(ctx[PASSAGE], requirement, verifier)
    return refusal === undefined ? next() : answer(refusal, ctx)
  }
}

function settle({ passage, denial }: Outcome<OnDenied>, ctx: Passed, next: Next): unknown {
  ctx[PASSAGE] = passage
  if (denial !== undefined) return answer({ denial, onDenied: passage.onDenied }, ctx)
  ctx.state.auth = shownAuth(passage, ctx.state.auth)
  return next()
}

function answer({ denial, onDenied }: ScopeRefusal<OnDenied>, ctx: Passed): unknown {
  if (onDenied !== undefined) return onDenied(denial, ctx)
  ctx.status = denial.status
  ctx.body = denial.body
  // After the body: Koa sets a content type of its own with it.
  ctx.set(denial.headers as Record<string, string>)
  return undefined
}
