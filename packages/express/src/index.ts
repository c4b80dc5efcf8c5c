// biome-ignore-all lint/suspicious/noEmptyInterface: applications add to `Register`
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
import { createGate, errorsOnly, nodeRequest, principalOf, refusalOf, scopeGuard, shownAuth } from '@bearward/core'
import type { NextFunction, Request, RequestHandler, Response } from 'express'

/** A place for the type of `req.auth` where another library declares one: add a property `auth` of that type. */
export interface Register {}

/** The part of a request that `authenticate()` sets. */
export interface RequestAuth {
  /** The identity that the request acts as, behind `authenticate()`. With your record's own type: `auth.principal(req)`. */
  auth?: (Register extends { auth: infer Other } ? Other : Principal) | undefined
}

declare global {
  namespace Express {
    // biome-ignore lint/suspicious/noTsIgnore: there is an error beside such a library alone
    // @ts-ignore Inherited, so that the `auth` of a library that declares one overrides it.
    interface Request extends RequestAuth {}
  }
}

/** Answers a denial in place of the default; `next(error)` hands one to the application's error handlers. */
export type OnDenied = (denial: Denial, req: Request, res: Response, next: NextFunction) => void | Promise<void>

/** What `authenticate()` returns: the middleware, and what is typed by its verifier. */
export interface Authenticate<K extends KeyRecord, S extends string, Absent = never> extends RequestHandler {
  /** `requireScopes` that takes the declared scopes alone. */
  readonly requireScopes: RequireScopes<S, RequestHandler>
  /** The principal of a request behind this middleware, with your record's own type. Throws on any other request. */
  readonly principal: (req: Request) => Principal<K, S> | Absent
}

const PASSAGE: unique symbol = Symbol('bearward.passage')
type Passed = Request & { [PASSAGE]?: Passage<OnDenied> }

/**
 * Refuses requests without an accepted key; sets `req.auth` on the others. Works in Express 4 and 5.
 * @param verifier made by `createVerifier()`
 * @throws {TypeError} when the verifier or an option cannot be used
 * @example
 * ```ts
 * import { createVerifier } from '@bearward/core'
 * import { authenticate } from '@bearward/express'
 * import express from 'express'
 *
 * const auth = authenticate(createVerifier({ resolve: async () => ({ id: 'key_1', plan: 'pro' }) }))
 * const app = express()
 * app.get('/v1/plan', auth, (req, res) => res.json({ plan: auth.principal(req).key.plan }))
 * ```
 */
export function authenticate<K extends KeyRecord, S extends string, Lax extends boolean = false>(
  verifier: Verifier<K, S>,
  options?: AuthenticateOptions<OnDenied, Lax>,
): Authenticate<K, S, AbsentIf<Lax>> {
  const gate = createGate<K, S, OnDenied>(verifier, options ?? {})
  const middleware = (req: Passed, res: Response, next: NextFunction): void => {
    const outcome = gate.decide(req[PASSAGE], req.method, nodeRequest(req, req))
    if (outcome instanceof Promise) outcome.then((value) => settle(value, req, res, next)).catch(next)
    else settle(outcome, req, res, next)
  }

  const principal = (req: Passed): Principal<K, S> => principalOf(verifier, req[PASSAGE])
  return Object.assign(middleware, { requireScopes: scopeGuard(handlerFor, verifier), principal })
}

/**
 * Refuses keys that lack one of the scopes; `requireScopes.any()` those that have none. Goes behind `authenticate()`.
 * @throws {TypeError} when no scope is named, or one cannot be written in a challenge
 * @example
 * ```ts
 * import { requireScopes } from '@bearward/express'
 * import { Router } from 'express'
 *
 * Router().delete('/posts/:id', requireScopes('posts:write', 'posts:delete'), (_req, res) => res.status(204).end())
 * ```
 */
export const requireScopes: RequireScopes<string, RequestHandler> = scopeGuard(handlerFor)

function handlerFor(requirement: ScopeRequirement, verifier?: unknown): RequestHandler {
  return (req: Passed, res, next) => {
    const refusal = refusalOf(req[PASSAGE], requirement, verifier)
    if (refusal === undefined) next()
    else answer(refusal, req, res, next)
  }
}

function settle({ passage, denial }: Outcome<OnDenied>, req: Passed, res: Response, next: NextFunction): void {
  req[PASSAGE] = passage
  if (denial !== undefined) answer({ denial, onDenied: passage.onDenied }, req, res, next)
  else {
    const shown: { auth?: unknown } = req
    shown.auth = shownAuth(passage, shown.auth)
    next()
  }
}

function answer({ denial, onDenied }: ScopeRefusal<OnDenied>, req: Request, res: Response, next: NextFunction): void {
  if (onDenied !== undefined) {
    Promise.resolve(onDenied(denial, req, res, errorsOnly(next))).catch(next)
    return
  }
  res.statusCode = denial.status
  for (const name in denial.headers) res.setHeader(name, denial.headers[name] as string)
  res.end(denial.body)
}
