import type { Keyring } from '@bearward/keyring'
import type { Static, TSchema } from 'typebox'
import type { Visitor } from './access.ts'
import type { Appearance } from './appearance.ts'
import type { RememberedAnswers } from './idempotency.ts'
import type { IssueLimit } from './issue-limit.ts'
import type { BodyTime } from './json-body.ts'
import type { ProblemCode } from './problem.ts'
import { NoQuery } from './schemas.ts'

/** What handles requests, and outlives each of them. */
export interface Desk {
  readonly keyring: Keyring
  readonly basePath: string
  readonly appearance: Appearance
  readonly answers: RememberedAnswers
  readonly limit: IssueLimit
  readonly bodyTime: BodyTime
}

/** An answer before it is written: JSON and what stands in front of it. */
export interface Reply {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** What a route is run with: everything has been checked against the route's own schemas. */
export interface Call<Query = unknown, Body = unknown> extends Visitor {
  readonly desk: Desk
  readonly request: Request
  /** The key that the path names; empty where it names none. */
  readonly id: string
  readonly query: Query
  readonly body: Body
  /** The body as it came. */
  readonly text: string
}

/** One operation of the API: what is checked, what is run, and what the document says of it. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH'
  /** Under `/api`; `{id}` is the id of a key. */
  readonly path: string
  readonly operationId: string
  readonly summary: string
  readonly query: TSchema
  /** `undefined` where a body is not read. */
  readonly body: TSchema | undefined
  /** Header fields that the request must have. */
  readonly needs: readonly ('Idempotency-Key' | 'If-Match')[]
  readonly status: 200 | 201
  readonly answer: TSchema
  /** Header fields of the answer. */
  readonly headers: readonly string[]
  /** What may be wrong, beyond what may be wrong everywhere. */
  readonly problems: readonly ProblemCode[]
  readonly run: (call: Call) => Promise<Reply>
}

interface RouteDefinition<Query extends TSchema, Body extends TSchema>
  extends Omit<Route, 'query' | 'body' | 'needs' | 'headers' | 'status' | 'run'>,
    Partial<Pick<Route, 'needs' | 'headers' | 'status'>> {
  readonly query?: Query
  readonly body?: Body
  readonly run: (call: Call<Static<Query>, Static<Body>>) => Promise<Reply>
}

/** A route whose function is given what its schemas say. */
export function defineRoute<Query extends TSchema = typeof NoQuery, Body extends TSchema = TSchema>({
  query,
  body,
  needs = [],
  headers = [],
  status = 200,
  run,
  ...rest
}: RouteDefinition<Query, Body>): Route {
  // What `run` is given was checked against these two schemas by whoever calls it.
  return { ...rest, query: query ?? NoQuery, body, needs, headers, status, run: run as Route['run'] }
}
