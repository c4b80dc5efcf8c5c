import { type Answer, valuesOf } from './wire.ts'

/** What of an answer decides; each field with all its values, so that a second challenge shows. */
export interface Facts {
  readonly status: number
  readonly challenge: readonly string[]
  readonly type: readonly string[]
  readonly cache: readonly string[]
  readonly retryAfter: readonly string[]
  readonly body: string
}

export function factsOf(answer: Answer): Facts {
  return {
    status: answer.status,
    challenge: valuesOf(answer, 'www-authenticate'),
    type: valuesOf(answer, 'content-type'),
    cache: valuesOf(answer, 'cache-control'),
    retryAfter: valuesOf(answer, 'retry-after'),
    body: answer.body,
  }
}

const EVERY_DENIAL = { type: ['application/problem+json'], cache: ['no-store'], retryAfter: [] }

/** The table of denials as bytes, written out by hand: what the code computes cannot change it. */
export const DENIED = {
  missing: {
    ...EVERY_DENIAL,
    status: 401,
    challenge: ['Bearer realm="api"'],
    body: '{"type":"https://bearward.dev/denials#missing","title":"No credentials were sent","status":401,"code":"missing"}',
  },
  malformed: {
    ...EVERY_DENIAL,
    status: 400,
    challenge: ['Bearer realm="api", error="invalid_request"'],
    body: '{"type":"https://bearward.dev/denials#malformed","title":"The credentials cannot be read","status":400,"code":"malformed"}',
  },
  invalid: {
    ...EVERY_DENIAL,
    status: 401,
    challenge: ['Bearer realm="api", error="invalid_token"'],
    body: '{"type":"https://bearward.dev/denials#invalid","title":"The key is not accepted","status":401,"code":"invalid"}',
  },
  unavailable: {
    ...EVERY_DENIAL,
    status: 503,
    challenge: [],
    retryAfter: ['1'],
    body: '{"type":"https://bearward.dev/denials#unavailable","title":"Keys cannot be checked at the moment","status":503,"code":"unavailable"}',
  },
} as const satisfies Record<string, Facts>

/** The 403 of a route that needs these scopes. */
export function insufficientScope(...scopes: string[]): Facts {
  return {
    ...EVERY_DENIAL,
    status: 403,
    challenge: [`Bearer realm="api", error="insufficient_scope", scope="${scopes.join(' ')}"`],
    body: '{"type":"https://bearward.dev/denials#insufficient_scope","title":"The key does not grant what this needs","status":403,"code":"insufficient_scope"}',
  }
}
