import { type Passage, passageOf } from './mounts.ts'
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

/** The result of a verdict for a request: its passage, and the denial to send where it may not go on. */
export interface Outcome<OnDenied> {
  readonly passage: Passage<OnDenied>
  readonly denial?: Denial | undefined
}

/** The framework-agnostic half of `authenticate()`. */
export interface Gate<K extends KeyRecord, S extends string, OnDenied> {
  readonly verifier: Verifier<K, S>
  readonly onDenied: OnDenied | undefined
  /**
   * Decides on a request: at once when all that the verdict needs is in memory, otherwise with a promise. Never rejects.
   *
   * @param earlier the passage of the mount before this one
   */
  decide(
    earlier: Passage<OnDenied> | undefined,
    method: string | undefined,
    request: RequestFields,
  ): Outcome<OnDenied> | Promise<Outcome<OnDenied>>
  /** The passage of a request that this verifier need not verify: it has accepted it before, or it is a preflight. */
  admit(
    earlier: Passage<OnDenied> | undefined,
    method: string | undefined,
    request: RequestFields,
  ): Passage<OnDenied> | undefined
  /** The meaning of a verdict here, `optional` considered. */
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
 *   const { denial, passage } = await gate.decide(undefined, request.method, webRequest(request))
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
  const through = (
    earlier: Passage<OnDenied> | undefined,
    facts: Partial<Pick<Passage<OnDenied>, 'principal' | 'denial'>>,
  ): Passage<OnDenied> => ({ verifier, principal: undefined, onDenied, earlier, ...facts })
  const gate: Gate<K, S, OnDenied> = {
    verifier,
    onDenied,
    decide(earlier, method, request) {
      const admitted = gate.admit(earlier, method, request)
      if (admitted !== undefined) return { passage: admitted }
      const verdict = verifier.verifyRequest(request)
      return verdict instanceof Promise
        ? verdict.then((value) => gate.outcome(value, earlier))
        : gate.outcome(verdict, earlier)
    },
    admit(earlier, method, request) {
      const own = passageOf(earlier, verifier)
      if (own?.principal !== undefined) return own === earlier ? own : through(earlier, { principal: own.principal })
      return preflight && method === 'OPTIONS' && isPreflight(request) ? through(earlier, {}) : undefined
    },
    outcome(verdict, earlier) {
      if (verdict.ok) return { passage: through(earlier, { principal: verdict.principal }) }
      const { denial } = verdict
      if (optional && denial.code === 'missing') return { passage: through(earlier, {}) }
      return { passage: through(earlier, { denial }), denial }
    },
  }
  return gate
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
 * @param handlerFor makes the handler of a route from what the route needs, and hands `verifier` on to `refusalOf()` or `denialOf()`
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
