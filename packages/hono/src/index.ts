import type {
  AbsentIf,
  AuthenticateOptions,
  Denial,
  KeyRecord,
  Passage,
  Principal,
  RequireScopes,
  ScopeRequirement,
  Verdict,
  Verifier,
} from '@bearward/core'
import { createGate, denialOf, scopeGuard, webRequest } from '@bearward/core'
import type { Context, MiddlewareHandler, Next } from 'hono'

/** Hono's environment behind `authenticate()`: `c.var.auth`. */
export interface AuthEnv<K extends KeyRecord = KeyRecord, S extends string = string, Absent = never> {
  Variables: {
    /** Who the request acts as; `Absent` is `undefined` where a request may pass without credentials. */
    auth: Principal<K, S> | Absent
  }
}

/** Answers a denial in place of the default. */
export type OnDenied = (denial: Denial, c: Context) => Response | Promise<Response>

/** What `authenticate()` returns: the middleware, and `requireScopes` that takes the declared scopes alone. */
export type Authenticate<Env extends { Variables: object }, S extends string> = MiddlewareHandler<Env> & {
  readonly requireScopes: RequireScopes<S, MiddlewareHandler>
}

/** Where the passage stands among the context's variables; no name of the application's can meet it. */
const PASSAGE = Symbol('bearward.passage') as unknown as string

/**
 * Refuses requests without an accepted key; sets `c.var.auth` on the others. Runs wherever Hono does.
 *
 * @param verifier made by `createVerifier()`
 * @param options `optional`, `preflight`, `onDenied`
 * @throws {TypeError} when the verifier or an option cannot be used
 * @example
 * ```ts
 * import { createVerifier } from '@bearward/core'
 * import { authenticate } from '@bearward/hono'
 * import { Hono } from 'hono'
 *
 * const verifier = createVerifier({ resolve: async () => ({ id: 'key_1', plan: 'pro' }) })
 * export default new Hono().use(authenticate(verifier)).get('/v1/plan', (c) => c.json({ plan: c.var.auth.key.plan }))
 * ```
 */
export function authenticate<K extends KeyRecord, S extends string, Lax extends boolean = false>(
  verifier: Verifier<K, S>,
  options?: AuthenticateOptions<OnDenied, Lax>,
): Authenticate<AuthEnv<K, S, AbsentIf<Lax>>, S> {
  const gate = createGate<K, S, OnDenied>(verifier, options ?? {})

  const settle = (verdict: Verdict<K, S>, c: Context, next: Next): ReturnType<MiddlewareHandler> => {
    const { passage, denial } = gate.outcome(verdict, c.get(PASSAGE) as Passage<OnDenied> | undefined)
    return denial === undefined ? pass(passage, c, next) : answer(denial, gate.onDenied, c)
  }

  const middleware = (c: Context, next: Next): ReturnType<MiddlewareHandler> => {
    const request = webRequest(c.req.raw, c.env?.incoming, (work) => waitUntil(c, work))
    const admitted = gate.admit(c.get(PASSAGE) as Passage<OnDenied> | undefined, c.req.method, request)
    if (admitted !== undefined) return pass(admitted, c, next)
    const verdict = verifier.verifyRequest(request)
    return verdict instanceof Promise ? verdict.then((value) => settle(value, c, next)) : settle(verdict, c, next)
  }

  return Object.assign(middleware, { requireScopes: scopeGuard(handlerFor, verifier) })
}

/**
 * Refuses keys that lack one of the scopes; `requireScopes.any()` those that have none of them. Goes behind
 * `authenticate()`.
 *
 * @throws {TypeError} when no scope is named, or one cannot be written in a challenge
 * @example
 * ```ts
 * import { requireScopes } from '@bearward/hono'
 * import { Hono } from 'hono'
 *
 * new Hono().delete('/posts/:id', requireScopes('posts:write'), (c) => c.body(null, 204))
 * ```
 */
export const requireScopes: RequireScopes<string, MiddlewareHandler> = scopeGuard(handlerFor)

function handlerFor(requirement: ScopeRequirement, verifier?: unknown): MiddlewareHandler {
  return (c: Context, next: Next) => {
    const passage = c.get(PASSAGE) as Passage<OnDenied> | undefined
    const denial = denialOf(passage, requirement, verifier)
    return denial === undefined ? next() : answer(denial, passage?.onDenied, c)
  }
}

function waitUntil(c: Context, work: Promise<unknown>): void {
  let execution: Context['executionCtx'] | undefined
  try {
    execution = c.executionCtx
  } catch {
    // Hono throws where the runtime has none: there, work does not end with the response.
  }
  execution?.waitUntil(work)
}

function pass(passage: Passage<OnDenied>, c: Context, next: Next): Promise<void> {
  c.set(PASSAGE, passage)
  c.set('auth', passage.principal)
  return next()
}

async function answer(denial: Denial, onDenied: OnDenied | undefined, c: Context): Promise<Response> {
  if (onDenied !== undefined) return onDenied(denial, c)
  return c.body(denial.body, denial.status as 401, denial.headers as Record<string, string>)
}
