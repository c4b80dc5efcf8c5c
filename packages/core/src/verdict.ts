import type { Principal } from './principal.ts'
import type { KeyRecord } from './record.ts'

/** What `verify()` answers: who the request acts as, or why not. */
export type Verdict<K extends KeyRecord = KeyRecord, S extends string = string> =
  | { readonly ok: true; readonly principal: Principal<K, S> }
  | { readonly ok: false; readonly denial: Denial }

/** The stable names of the denials; the wording beside them may change, these do not. */
export type DenialCode = 'missing' | 'malformed' | 'invalid' | 'insufficient_scope' | 'unavailable'

/** A refusal that is ready to be sent. It says nothing that an attacker could use. */
export interface Denial {
  readonly code: DenialCode
  /** HTTP status. */
  readonly status: number
  /** The `WWW-Authenticate` value; none where asking for credentials would not help. */
  readonly challenge: string | undefined
  /** RFC 9457 problem details; `body` is this, written once. */
  readonly problem: Problem
  /** All fields that belong to the answer. */
  readonly headers: Readonly<Record<string, string>>
  /** The answer's content, `application/problem+json`. */
  readonly body: string
}

/** RFC 9457 §3.1 members, and the stable code. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: DenialCode
}

/** A row of the table of denials. */
export interface DenialRow {
  readonly status: number
  /** `error` of the challenge, RFC 6750 §3.1; `null`: a challenge without one; `undefined`: no challenge. */
  readonly error: string | null | undefined
  /** Where the standards say so. */
  readonly section: string
  /** Fixed text for the client. */
  readonly title: string
}

/** The one table of denials; `docs/denials.md` repeats it and a test compares them. */
export const DENIALS: Readonly<Record<DenialCode, DenialRow>> = Object.freeze({
  missing: Object.freeze({
    status: 401,
    error: null,
    section: 'RFC 6750 §3.1',
    title: 'No credentials were sent',
  }),
  malformed: Object.freeze({
    status: 400,
    error: 'invalid_request',
    section: 'RFC 6750 §3.1',
    title: 'The credentials cannot be read',
  }),
  invalid: Object.freeze({
    status: 401,
    error: 'invalid_token',
    section: 'RFC 6750 §3.1',
    title: 'The key is not accepted',
  }),
  insufficient_scope: Object.freeze({
    status: 403,
    error: 'insufficient_scope',
    section: 'RFC 6750 §3.1',
    title: 'The key does not grant what this needs',
  }),
  unavailable: Object.freeze({
    status: 503,
    error: undefined,
    section: 'RFC 9110 §15.6.4',
    title: 'Keys cannot be checked at the moment',
  }),
})

/** The codes that a credential alone can earn; the scopes are the route's. */
export type RefusalCode = Exclude<DenialCode, 'insufficient_scope'>

/** A verdict that accepts. */
export interface Acceptance<K extends KeyRecord, S extends string> {
  readonly ok: true
  readonly principal: Principal<K, S>
}

/** A verdict that refuses. */
export interface Refusal {
  readonly ok: false
  readonly denial: Denial
}

/** The refusing verdicts of one realm, made once: a refusal allocates nothing. */
export function refusalsOf(denials: Readonly<Record<RefusalCode, Denial>>): Readonly<Record<RefusalCode, Refusal>> {
  const refusal = (denial: Denial): Refusal => Object.freeze({ ok: false, denial })
  return Object.freeze({
    missing: refusal(denials.missing),
    malformed: refusal(denials.malformed),
    invalid: refusal(denials.invalid),
    unavailable: refusal(denials.unavailable),
  })
}
