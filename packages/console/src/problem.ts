import type { Problem } from './schemas.ts'

/** Every way in which the console says no. Codes are stable; wording is not. `docs/console.md` repeats the table. */
export const PROBLEMS = {
  malformed_json: { status: 400, title: 'The body is not JSON' },
  invalid_query: { status: 400, title: 'A parameter of the address cannot be used' },
  invalid_header: { status: 400, title: 'A header field cannot be used' },
  unauthorized: { status: 401, title: 'Sign in first' },
  cross_site: { status: 403, title: 'Another site has sent this' },
  scope_not_yours: { status: 403, title: 'A scope that you may not give' },
  not_found: { status: 404, title: 'There is nothing here' },
  method_not_allowed: { status: 405, title: 'Not with this method' },
  too_slow: { status: 408, title: 'The body came too slowly' },
  already_issued: { status: 409, title: 'This request has made its key already' },
  already_rotated: { status: 409, title: 'The key has a successor already' },
  disabled: { status: 409, title: 'The key is disabled' },
  ended: { status: 409, title: 'The key has ended' },
  revoked: { status: 409, title: 'The key is revoked' },
  conflict: { status: 409, title: 'Others are changing this key' },
  stale: { status: 412, title: 'The key was changed meanwhile' },
  too_large: { status: 413, title: 'The body is too long' },
  unsupported_media_type: { status: 415, title: 'The body must be JSON' },
  invalid_input: { status: 422, title: 'Something in the body cannot be used' },
  idempotency_mismatch: { status: 422, title: 'This Idempotency-Key came with another body before' },
  precondition_required: { status: 428, title: 'If-Match is missing' },
  rate_limited: { status: 429, title: 'Too many keys at once' },
  unconfirmed: { status: 503, title: 'Done, and not confirmed' },
  unavailable: { status: 503, title: 'The console cannot answer now' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemCode = keyof typeof PROBLEMS

/** What an answer says beyond its code. */
export interface ProblemFacts {
  readonly errors?: NonNullable<Problem['errors']>
  readonly keyId?: string
  readonly key?: NonNullable<Problem['key']>
  readonly headers?: Readonly<Record<string, string>>
}

/** Says no. Thrown by what handles a request, and turned into an answer in one place. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: ProblemCode
  readonly headers: Readonly<Record<string, string>>
  readonly problem: Problem

  /** @param detail one sentence for the reader of the answer; holds nothing of the request but names of fields */
  constructor(code: ProblemCode, detail: string, { headers = {}, ...facts }: ProblemFacts = {}) {
    super(detail)
    const { status, title } = PROBLEMS[code]
    this.code = code
    this.headers = headers
    this.problem = { type: `https://bearward.dev/console#${code}`, title, status, code, detail, ...facts }
  }
}

/** The refusal as an answer. */
export function problemResponse({ problem, headers }: Refusal): Response {
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { 'Content-Type': 'application/problem+json', ...headers },
  })
}
