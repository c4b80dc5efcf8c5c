import { Principal } from './principal.ts'
import type { KeyRecord } from './record.ts'
import type { ScopeRequirement } from './scopes.ts'
import type { Denial } from './verdict.ts'
import type { Verifier } from './verifier.ts'

/**
 * The trace that a mount of `authenticate()` leaves on a request, for itself mounted again and for `requireScopes()`. It
 * alone decides; the value that a framework shows as `auth` belongs to the application.
 */
export interface Passage<OnDenied> {
  readonly verifier: Verifier
  /** None where authentication is optional and no credentials were sent, for a preflight, and beside `denial`. */
  readonly principal: Principal | undefined
  readonly onDenied: OnDenied | undefined
  /** The refusal, which matters where the application lets the request in by another way. */
  readonly denial?: Denial | undefined
  /** That of the mount that the request met before this one. */
  readonly earlier?: Passage<OnDenied> | undefined
}

/**
 * The passage of a request through the `authenticate()` of one verifier, or the last passage where none is named.
 *
 * @param passage the last one of the request
 * @param verifier the one that is looked for
 */
export function passageOf<OnDenied>(
  passage: Passage<OnDenied> | undefined,
  verifier?: unknown,
): Passage<OnDenied> | undefined {
  let found = passage
  while (found !== undefined && verifier !== undefined && found.verifier !== verifier) found = found.earlier
  return found
}

/** A denial, and the function of the mount that answers it, where the application gave one. */
export interface ScopeRefusal<OnDenied> {
  readonly denial: Denial
  readonly onDenied: OnDenied | undefined
}

/**
 * The refusal of a request that came through `authenticate()` and may not use a route. For writing an adapter.
 *
 * @param passage the last one of the request
 * @param requirement made by `scopeRequirement()`
 * @param verifier the only one whose principal counts. Default: that of the last passage
 * @returns the denial to send and the mount's `onDenied`, or `undefined` where the route may be used
 * @throws {Error} when the request did not come through `authenticate()`, or not through that of `verifier`: the
 *   application is wired wrongly
 */
export function refusalOf<OnDenied>(
  passage: Passage<OnDenied> | undefined,
  requirement: ScopeRequirement,
  verifier?: unknown,
): ScopeRefusal<OnDenied> | undefined {
  const found = passageOf(passage, verifier)
  if (found === undefined) {
    throw new Error(
      passage === undefined
        ? 'requireScopes: nothing has authenticated this request; mount authenticate(verifier) in front of this route'
        : 'requireScopes: this request came through the authenticate() of another verifier',
    )
  }
  const denial = found.denial ?? found.verifier.authorize(found.principal, requirement)
  return denial && { denial, onDenied: found.onDenied }
}

/**
 * The denial of `refusalOf()` alone, for an adapter without `onDenied`.
 *
 * @returns the denial to send, or `undefined`
 * @throws {Error} as `refusalOf()` does
 */
export function denialOf(
  passage: Passage<unknown> | undefined,
  requirement: ScopeRequirement,
  verifier?: unknown,
): Denial | undefined {
  return refusalOf(passage, requirement, verifier)?.denial
}

/**
 * The principal of a request that came through `authenticate(verifier)`, with the record type of that verifier; none
 * where authentication is optional and no credentials were sent.
 *
 * @throws {Error} when the request did not come through this verifier's `authenticate()`, or was refused by it
 */
export function principalOf<K extends KeyRecord, S extends string>(
  verifier: Verifier<K, S>,
  passage: Passage<unknown> | undefined,
): Principal<K, S> {
  const found = passageOf(passage, verifier)
  if (found === undefined || found.denial !== undefined) {
    throw new Error('principal: this request did not come through this authenticate()')
  }
  return found.principal as Principal<K, S>
}

/**
 * The value that a mount leaves where its framework shows the principal: `req.auth`, `ctx.state.auth`, `c.var.auth`. That
 * is the mount's own principal. A mount that has none removes the principal of another verifier, which is not its own,
 * and leaves the value of another library alone.
 *
 * @param passage the mount's
 * @param current the value that stands there
 */
export function shownAuth(passage: Passage<unknown>, current: unknown): Principal | undefined {
  if (passage.principal !== undefined) return passage.principal
  return current instanceof Principal ? undefined : (current as undefined)
}
