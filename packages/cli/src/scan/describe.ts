import { hash } from 'node:crypto'
import type { KeyFormat } from '@bearward/core'
import type { Finding, Place } from './finding.ts'

/** Keeps the fingerprint apart from the digest that a store holds: a report must not hold that. */
const DOMAIN = 'bearward scan fingerprint\n'

/** Says of a token what may be printed. */
export function describeToken(format: KeyFormat, token: string, place: Place): Finding {
  const environment = format.parse(token)?.environment
  return {
    hint: format.hint(token),
    ...(environment === undefined ? {} : { environment }),
    fingerprint: hash('sha256', DOMAIN + token, 'hex').slice(0, 32),
    place,
  }
}
