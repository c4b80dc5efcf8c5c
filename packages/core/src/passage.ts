import type { Principal } from './principal.ts'
import type { KeyRecord } from './record.ts'
import type { RequestFields } from './request.ts'
import { type ScopeRequirement, scopeRequirement } from './scopes.ts'
import type { Denial, Verdict } from './verdict.ts'
import type { Verifier } from './verifier.ts'

/**
 * What every adapter's `authenticate()` takes. `OnDenied` is the framework's own kind of handler. `Lax` is `true` where one
 * of the options, by its type, may let a request pass without a principal.
 */
export interface AuthenticateOptions<OnDenied, Lax extends boolean = boolean> {
  /**
   * Lets requests without credentials pass, without a principal. Bad credentials are refused all the same.
   * Default `false`.
   */
  readonly optional?: Lax
  /**
   * Lets a CORS preflight pass: `OPTIONS` with `Origin` and `Access-Control-Request-Method`. Default `false`; better
   * mount the CORS middleware in front.
   */
  readonly preflight?: Lax
  /** Answers a denial in place of the default problem answer; also those of `requireScopes()` behind it. */
  readonly onDenied?: OnDenied
}

/** What stands in place of a principal behind `authenticate()`: nothing at all, unless an option may let others pass. */
export type AbsentIf<Lax extends boolean> = true extends Lax ? undefined : never

/** What `authenticate()` leaves on a request for itself, mounted again, and for `requireScopes()`. */
export interface Passage<OnDenied> {
  readonly verifier: Verifier
  /** None where authentication is optional and no credentials were sent, and for a preflight. */
  readonly principal: Principal | undefined
  readonly onDenied: OnDenied | undefined
}

/** What is known of a request when its verdict is there: it may pass, or it is denied. */
export type Outcome<OnDenied> =
  | { readonly passage: Passage<OnDenied>; readonly denial?: never }
  | { readonly denial: Denial; readonly passage?: never }

/** The framework-agnostic half of `authenticate()`. */
export interface Gate<K extends KeyRecord, S extends string, OnDenied> {
  readonly verifier: Verifier<K, S>
  readonly onDenied: OnDenied | undefined
  /** The passage of a request that need not be verified: it has passed this verifier, or is a preflight. */
  admit(
    passage: Passage<OnDenied> | undefined,
    method: string | undefined,
    request: RequestFields,
  ): Passage<OnDenied> | undefined
  /** What a verdict means here, `optional` and what another verifier found earlier considered. */
  outcome(verdict: Verdict<K, S>, earlier?: Passage<OnDenied>): Outcome<OnDenied>
}

/**
 * Checks what `authenticate()` was given. For writing an adapter; the three that there are consist of little else.
 *
 * @param verifier made by `createVerifier()`
 * @param options what `authenticate()` was called with
 * @throws {TypeError} naming what cannot be used
 * @example
 * ```ts
 * import { createGate, createVerifier, webRequest } from '@bearward/core'
 *
 * const gate = createGate(createVerifier({ resolve: () => null }), {})
 * export async function guarded(request: Request): Promise<Response> {
 *   const { denial, passage } = gate.outcome(await gate.verifier.verifyRequest(webRequest(request)))
 *   return denial ? new Response(denial.body, denial) : Response.json(passage.principal)
 * }
 * ```
 */
export function createGate<K extends KeyRecord, S extends string, OnDenied>(
  verifier: Verifier<K, S>,
  options: AuthenticateOptions<OnDenied>,
): Gate<K, S, OnDenied> {
  if (typeof verifier?.verifyRequest !== 'function') {
    throw new TypeError('authenticate: the first argument must be a verifier, made by createVerifier()')
  }
  if (typeof options !== 'object' || options === null) throw new TypeError('authenticate: options must be an object')
  const { optional = false, preflight = false, onDenied } = options
  for (const name of Object.keys(options)) {
    if (!['optional', 'preflight', 'onDenied'].includes(name))
      throw new TypeError(`authenticate: there is no option \`${name}\``)
  }
  if (typeof optional !== 'boolean') throw new TypeError('authenticate: option `optional` must be true or false')
  if (typeof preflight !== 'boolean') throw new TypeError('authenticate: option `preflight` must be true or false')
  if (onDenied !== undefined && typeof onDenied !== 'function') {
    throw new TypeError('authenticate: option `onDenied` must be a function')
  }
  const absent: Passage<OnDenied> = Object.freeze({ verifier, principal: undefined, onDenied })
  return {
    verifier,
    onDenied,
    admit(passage, method, request) {
      if (passage?.verifier === verifier && passage.principal !== undefined) return passage
      return preflight && method === 'OPTIONS' && isPreflight(request) ? absent : undefined
    },
    outcome(verdict, earlier) {
      if (verdict.ok) return { passage: { verifier, principal: verdict.principal, onDenied } }
      if (!optional || verdict.denial.code !== 'missing') return { denial: verdict.denial }
      // Nobody here does not undo somebody there.
      return { passage: earlier?.principal === undefined ? absent : earlier }
    },
  }
}

/** Fetch §3.2.2: what makes an `OPTIONS` request a CORS preflight. */
function isPreflight(request: RequestFields): boolean {
  return Boolean(request.field('origin')) && Boolean(request.field('access-control-request-method'))
}

/** `requireScopes` of an adapter: all of some scopes, or with `any` at least one. */
export interface RequireScopes<S extends string, Handler> {
  (...scopes: readonly S[]): Handler
  readonly any: (...scopes: readonly S[]) => Handler
}

/**
 * Makes `requireScopes` for an adapter from the one thing that differs: the framework's handler.
 *
 * @param handlerFor makes the handler of a route from what the route needs, and hands `verifier` on to `denialOf()`
 * @param verifier the only one whose principals the routes take. Default: the one that the request came through last
 * @example
 * ```ts
 * import { denialOf, type Passage, scopeGuard } from '@bearward/core'
 *
 * type Handler = (request: { passage?: Passage<never> }) => Response | undefined
 * export const requireScopes = scopeGuard<Handler>((requirement) => ({ passage }) => {
 *   const denial = denialOf(passage, requirement)
 *   return denial && new Response(denial.body, denial)
 * })
 * ```
 */
export function scopeGuard<Handler>(
  handlerFor: (requirement: ScopeRequirement, verifier?: unknown) => Handler,
  verifier?: unknown,
): RequireScopes<string, Handler> {
  return Object.assign((...scopes: readonly string[]) => handlerFor(scopeRequirement('all', scopes), verifier), {
    any: (...scopes: readonly string[]) => handlerFor(scopeRequirement('any', scopes), verifier),
  })
}

/**
 * Whether a request that came through `authenticate()` may use a route. For writing an adapter.
 *
 * @returns the denial to send, or `undefined`
 * @throws {Error} when the request did not come through `authenticate()`, or not through that of `verifier`: the
 *   application is wired wrongly
 */
export function denialOf(
  passage: Passage<unknown> | undefined,
  requirement: ScopeRequirement,
  verifier?: unknown,
): Denial | undefined {
  if (passage === undefined) {
    throw new Error(
      'requireScopes: nothing has authenticated this request; mount authenticate(verifier) in front of this route',
    )
  }
  if (verifier !== undefined && passage.verifier !== verifier) {
    throw new Error('requireScopes: this request came through the authenticate() of another verifier')
  }
  return passage.verifier.authorize(passage.principal, requirement)
}

/**
 * The `next` that an `onDenied` of Express is given: it hands an error on, and lets nobody in.
 *
 * @param next the framework's own
 */
export function errorsOnly(next: (error?: unknown) => void): (error?: unknown) => void {
  return (error) => {
    // What Express takes for "go on": nothing, anything falsy, and two words that skip handlers.
    const wouldGoOn = !error || error === 'route' || error === 'router'
    next(wouldGoOn ? new Error('onDenied: next() would let a denied request in; answer, or call next(error)') : error)
  }
}

/**
 * The principal of a request that came through `authenticate(verifier)`, with the record type of that verifier. For
 * adapters whose framework cannot carry the type; none where authentication is optional and nothing was sent.
 *
 * @throws {Error} when the request came through another verifier's `authenticate()`, or none
 */
export function principalOf<K extends KeyRecord, S extends string>(
  verifier: Verifier<K, S>,
  passage: Passage<unknown> | undefined,
): Principal<K, S> {
  if (passage === undefined || (passage.verifier as unknown) !== verifier) {
    throw new Error('principal: this request did not come through this authenticate()')
  }
  return passage.principal as Principal<K, S>
}
