import {
  type ChangeOptions,
  type Changed as KeyringChanged,
  KeyringError,
  type Key as KeyringKey,
  type KeyWithUsage,
} from '@bearward/keyring'
import { checkScopesOf } from './access.ts'
import { attemptOf } from './idempotency.ts'
import { type ProblemCode, Refusal } from './problem.ts'
import { findKey, ownerOption } from './reading.ts'
import type { Call, Reply } from './route.ts'
import { isSafe } from './safety.ts'
import type {
  Changed,
  Disabled,
  IssueBody,
  Issued,
  ReasonBody,
  RevokeBody,
  Revoked,
  RotateBody,
  Rotated,
  Session,
  UpdateBody,
} from './schemas.ts'
import { chainKeyJson, confirmationJson, keyJson } from './wire.ts'

/** Issues a key. However often the same request arrives, and wherever, it issues one. */
export async function issueKey({ desk, session, from, request, body, text }: Call<unknown, IssueBody>): Promise<Reply> {
  const { actor, view, owner: own } = session
  refuseOperatorFields(session, body)
  const owner = view === 'operator' ? namedOwner(body) : own
  const attempt = await attemptOf(request, [actor, own, 'issue'], text)
  return desk.answers.answer(attempt, async () => {
    checkScopesOf(session, body.scopes ?? [])
    const left = desk.limit.take(limitName(session))
    const issued = await desk.keyring
      .issue({
        ...body,
        id: attempt.keyId,
        owner,
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
  const options = { ...body, ...ownerOption(session), expiresAt, version, actor: session.actor, from }
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
    const by = { ...ownerOption(session), actor: session.actor, from }
    const options = { ...body, ...by, expiresAt, id: attempt.keyId }
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
      alsoEnded: rotated.alsoEnded.map(chainKeyJson),
      confirmation: confirmationJson(rotated.confirmation),
    }
    return madeReply(desk.basePath, rotated.key, answer, left)
  })
}

/** Revokes a key, and of its rotation chain what the body says; answered when no process accepts them. */
export async function revokeKey(call: Call<unknown, RevokeBody>): Promise<Reply> {
  const { desk, id, body } = call
  const key = await findKey(call, id)
  const revoked = await desk.keyring.revoke(id, { chain: body.chain, ...byOf(call) })
  const answer: Revoked = {
    ...changedJson(revoked, key),
    alsoEnded: revoked.alsoEnded.map(chainKeyJson),
    stillAccepted: revoked.stillAccepted.map((each) => chainKeyJson(each.key)),
  }
  return { status: 200, body: answer, headers: { ETag: etagOf(revoked.key) } }
}

/** Disables a key; answered when no process accepts it. */
export async function disableKey(call: Call<unknown, ReasonBody>): Promise<Reply> {
  const { desk, id } = call
  const key = await findKey(call, id)
  const disabled = await desk.keyring.disable(id, byOf(call))
  const answer: Disabled = {
    ...changedJson(disabled, key),
    stillAccepted: disabled.stillAccepted.map((each) => chainKeyJson(each.key)),
  }
  return { status: 200, body: answer, headers: { ETag: etagOf(disabled.key) } }
}

/** Enables a key that was disabled. */
export async function enableKey(call: Call<unknown, ReasonBody>): Promise<Reply> {
  const { desk, id } = call
  const key = await findKey(call, id)
  const enabled = await desk.keyring.enable(id, byOf(call))
  return { status: 200, body: changedJson(enabled, key), headers: { ETag: etagOf(enabled.key) } }
}

/** The actor and the reason of a change, and the owner that the key must have. */
function byOf({ session, from, body }: Call<unknown, ReasonBody>): ChangeOptions {
  return { ...ownerOption(session), reason: body.reason, actor: session.actor, from }
}

function changedJson({ key, confirmation }: KeyringChanged, before: KeyWithUsage): Changed {
  return { key: keyJson(key, before), confirmation: confirmationJson(confirmation) }
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

/**
 * Whose key an operator issues.
 *
 * @throws {Refusal} `invalid_input` when nothing says it
 */
function namedOwner({ owner }: IssueBody): string | null {
  if (owner !== undefined) return owner
  const detail = 'must be given; null states that there is none'
  throw new Refusal('invalid_input', `owner ${detail}`, { errors: [{ field: 'owner', detail }] })
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
