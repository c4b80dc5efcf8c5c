import { KeyringError, type Key as KeyringKey, type KeyWithUsage } from '@bearward/keyring'
import { checkScopesOf } from './access.ts'
import { attemptOf } from './idempotency.ts'
import { type ProblemCode, Refusal } from './problem.ts'
import { findKey } from './reading.ts'
import type { Call, Reply } from './route.ts'
import { isSafe } from './safety.ts'
import type { Changed, IssueBody, Issued, ReasonBody, RotateBody, Rotated, Session, UpdateBody } from './schemas.ts'
import { confirmationJson, keyJson } from './wire.ts'

/** Issues a key. However often the same request arrives, and wherever, it issues one. */
export async function issueKey({ desk, session, from, request, body, text }: Call<unknown, IssueBody>): Promise<Reply> {
  const { actor, view, owner: own } = session
  refuseOperatorFields(session, body)
  const attempt = await attemptOf(request, [actor, own, 'issue'], text)
  return desk.answers.answer(attempt, async () => {
    checkScopesOf(session, body.scopes ?? [])
    const left = desk.limit.take(limitName(session))
    const issued = await desk.keyring
      .issue({
        ...body,
        id: attempt.keyId,
        owner: view === 'operator' ? body.owner : (own ?? undefined),
        expiresAt: momentOf('expiresAt', body.expiresAt),
        notBefore: momentOf('notBefore', body.notBefore),
        actor,
        from,
      })
      .catch((error: unknown) => {
        if (isCode(error, 'duplicate')) throw alreadyIssued(attempt.keyId)
        throw error
      })
    const answer: Issued = { token: issued.token, key: keyJson(issued.key) }
    return madeReply(desk.basePath, issued.key, answer, left)
  })
}

/** Changes what a key says of itself, if nobody else has meanwhile. */
export async function updateKey(call: Call<unknown, UpdateBody>): Promise<Reply> {
  const { desk, session, from, request, id, body } = call
  const key = await findKey(call, id)
  const version = versionOf(request, key)
  refuseOperatorFields(session, body)
  checkScopesOf(session, body.scopes ?? [], key.scopes)
  const expiresAt = momentOf('expiresAt', body.expiresAt)
  const options = { ...body, expiresAt, version, actor: session.actor, from }
  const { key: updated } = await desk.keyring.update(id, options).catch((error: unknown) => {
    if (error instanceof KeyringError && error.code === 'conflict' && error.field === 'version') throw stale()
    throw error
  })
  return { status: 200, body: keyJson(updated, key), headers: { ETag: etagOf(updated) } }
}

/** Gives a key a successor. As with `issueKey`, once. */
export async function rotateKey(call: Call<unknown, RotateBody>): Promise<Reply> {
  const { desk, session, from, request, id, body, text } = call
  const key = await findKey(call, id)
  const attempt = await attemptOf(request, [session.actor, session.owner, 'rotate', id], text)
  return desk.answers.answer(attempt, async () => {
    // The token that comes back can do what the key can.
    checkScopesOf(session, key.scopes)
    const left = desk.limit.take(limitName(session))
    const expiresAt = momentOf('expiresAt', body.expiresAt)
    const options = { ...body, expiresAt, id: attempt.keyId, actor: session.actor, from }
    const rotated = await desk.keyring.rotate(id, options).catch(async (error: unknown) => {
      if (isCode(error, 'unconfirmed')) throw error
      // Whatever has become of the old key since: it was this request that gave it its successor.
      const now = error instanceof KeyringError ? await desk.keyring.get(id) : null
      if (now?.rotatedTo === attempt.keyId) throw alreadyIssued(attempt.keyId)
      throw error
    })
    const answer: Rotated = {
      token: rotated.token,
      key: keyJson(rotated.key),
      previous: keyJson(rotated.previous, key),
      confirmation: confirmationJson(rotated.confirmation),
    }
    return madeReply(desk.basePath, rotated.key, answer, left)
  })
}

/** Revokes, disables or enables a key; answered when no process takes it for what it was. */
export async function changeStanding(
  call: Call<unknown, ReasonBody>,
  action: 'revoke' | 'disable' | 'enable',
): Promise<Reply> {
  const { desk, session, from, id, body } = call
  const key = await findKey(call, id)
  const changed = await desk.keyring[action](id, { reason: body.reason, actor: session.actor, from })
  const answer: Changed = { key: keyJson(changed.key, key), confirmation: confirmationJson(changed.confirmation) }
  return { status: 200, body: answer, headers: { ETag: etagOf(changed.key) } }
}

/** The version of a key as an entity tag. Use of the key is not part of it. */
export function etagOf({ version }: Pick<KeyringKey, 'version'>): string {
  return `"${version}"`
}

/** What was asked, as far as a refusal speaks of it. */
type Asked = Pick<Call, 'desk' | 'request' | 'id'>

/** What the keyring throws as a refusal; anything else is nobody's fault but the store's. */
export async function refusalOf(error: unknown, call: Asked): Promise<Refusal | undefined> {
  if (error instanceof Refusal) return error
  if (!(error instanceof KeyringError)) return undefined
  const [, detail = error.message] = /^[\w.]+: (.*)/s.exec(error.message) ?? []
  if (error.code === 'invalid_input') {
    const field = error.field ?? 'body'
    // A cursor comes in the address, all else in the body.
    const code = isSafe(call.request.method) ? 'invalid_query' : 'invalid_input'
    return new Refusal(code, `${field} ${detail}`, { errors: [{ field, detail }] })
  }
  if (error.code === 'not_found') return new Refusal('not_found', 'There is no such key.')
  if (error.code === 'unconfirmed') return unconfirmed(call)
  const code = CONFLICTS[error.code]
  return code && new Refusal(code, `${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`)
}

const CONFLICTS: Partial<Record<KeyringError['code'], ProblemCode>> = {
  already_rotated: 'already_rotated',
  disabled: 'disabled',
  ended: 'ended',
  revoked: 'revoked',
  conflict: 'conflict',
}

/** Written down, and perhaps not heard of everywhere: what is certain is how the key stands in the store. */
async function unconfirmed({ desk, id }: Asked): Promise<Refusal> {
  const key = await desk.keyring.get(id).catch(() => null)
  const detail = 'The change is written down, but not every process has confirmed it. Send it again to ask again.'
  return new Refusal('unconfirmed', detail, {
    headers: { 'Retry-After': '1' },
    ...(key !== null && { key: keyJson(key) }),
    ...(typeof key?.rotatedTo === 'string' && { keyId: key.rotatedTo }),
  })
}

function alreadyIssued(keyId: string): Refusal {
  const detail = 'This request has made its key before, and the token is not kept. Rotate that key with graceMs 0.'
  return new Refusal('already_issued', detail, { keyId })
}

function stale(): Refusal {
  return new Refusal('stale', 'Somebody has changed the key since you read it. Read it again.')
}

/**
 * The version that the client has read, which is the one that there is.
 *
 * @throws {Refusal} `precondition_required`, `stale`
 */
function versionOf(request: Request, key: KeyWithUsage): number {
  const field = request.headers.get('if-match')
  if (field === null)
    throw new Refusal('precondition_required', 'Send If-Match with the ETag of the key that you read.')
  // RFC 9110 §13.1.1: strong comparison, so a weak tag is like no other.
  const tags = field.split(',').map((tag) => tag.trim())
  if (!tags.includes('*') && !tags.includes(etagOf(key))) throw stale()
  return key.version
}

/** @throws {Refusal} `invalid_input` */
function refuseOperatorFields({ view, metadata }: Session, body: { owner?: unknown; metadata?: unknown }): void {
  const errors = [
    ...(view === 'owner' && body.owner !== undefined ? [{ field: 'owner', detail: 'is for operators alone' }] : []),
    ...(metadata === 'read' && body.metadata !== undefined
      ? [{ field: 'metadata', detail: 'is for operators alone' }]
      : []),
  ]
  if (errors.length === 0) return
  throw new Refusal('invalid_input', 'A field is for operators alone.', { errors })
}

/** @throws {Refusal} `invalid_input` for a date that has the form of one and is none */
function momentOf(field: string, text: string | null | undefined): number | null | undefined {
  if (text === null || text === undefined) return text
  const moment = Date.parse(text)
  if (!Number.isNaN(moment)) return moment
  const detail = 'must be a date and time, such as 2026-12-31T12:00:00Z'
  throw new Refusal('invalid_input', `${field} ${detail}`, { errors: [{ field, detail }] })
}

function limitName({ actor, owner }: Session): string {
  return JSON.stringify([actor, owner])
}

function isCode(error: unknown, code: KeyringError['code']): boolean {
  return error instanceof KeyringError && error.code === code
}

function madeReply(basePath: string, key: KeyringKey, body: Issued | Rotated, headers: Reply['headers']): Reply {
  return {
    status: 201,
    body,
    headers: { ...headers, Location: `${basePath}/api/keys/${encodeURIComponent(key.id)}`, ETag: etagOf(key) },
  }
}
