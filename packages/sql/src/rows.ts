import { readInvalidations } from '@bearward/core/channel'
import type { AuditAction, AuditEntry, Metadata, NewAuditEntry, OutboxEntry, StoredKey, Usage } from '@bearward/keyring'
import type { AuditRow, KeyRow, OutboxRow, Standing } from './schema.ts'

/** A key as it is written. */
export function rowOf(key: StoredKey): KeyRow {
  return {
    id: key.id,
    digest: key.digest,
    secret_hash: key.secretHash,
    hint: key.hint,
    name: key.name,
    owner: key.owner,
    environment: key.environment,
    scopes: JSON.stringify(key.scopes),
    metadata: JSON.stringify(key.metadata),
    created_at: key.createdAt,
    not_before: key.notBefore,
    expires_at: key.expiresAt,
    disabled_at: key.disabledAt,
    revoked_at: key.revokedAt,
    ended_at: key.endedAt,
    announced_at: key.announcedAt,
    rotated_from: key.rotatedFrom,
    rotated_to: key.rotatedTo,
    grace_ends_at: key.graceEndsAt,
    ends_predecessor: key.endsPredecessor ? 1 : 0,
    version: key.version,
    ...standingColumns(key),
  }
}

/** What follows from the rest, written down because it is looked for. */
function standingColumns(key: StoredKey): Pick<KeyRow, 'standing' | 'ends_at' | 'announce_at'> {
  const isFinal = key.revokedAt !== null || key.endedAt !== null
  const endsAt = isFinal ? null : earlier(key.expiresAt, key.graceEndsAt)
  return { standing: standingOf(key), ends_at: endsAt, announce_at: key.announcedAt === null ? endsAt : null }
}

/** A key as it is read. */
export function keyOf(row: KeyRow): StoredKey {
  return {
    id: text(row.id),
    digest: text(row.digest),
    secretHash: textOrNull(row.secret_hash),
    hint: text(row.hint),
    name: text(row.name),
    owner: textOrNull(row.owner),
    environment: textOrNull(row.environment),
    scopes: JSON.parse(text(row.scopes)) as string[],
    metadata: JSON.parse(text(row.metadata)) as Metadata,
    createdAt: whole(row.created_at),
    notBefore: wholeOrNull(row.not_before),
    expiresAt: wholeOrNull(row.expires_at),
    disabledAt: wholeOrNull(row.disabled_at),
    revokedAt: wholeOrNull(row.revoked_at),
    endedAt: wholeOrNull(row.ended_at),
    announcedAt: wholeOrNull(row.announced_at),
    rotatedFrom: textOrNull(row.rotated_from),
    rotatedTo: textOrNull(row.rotated_to),
    graceEndsAt: wholeOrNull(row.grace_ends_at),
    endsPredecessor: whole(row.ends_predecessor) === 1,
    version: whole(row.version),
  }
}

/** The columns of a use that are joined to a key's; both are null where it was never used. */
export interface JoinedUse {
  last_used_at: number | null
  last_used_from: string | null
}

export function keyWithUsageOf(row: KeyRow & JoinedUse): StoredKey & Usage {
  return { ...keyOf(row), lastUsedAt: wholeOrNull(row.last_used_at), lastUsedFrom: textOrNull(row.last_used_from) }
}

export function auditRowOf(entry: NewAuditEntry, sequence: number): AuditRow {
  const { at, action, keyId, owner, actor, from, reason, version, changes } = entry
  return {
    sequence,
    at,
    action,
    key_id: keyId,
    owner,
    actor,
    origin: from,
    reason,
    version,
    changes: JSON.stringify(changes),
  }
}

export function auditEntryOf(row: AuditRow): AuditEntry {
  return {
    sequence: whole(row.sequence),
    at: whole(row.at),
    action: text(row.action) as AuditAction,
    keyId: text(row.key_id),
    owner: textOrNull(row.owner),
    actor: textOrNull(row.actor),
    from: textOrNull(row.origin),
    reason: textOrNull(row.reason),
    version: whole(row.version),
    changes: changesOf(row.changes),
  }
}

/** Any role that may insert into the trail can write anything here. One such entry must not hide all others. */
function changesOf(column: unknown): AuditEntry['changes'] {
  const changes = parsed(column)
  const isReadable =
    isObject(changes) && Object.values(changes).every((each) => isObject(each) && 'before' in each && 'after' in each)
  if (isReadable) return changes as AuditEntry['changes']
  return { unreadable: { before: null, after: typeof column === 'string' ? column : null } }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function outboxEntryOf(row: OutboxRow): OutboxEntry {
  return {
    sequence: whole(row.sequence),
    // What cannot be read may name any key. If it were an error, this row would keep all later ones from being published.
    invalidations: readInvalidations(parsed(row.invalidations)) ?? ['all'],
  }
}

/** JSON of a column, or `undefined` when there is none. */
function parsed(value: unknown): unknown {
  try {
    return JSON.parse(text(value))
  } catch {
    return undefined
  }
}

const decoder = new TextDecoder()

/** MySQL hands over what is compared as bytes as bytes. */
export function text(value: unknown): string {
  if (typeof value === 'string') return value
  if (value instanceof Uint8Array) return decoder.decode(value)
  throw new TypeError('a column that should hold text holds something else')
}

export function textOrNull(value: unknown): string | null {
  return value === null ? null : text(value)
}

/** PostgreSQL hands over 64-bit numbers as text. */
export function whole(value: unknown): number {
  const number = typeof value === 'number' ? value : Number(value)
  if (!Number.isSafeInteger(number)) {
    throw new TypeError('a column that should hold a whole number holds something else')
  }
  return number
}

function wholeOrNull(value: unknown): number | null {
  return value === null ? null : whole(value)
}

function standingOf({ revokedAt, endedAt, disabledAt, rotatedTo }: StoredKey): Standing {
  if (revokedAt !== null) return 'revoked'
  if (endedAt !== null) return rotatedTo === null ? 'expired' : 'retired'
  if (disabledAt !== null) return 'disabled'
  return rotatedTo === null ? 'open' : 'retiring'
}

function earlier(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other)
}
