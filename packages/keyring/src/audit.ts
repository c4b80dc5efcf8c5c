import type { JsonValue, StoredKey } from './key.ts'

/** What can happen to a key. */
export type AuditAction =
  | 'issued'
  | 'imported'
  | 'redigested'
  | 'updated'
  | 'disabled'
  | 'enabled'
  | 'rotated'
  | 'retired'
  | 'expired'
  | 'announced'
  | 'revoked'

/** A list that the compiler knows to be whole. */
const ACTIONS: Readonly<Record<AuditAction, true>> = {
  issued: true,
  imported: true,
  redigested: true,
  updated: true,
  disabled: true,
  enabled: true,
  rotated: true,
  retired: true,
  expired: true,
  announced: true,
  revoked: true,
}

/** The actions, in the order of a life. */
export const AUDIT_ACTIONS: readonly AuditAction[] = Object.freeze(Object.keys(ACTIONS) as AuditAction[])

/** A field before and after a change. */
export interface FieldChange {
  readonly before: JsonValue
  readonly after: JsonValue
}

/** Who changes a key, from where, and why: told by the caller, written down as it is. */
export interface Attribution {
  /** Who does it, such as a user id. Up to 255 characters. */
  readonly actor?: string | undefined
  /** From where, such as an address. Up to 255 characters. */
  readonly from?: string | undefined
  /** Why. Up to 1000 characters. Must not hold a token. */
  readonly reason?: string | undefined
}

/** One change of one key, as it stands in the audit trail. Holds no token and no digest. */
export interface AuditEntry {
  /** Place in the order in which changes were committed; unique in a store, growing, without gaps. */
  readonly sequence: number
  /** Epoch milliseconds, by the clock of the process that made the change. */
  readonly at: number
  readonly action: AuditAction
  readonly keyId: string
  readonly owner: string | null
  readonly actor: string | null
  readonly from: string | null
  readonly reason: string | null
  /** `version` of the key after the change. */
  readonly version: number
  /** Every field that changed. */
  readonly changes: { readonly [field: string]: FieldChange }
}

/** An entry before the store has given it its place. */
export type NewAuditEntry = Omit<AuditEntry, 'sequence'>

/** What the audit trail does not repeat: what was made of the token is nobody's business, the version stands beside. */
const UNTOLD = new Set<keyof StoredKey>(['digest', 'secretHash', 'version', 'id', 'createdAt'])

/** What differs between two states of a key; everything that is set where there was none before. */
function changesBetween(before: StoredKey | undefined, after: StoredKey): AuditEntry['changes'] {
  const changes: Record<string, FieldChange> = {}
  for (const field of Object.keys(after) as (keyof StoredKey)[]) {
    if (UNTOLD.has(field)) continue
    const [was, is] = [(before?.[field] ?? null) as JsonValue, after[field] as JsonValue]
    if (before === undefined ? !isNothing(is) : JSON.stringify(was) !== JSON.stringify(is)) {
      changes[field] = { before: was, after: is }
    }
  }
  return changes
}

function isNothing(value: JsonValue): boolean {
  if (value === null || value === '' || value === false) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

/** The entry that a change of `before` to `after` leaves. */
export function auditOf(
  action: AuditAction,
  before: StoredKey | undefined,
  after: StoredKey,
  at: number,
  by: Attribution,
): NewAuditEntry {
  return {
    at,
    action,
    keyId: after.id,
    owner: after.owner,
    actor: by.actor ?? null,
    from: by.from ?? null,
    reason: by.reason ?? null,
    version: after.version,
    changes: changesBetween(before, after),
  }
}
