import type { Reason } from './events.ts'
import type { Captured } from './record.ts'

/**
 * The first reason to refuse a key at this moment, or `undefined`. Runs on every request, cached or not. Written so
 * that a clock that answers `NaN` refuses.
 *
 * @param key what was captured of the record
 * @param tokenEnvironment the environment in the token, if its format has one
 * @param now epoch milliseconds
 */
export function firstFailure(key: Captured, tokenEnvironment: string | undefined, now: number): Reason | undefined {
  if (key.revoked) return 'revoked'
  if (key.disabled) return 'disabled'
  if (!(now >= key.notBefore)) return 'not_yet_valid'
  if (!(now < key.expiresAt)) return 'expired'
  if (tokenEnvironment !== undefined && key.environment !== undefined && tokenEnvironment !== key.environment)
    return 'environment'
  return undefined
}
