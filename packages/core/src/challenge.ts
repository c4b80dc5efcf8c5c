import type { ScopeRequirement } from './scopes.ts'
import { DENIALS, type Denial, type DenialCode, type DenialRow } from './verdict.ts'

/** Where the documentation of the denials lives; `type` of every problem is this and the code. */
const PROBLEM_TYPE = 'https://bearward.dev/denials#'

/** RFC 9110 §10.2.3: seconds after which asking again makes sense. */
const RETRY_AFTER_S = 1

/** What RFC 9110 §5.6.4 lets stand in a quoted string, less the tab and what is not ASCII. */
const WRITABLE = /^[\x20-\x7e]*$/

/** The denials of one realm, made once: a refusal costs no allocation. */
export interface Denials {
  readonly missing: Denial
  readonly malformed: Denial
  readonly invalid: Denial
  readonly unavailable: Denial
  /** The denial of a route, remembered for as long as the route exists. */
  insufficientScope(requirement: ScopeRequirement): Denial
}

/** The scheme that a challenge names: the one by which a client may send a key. */
export type ChallengeScheme = 'Bearer' | 'Basic'

/**
 * The only place that writes `WWW-Authenticate` and problem bodies.
 *
 * @param scheme default: `'Bearer'`
 * @throws {TypeError} when the realm cannot be written as a quoted string
 */
export function denialsOf(realm: string, scheme: ChallengeScheme = 'Bearer'): Denials {
  if (typeof realm !== 'string' || !WRITABLE.test(realm)) {
    throw new TypeError('createVerifier: option `realm` must be a string of printable ASCII')
  }
  const byRequirement = new WeakMap<ScopeRequirement, Denial>()
  return Object.freeze({
    missing: denial('missing', scheme, realm),
    malformed: denial('malformed', scheme, realm),
    invalid: denial('invalid', scheme, realm),
    unavailable: denial('unavailable', scheme, realm),
    insufficientScope(requirement: ScopeRequirement) {
      const known = byRequirement.get(requirement)
      if (known !== undefined) return known
      const made = denial('insufficient_scope', scheme, realm, requirement.scopes)
      byRequirement.set(requirement, made)
      return made
    },
  })
}

function denial(code: DenialCode, scheme: ChallengeScheme, realm: string, scopes?: readonly string[]): Denial {
  const row: DenialRow = DENIALS[code]
  const { status, title } = row
  const challenge = scheme === 'Basic' ? basicChallenge(row, realm) : bearerChallenge(row, realm, scopes)
  const problem = Object.freeze({ type: PROBLEM_TYPE + code, title, status, code })
  const headers: Record<string, string> = {
    'Cache-Control': 'no-store',
    'Content-Type': 'application/problem+json',
    ...(challenge !== undefined && { 'WWW-Authenticate': challenge }),
    ...(code === 'unavailable' && { 'Retry-After': String(RETRY_AFTER_S) }),
  }
  return Object.freeze({
    code,
    status,
    challenge,
    problem,
    headers: Object.freeze(headers),
    body: JSON.stringify(problem),
  })
}

/** RFC 6750 §3: realm first, then error, then the scopes that the route needs, separated by spaces. */
function bearerChallenge(row: DenialRow, realm: string, scopes?: readonly string[]): string | undefined {
  if (row.error === undefined) return undefined
  const parameters = [`realm=${quoted(realm)}`]
  if (row.error !== null) parameters.push(`error=${quoted(row.error)}`)
  if (scopes !== undefined) parameters.push(`scope=${quoted(scopes.join(' '))}`)
  return `Bearer ${parameters.join(', ')}`
}

/** RFC 7617 §2, §2.1: the realm, and the one `charset` there is. The scheme has no parameter for an error or a scope. */
function basicChallenge(row: DenialRow, realm: string): string | undefined {
  return row.error === undefined ? undefined : `Basic realm=${quoted(realm)}, charset="UTF-8"`
}

/** RFC 9110 §5.6.4 `quoted-string`. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
