import type { AuditAction, AuditEntry } from './audit.ts'
import { readCursor, writeCursor } from './cursor.ts'
import { checkId, checkLimit, checkNames, checkOptionalText, invalid } from './input.ts'
import { KEY_STATES, type KeyState, type KeyWithUsage, keyWithUsageOf } from './key.ts'
import type { Room } from './room.ts'

/** What `list()` selects; every condition must hold. */
export interface ListOptions {
  readonly owner?: string | undefined
  readonly environment?: string | undefined
  /** Where the key stands now. */
  readonly state?: KeyState | undefined
  /** A hint as it is shown, or the beginning of one. Never a whole token. */
  readonly hint?: string | undefined
  /** `next` of the page before. Default: the first page. */
  readonly cursor?: string | undefined
  /** Keys at most, 1 to 500. Default 50. */
  readonly limit?: number | undefined
}

/** A page of keys, newest first. */
export interface KeyPage {
  readonly keys: readonly KeyWithUsage[]
  /** The `cursor` of the page that follows; `null` when this is the last. */
  readonly next: string | null
}

const MAX_LIMIT = 500
const DEFAULT_LIMIT = 50
/** Longest prefix, environment and separators, four characters and the ellipsis. */
const MAX_HINT = 64

export async function list({ settings }: Room, options: ListOptions): Promise<KeyPage> {
  checkNames(options, ['owner', 'environment', 'state', 'hint', 'cursor', 'limit'])
  const { state, hint, cursor } = options
  const limit = checkLimit(options.limit ?? DEFAULT_LIMIT, MAX_LIMIT)
  if (state !== undefined && !KEY_STATES.includes(state)) invalid('state', `one of ${KEY_STATES.join(', ')}`)
  if (hint !== undefined && (typeof hint !== 'string' || hint.length > MAX_HINT)) {
    invalid('hint', `a string of at most ${MAX_HINT} characters`)
  }
  const now = settings.clock.now()
  const rows = await settings.store.list({
    owner: checkOptionalText('owner', options.owner),
    environment: checkOptionalText('environment', options.environment),
    state,
    hint: hint?.replace(/…$/, ''),
    after: cursor === undefined ? undefined : readCursor(cursor),
    now,
    // One more than asked for tells whether there is another page.
    limit: limit + 1,
  })
  const keys = rows.slice(0, limit)
  const last = keys.at(-1)
  return {
    keys: keys.map((row) => keyWithUsageOf(row, now)),
    next: rows.length > limit && last !== undefined ? writeCursor(last) : null,
  }
}

/** What `audit()` selects; every condition must hold. */
export interface AuditOptions {
  readonly keyId?: string | undefined
  readonly owner?: string | undefined
  readonly actor?: string | undefined
  readonly action?: AuditAction | undefined
  /** `next` of the page before. Default: the first page. */
  readonly cursor?: string | undefined
  /** Entries at most, 1 to 500. Default 50. */
  readonly limit?: number | undefined
}

/** A page of the audit trail, newest first. */
export interface AuditPage {
  readonly entries: readonly AuditEntry[]
  /** The `cursor` of the page that follows; `null` when this is the last. */
  readonly next: string | null
}

export async function audit({ settings }: Room, options: AuditOptions): Promise<AuditPage> {
  checkNames(options, ['keyId', 'owner', 'actor', 'action', 'cursor', 'limit'])
  const { action, cursor } = options
  const limit = checkLimit(options.limit ?? DEFAULT_LIMIT, MAX_LIMIT)
  if (action !== undefined && typeof action !== 'string') invalid('action', 'the name of one')
  if (cursor !== undefined && !(typeof cursor === 'string' && /^[1-9]\d{0,14}$/.test(cursor))) {
    invalid('cursor', 'the `next` of a page before')
  }
  const rows = await settings.store.audit({
    keyId: options.keyId === undefined ? undefined : checkId('keyId', options.keyId),
    owner: checkOptionalText('owner', options.owner),
    actor: checkOptionalText('actor', options.actor),
    action,
    before: cursor === undefined ? undefined : Number(cursor),
    limit: limit + 1,
  })
  const entries = rows.slice(0, limit)
  const last = entries.at(-1)
  return { entries, next: rows.length > limit && last !== undefined ? String(last.sequence) : null }
}
