import { AUDIT_ACTIONS, type AuditAction, type AuditEntry } from './audit.ts'
import { readCursor, readSequence, writeCursor } from './cursor.ts'
import { findByToken } from './find.ts'
import { checkConditions, checkId, checkNames, checkText, checkWhole, invalid } from './input.ts'
import {
  KEY_STATES,
  type KeyState,
  type KeyWithUsage,
  keyWithUsageOf,
  type Metadata,
  type StoredKey,
  type Usage,
} from './key.ts'
import { isListed } from './listing.ts'
import type { KeyringSettings } from './options.ts'
import type { Room } from './room.ts'
import type { ListQuery } from './store.ts'
import { cutToken } from './token.ts'

/**
 * What `list()` selects; every condition must hold. A condition that is named and `undefined` is refused: leave its name
 * out to select all.
 */
export interface ListOptions<E extends string = string> {
  readonly owner?: string
  readonly environment?: E
  /** Where the key stands now. */
  readonly state?: KeyState
  /** A hint as it is shown, or the beginning of one: up to 64 characters. Of a token, only what its hint shows is used. */
  readonly hint?: string
  /**
   * Stands somewhere in the name, id, owner or hint; ASCII letters in either case. Up to 200 characters, without the blanks
   * around them; none is no condition. A whole token finds its key alone: it is digested and let go, as by `find()`.
   */
  readonly search?: string
  /** `next` of the page before. Default: the first page. */
  readonly cursor?: string | undefined
  /** Keys at most, 1 to 500. Default 50. */
  readonly limit?: number | undefined
}

/** A page of keys, newest first; those of one millisecond by id. */
export interface KeyPage<M extends object = Metadata, E extends string = string> {
  readonly keys: readonly KeyWithUsage<M, E>[]
  /** The `cursor` of the page that follows; `null` when this is the last. */
  readonly next: string | null
}

const LIST_CONDITIONS = ['owner', 'environment', 'state', 'hint', 'search']
const AUDIT_CONDITIONS = ['keyId', 'owner', 'actor', 'action']
const MAX_LIMIT = 500
const DEFAULT_LIMIT = 50

export async function list({ settings, isUnrecorded }: Room, options: ListOptions): Promise<KeyPage> {
  checkNames(options, [...LIST_CONDITIONS, 'cursor', 'limit'])
  checkConditions(options, LIST_CONDITIONS)
  const { state, hint, cursor } = options
  const limit = checkWhole('limit', options.limit ?? DEFAULT_LIMIT, MAX_LIMIT)
  if (state !== undefined && !KEY_STATES.includes(state)) invalid('state', `one of ${KEY_STATES.join(', ')}`)
  const search = options.search === undefined ? '' : checkText('search', options.search, 0).trim()
  const query = {
    owner: checkCondition('owner', options.owner),
    environment: checkCondition('environment', options.environment),
    state,
    hint: hint === undefined ? undefined : textOfHint(settings, checkText('hint', hint, 0)),
    after: cursor === undefined ? undefined : readCursor(cursor),
    now: settings.clock.now(),
    // One more than asked for tells whether there is another page.
    limit: limit + 1,
  }
  const rows =
    (await keyOfToken(settings, search, query)) ??
    (await settings.store.list({ ...query, search: search === '' ? undefined : textOfHint(settings, search) }))
  const keys = rows.slice(0, limit)
  const last = keys.at(-1)
  return {
    keys: keys.map((row) => keyWithUsageOf(row, query.now, isUnrecorded(row.id))),
    next: rows.length > limit && last !== undefined ? writeCursor(last) : null,
  }
}

/** `null` is refused: an owner that is not known must not come to mean all owners. */
function checkCondition(field: 'owner' | 'environment' | 'actor', value: unknown): string | undefined {
  return value === undefined ? undefined : checkText(field, value)
}

/** A hint as a store knows it, of what somebody has copied. */
function textOfHint({ format }: KeyringSettings, text: string): string {
  return cutToken(format, text).replace(/…$/, '')
}

/**
 * Who pastes a token looks for its key, and not for those whose hint is the same.
 *
 * @returns `undefined` where the text is no token of this keyring, or may be anything else as well
 */
async function keyOfToken(
  settings: KeyringSettings,
  text: string,
  query: ListQuery,
): Promise<readonly (StoredKey & Usage)[] | undefined> {
  const found = await findByToken(settings, text)
  if (found === null) return settings.format.parse(text) === null ? undefined : []
  const key = await settings.store.findById(found.id)
  return key !== null && isListed(key, query) ? [key] : []
}

/**
 * What `audit()` selects; every condition must hold. A condition that is named and `undefined` is refused: leave its name
 * out to select all.
 */
export interface AuditOptions {
  readonly keyId?: string
  readonly owner?: string
  readonly actor?: string
  readonly action?: AuditAction
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
  checkNames(options, [...AUDIT_CONDITIONS, 'cursor', 'limit'])
  checkConditions(options, AUDIT_CONDITIONS)
  const { action, cursor } = options
  const limit = checkWhole('limit', options.limit ?? DEFAULT_LIMIT, MAX_LIMIT)
  if (action !== undefined && !AUDIT_ACTIONS.includes(action)) invalid('action', `one of ${AUDIT_ACTIONS.join(', ')}`)
  const rows = await settings.store.audit({
    keyId: options.keyId === undefined ? undefined : checkId('keyId', options.keyId),
    owner: checkCondition('owner', options.owner),
    actor: checkCondition('actor', options.actor),
    action,
    before: cursor === undefined ? undefined : readSequence(cursor),
    limit: limit + 1,
  })
  const entries = rows.slice(0, limit)
  const last = entries.at(-1)
  return { entries, next: rows.length > limit && last !== undefined ? String(last.sequence) : null }
}
