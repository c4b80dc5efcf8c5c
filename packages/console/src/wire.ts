import type { Confirmation as CoreConfirmation } from '@bearward/core'
import type { AuditEntry as KeyringEntry, Key as KeyringKey, KeyWithUsage } from '@bearward/keyring'
import type { AuditEntry, ChainKey, Confirmation, Json, Key } from './schemas.ts'

/** RFC 3339 has four digits for the year; the keyring takes what a `Date` can hold. */
const FIRST_MS = Date.parse('0000-01-01T00:00:00Z')
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z')

/** Fields that hold a moment, in keys and in the audit trail. */
const MOMENTS = new Set([
  'createdAt',
  'notBefore',
  'expiresAt',
  'disabledAt',
  'revokedAt',
  'endedAt',
  'announcedAt',
  'graceEndsAt',
])

/** Epoch milliseconds as RFC 3339. */
export function timeOf(ms: number): string {
  return new Date(Math.min(Math.max(ms, FIRST_MS), LAST_MS)).toISOString()
}

function timeOrNone(ms: number | null): string | null {
  return ms === null ? null : timeOf(ms)
}

type LastUse = Pick<KeyWithUsage, 'lastUsedAt' | 'lastUsedFrom' | 'useStatus'>

const UNUSED: LastUse = { lastUsedAt: null, lastUsedFrom: null, useStatus: 'never_used' }

/** A key as the API shows it: named field by field, so that nothing else of it can get out. */
export function keyJson(key: KeyringKey | KeyWithUsage, use: LastUse = UNUSED): Key {
  const { lastUsedAt, lastUsedFrom, useStatus } = 'lastUsedAt' in key ? key : use
  return {
    id: key.id,
    hint: key.hint,
    name: key.name,
    owner: key.owner,
    environment: key.environment,
    scopes: [...key.scopes],
    metadata: key.metadata as Record<string, Json>,
    state: key.state,
    version: key.version,
    createdAt: timeOf(key.createdAt),
    notBefore: timeOrNone(key.notBefore),
    expiresAt: timeOrNone(key.expiresAt),
    disabledAt: timeOrNone(key.disabledAt),
    revokedAt: timeOrNone(key.revokedAt),
    endedAt: timeOrNone(key.endedAt),
    graceEndsAt: timeOrNone(key.graceEndsAt),
    rotatedFrom: key.rotatedFrom,
    rotatedTo: key.rotatedTo,
    lastUsedAt: timeOrNone(lastUsedAt),
    lastUsedFrom,
    useStatus,
  }
}

/** States in which nothing is left to come. */
const OVER: readonly string[] = ['expired', 'retired', 'revoked']

/** A key of a rotation chain. */
export function chainKeyJson({ id, hint, name, state, expiresAt, graceEndsAt }: KeyringKey): ChainKey {
  const end = Math.min(expiresAt ?? Number.POSITIVE_INFINITY, graceEndsAt ?? Number.POSITIVE_INFINITY)
  return { id, hint, name, state, until: OVER.includes(state) || end === Number.POSITIVE_INFINITY ? null : timeOf(end) }
}

/** An entry of the audit trail, its moments written out. */
export function entryJson({ at, changes, ...rest }: KeyringEntry): AuditEntry {
  const { sequence, action, keyId, owner, actor, from, reason, version } = rest
  return {
    sequence,
    at: timeOf(at),
    action,
    keyId,
    owner,
    actor,
    from,
    reason,
    version,
    changes: Object.fromEntries(
      Object.entries(changes).map(([field, { before, after }]) => [
        field,
        { before: momentJson(field, before), after: momentJson(field, after) },
      ]),
    ),
  }
}

function momentJson(field: string, value: Json): Json {
  return MOMENTS.has(field) && typeof value === 'number' ? timeOf(value) : value
}

/** JSON has no infinity: no known bound is `null`. */
export function confirmationJson({ boundMs, ...rest }: CoreConfirmation): Confirmation {
  const { confirmed, acknowledged, silent, elapsedMs } = rest
  return { confirmed, acknowledged, silent, elapsedMs, boundMs: Number.isFinite(boundMs) ? boundMs : null }
}
