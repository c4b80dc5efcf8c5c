import type { Reason } from './events.ts'
import type { Captured } from './record.ts'

/**
 * What speaks against a key whatever the time, or `undefined`. Found when its record arrives, held against every
 * request.
 *
 * @param tokenEnvironment the environment in the token, if its format has one
 * @param isAccepted what the application's own condition said of the row
 */
export function standingFailure(
  key: Captured,
  tokenEnvironment: string | undefined,
  isAccepted: boolean,
): Reason | undefined {
  if (key.revoked) return 'revoked'
  if (key.disabled) return 'disabled'
  if (tokenEnvironment !== undefined && key.environment !== undefined && tokenEnvironment !== key.environment) {
    return 'environment'
  }
  return isAccepted ? undefined : 'refused_by_application'
}

/** When a key may act; `undefined` where nothing bounds it. */
export interface Lifetime {
  readonly notBefore: number | undefined
  readonly expiresAt: number | undefined
}

/**
 * What speaks against a key at this moment, or `undefined`. A clock that answers `NaN` refuses.
 *
 * @param now epoch milliseconds
 */
export function dateFailure({ notBefore, expiresAt }: Lifetime, now: number): Reason | undefined {
  if (notBefore !== undefined && !(now >= notBefore)) return 'not_yet_valid'
  if (expiresAt !== undefined ? !(now < expiresAt) : Number.isNaN(now)) return 'expired'
  return undefined
}
