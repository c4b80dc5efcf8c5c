import { hash } from 'node:crypto'
import type { Finding, Place } from './finding.ts'
import type { Tokens } from './tokens.ts'

/** Keeps the fingerprint apart from the digest that a store holds: a report must not hold that. */
const DOMAIN = 'bearward scan fingerprint\n'

/** Describes a token by what may be printed. A path may hold a token too. */
export function describeToken(tokens: Tokens, token: string, place: Place): Finding {
  return {
    ...tokens.describe(token),
    fingerprint: hash('sha256', DOMAIN + token, 'hex').slice(0, 32),
    place: { ...place, path: tokens.mask(place.path) },
  }
}
