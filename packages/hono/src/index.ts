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
import { createGate, principalOf, refusalOf, scopeGuard, shownAuth, waitUntilIn, webRequest } from '@bearward/core'
import type { Context, MiddlewareHandler, Next } from 'hono'
import { some } from 'hono/combine'
import { HTTPException } from 'hono/http-exception'

/** Hono's environment behind `authenticate()`: `c.var.auth`. */
export interface AuthEnv<K extends KeyRecord = KeyRecord, S extends string = string, Absent = never> {
  Variables: {
    /** Who the request acts as; `Absent` is `undefined` where a request may pass without credentials. */
    auth: Principal<K, S> | Absent
  }
}

/** Answers a denial in place of the default. */
export type OnDenied = (denial: Denial, c: Context) => Response | Promise<Response>

/** The middleware that `authenticate()` returns; its members take the declared scopes alone, and know the record's type. */
export type Authenticate<Env extends { Variables: { auth: unknown } }, S extends string> = MiddlewareHandler<Env> & {
  readonly requireScopes: RequireScopes<S, MiddlewareHandler>
  /** The principal of a request behind this middleware, not the value of `c.var.auth`. Throws on any other request. */
  readonly principal: (c: Context) => Env['Variables']['auth']
}

/** A handler of a route. Hono wraps those of a sub-application that has an `onError` of its own. */
type Composed = MiddlewareHandler & { readonly __COMPOSED_HANDLER?: Composed }

/** The place of the passage among the context's variables, under a name that no application can use. */
const PASSAGE = Symbol('bearward.passage') as unknown as string
const passageIn = (c: Context) => c.get(PASSAGE) as Passage<OnDenied> | undefined

/**
 * Refuses requests without an accepted key; sets `c.var.auth` on the others. Runs wherever Hono does.
 * @throws {TypeError} when the verifier, made by `createVerifier()`, or an option cannot be used
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

  const middleware = (c: Context, next: Next): ReturnType<MiddlewareHandler> => {
    const outcome = gate.decide(passageIn(c), c.req.method, webRequest(c.req.raw, c.env?.incoming, waitUntilIn(c)))
    return outcome instanceof Promise ? outcome.then((value) => settle(value, c, next)) : settle(outcome, c, next)
  }

  const principal = (c: Context): Principal<K, S> => principalOf(verifier, passageIn(c))
  return Object.assign(middleware, { requireScopes: scopeGuard(handlerFor, verifier), principal })
}

/**
 * Refuses keys that lack one of the scopes; `requireScopes.any()` those that have none. Goes behind `authenticate()`.
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
    const refusal = refusalOf(passageIn(c), requirement, verifier)
    return refusal === undefined ? next() : answer(refusal, c, next)
  }
}

function settle({ passage, denial }: Outcome<OnDenied>, c: Context, next: Next): ReturnType<MiddlewareHandler> {
  c.set(PASSAGE, passage)
  if (denial !== undefined) return answer({ denial, onDenied: passage.onDenied }, c, next)
  c.set('auth', shownAuth(passage, c.get('auth')))
  return next()
}

async function answer({ denial, onDenied }: ScopeRefusal<OnDenied>, c: Context, next: Next): Promise<Response> {
  if (isAlternative(c, next)) {
    const res = await (onDenied?.(denial, c) ?? new Response(denial.body, denial))
    throw new HTTPException(res.status as 401, { res, message: denial.problem.title, cause: denial })
  }
  // Set as well as returned: `some()` before Hono 4.13.12, and `every()` before 4.6.3, drop what a middleware returns.
  c.res = await (onDenied?.(denial, c) ?? c.body(denial.body, denial.status as 401, { ...denial.headers }))
  return c.res
}

// hono/combine: `some()` tries the next alternative after a throw alone, and does not say that it is the caller. All the
// functions that it returns have one text, and so have those that it hands on as `next` (since Hono 4.7.1).
const textsOfSome = new Set([some().toString()])
void some(async (_c, next) => void textsOfSome.add(next.toString()))({} as Context, some() as Next)

function isAlternative(c: Context, next: Next): boolean {
  let handler = c.req.matchedRoutes?.[c.req.routeIndex]?.handler as Composed | undefined
  while (handler?.__COMPOSED_HANDLER !== undefined) handler = handler.__COMPOSED_HANDLER
  return [next, handler].some((each) => each !== undefined && textsOfSome.has(each.toString()))
}
