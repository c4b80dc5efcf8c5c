import { changeStanding, etagOf, issueKey, rotateKey, updateKey } from './changing.ts'
import { findKey, listKeys, readAudit, readUsage } from './reading.ts'
import { defineRoute, type Route } from './route.ts'
import {
  AuditPage,
  AuditQuery,
  Changed,
  IssueBody,
  Issued,
  Key,
  KeyAuditQuery,
  KeyPage,
  ListQuery,
  ReasonBody,
  RotateBody,
  Rotated,
  Session,
  UpdateBody,
  Usage,
  UsageQuery,
} from './schemas.ts'
import { keyJson } from './wire.ts'

const MADE = ['Location', 'ETag', 'RateLimit-Policy', 'RateLimit'] as const

/** The whole API. The document is written from this table, and every request is run by it. */
export const ROUTES: readonly Route[] = [
  defineRoute({
    method: 'GET',
    path: '/session',
    operationId: 'getSession',
    summary: 'Who is acting, and what they may choose from',
    answer: Session,
    problems: [],
    run: async ({ session }) => ({ status: 200, body: session }),
  }),
  defineRoute({
    method: 'GET',
    path: '/keys',
    operationId: 'listKeys',
    summary: 'A page of keys, newest first',
    query: ListQuery,
    answer: KeyPage,
    problems: [],
    run: async (call) => ({ status: 200, body: await listKeys(call, call.query) }),
  }),
  defineRoute({
    method: 'POST',
    path: '/keys',
    operationId: 'issueKey',
    summary: 'Make a key; its token is in this answer and nowhere else',
    body: IssueBody,
    needs: ['Idempotency-Key'],
    status: 201,
    answer: Issued,
    headers: MADE,
    problems: ['already_issued', 'idempotency_mismatch', 'rate_limited', 'scope_not_yours'],
    run: issueKey,
  }),
  defineRoute({
    method: 'GET',
    path: '/keys/{id}',
    operationId: 'getKey',
    summary: 'One key',
    answer: Key,
    headers: ['ETag'],
    problems: ['not_found'],
    async run(call) {
      const key = await findKey(call, call.id)
      return { status: 200, body: keyJson(key), headers: { ETag: etagOf(key) } }
    },
  }),
  defineRoute({
    method: 'PATCH',
    path: '/keys/{id}',
    operationId: 'updateKey',
    summary: 'Change name, scopes, metadata or expiry; what is left out stays',
    body: UpdateBody,
    needs: ['If-Match'],
    answer: Key,
    headers: ['ETag'],
    problems: [
      'not_found',
      'ended',
      'revoked',
      'conflict',
      'stale',
      'precondition_required',
      'scope_not_yours',
      'unconfirmed',
    ],
    run: updateKey,
  }),
  defineRoute({
    method: 'POST',
    path: '/keys/{id}/rotate',
    operationId: 'rotateKey',
    summary: 'Give a key a successor; both work until the grace ends',
    body: RotateBody,
    needs: ['Idempotency-Key'],
    status: 201,
    answer: Rotated,
    headers: MADE,
    problems: [
      'not_found',
      'already_issued',
      'already_rotated',
      'disabled',
      'ended',
      'revoked',
      'conflict',
      'idempotency_mismatch',
      'rate_limited',
      'scope_not_yours',
      'unconfirmed',
    ],
    run: rotateKey,
  }),
  ...(['revoke', 'disable', 'enable'] as const).map((action) =>
    defineRoute({
      method: 'POST',
      path: `/keys/{id}/${action}`,
      operationId: `${action}Key`,
      summary: {
        revoke: 'End a key for good; answered when no process accepts it',
        disable: 'Refuse a key until it is enabled; answered when no process accepts it',
        enable: 'Accept a disabled key again',
      }[action],
      body: ReasonBody,
      answer: Changed,
      headers: ['ETag'],
      problems: [
        'not_found',
        'conflict',
        'unconfirmed',
        ...(action === 'revoke' ? [] : (['ended', 'revoked'] as const)),
      ],
      run: (call) => changeStanding(call, action),
    }),
  ),
  defineRoute({
    method: 'GET',
    path: '/keys/{id}/audit',
    operationId: 'listKeyAudit',
    summary: 'What happened to a key, newest first',
    query: KeyAuditQuery,
    answer: AuditPage,
    problems: ['not_found'],
    async run(call) {
      const key = await findKey(call, call.id)
      return { status: 200, body: await readAudit(call, call.query, key.id) }
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/keys/{id}/usage',
    operationId: 'getKeyUsage',
    summary: 'How much a key was used, day by day, and from where',
    query: UsageQuery,
    answer: Usage,
    problems: ['not_found'],
    async run(call) {
      const key = await findKey(call, call.id)
      return { status: 200, body: await readUsage(call, key, call.query) }
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/audit',
    operationId: 'listAudit',
    summary: 'What happened to all keys, newest first',
    query: AuditQuery,
    answer: AuditPage,
    problems: [],
    run: async (call) => ({ status: 200, body: await readAudit(call, call.query) }),
  }),
]
