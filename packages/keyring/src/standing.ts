import type { Confirmation } from '@bearward/core'
import { type AuditAction, auditOf } from './audit.ts'
import { KeyringError } from './errors.ts'
import type { KeyringEvent } from './events.ts'
import {
  ATTRIBUTION,
  checkId,
  checkMetadata,
  checkNames,
  checkOptionalText,
  checkScopes,
  checkText,
  invalid,
} from './input.ts'
import { checkExpiry, type Expiry, isDeclaredIn } from './issue.ts'
import { keyOf, type Metadata, type StoredKey } from './key.ts'
import { type KeyAction, mayChange, next } from './lifecycle.ts'
import { type Changed, type ChangeOptions, changeEvent, checkChange, type Room } from './room.ts'

/** What `update()` takes: what is left out stays as it is. */
export interface UpdateOptions<S extends string = string> extends ChangeOptions, Expiry {
  readonly name?: string | undefined
  readonly scopes?: readonly S[] | undefined
  /** Takes the place of all metadata. */
  readonly metadata?: Metadata | undefined
  /** Write only when the key still has this `version`; otherwise `conflict`. */
  readonly version?: number | undefined
}

const UPDATE_FIELDS = ['name', 'scopes', 'metadata', 'expiresAt', 'expiresInMs', 'version', 'confirm', ...ATTRIBUTION]

export function update(room: Room, id: string, options: UpdateOptions): Promise<Changed> {
  checkNames(options, UPDATE_FIELDS)
  const { name, scopes, metadata, version } = options
  if (version !== undefined && !Number.isInteger(version)) invalid('version', 'a whole number')
  const fixed: Partial<StoredKey> = {
    ...(name !== undefined && { name: checkText('name', name, 0) }),
    ...(scopes !== undefined && { scopes: checkScopes(scopes, isDeclaredIn(room.settings)) }),
    ...(metadata !== undefined && { metadata: checkMetadata(metadata) }),
  }
  const hasExpiry = options.expiresAt !== undefined || options.expiresInMs !== undefined
  return changeStanding(room, id, options, {
    action: 'update',
    told: 'updated',
    changesAt(key, now) {
      if (version !== undefined && key.version !== version) {
        throw new KeyringError('version: the key has been changed meanwhile', { code: 'conflict', field: 'version' })
      }
      // A new end is announced anew.
      return hasExpiry ? { ...fixed, expiresAt: checkExpiry(options, now), announcedAt: null } : fixed
    },
  })
}

export function disable(room: Room, id: string, options: ChangeOptions): Promise<Changed> {
  checkNames(options, [...ATTRIBUTION, 'confirm'])
  const changesAt = (_key: StoredKey, now: number) => ({ disabledAt: now })
  return changeStanding(room, id, options, { action: 'disable', told: 'disabled', changesAt })
}

export function enable(room: Room, id: string, options: ChangeOptions): Promise<Changed> {
  checkNames(options, [...ATTRIBUTION, 'confirm'])
  return changeStanding(room, id, options, {
    action: 'enable',
    told: 'enabled',
    changesAt: () => ({ disabledAt: null }),
  })
}

export function revoke(room: Room, id: string, options: ChangeOptions): Promise<Changed> {
  checkNames(options, [...ATTRIBUTION, 'confirm'])
  const changesAt = (_key: StoredKey, now: number) => ({ revokedAt: now })
  return changeStanding(room, id, options, { action: 'revoke', told: 'revoked', changesAt })
}

interface Step {
  readonly action: Exclude<KeyAction, 'rotate'>
  readonly told: AuditAction & KeyringEvent & ('updated' | 'disabled' | 'enabled' | 'revoked')
  changesAt(key: StoredKey, now: number): Partial<StoredKey>
}

/** One key, one step of its life. Where it has been taken already, it is told again and confirmed all the same. */
async function changeStanding(room: Room, id: string, options: ChangeOptions, step: Step): Promise<Changed> {
  const { by, reach } = checkChange(options)
  const { action, told, changesAt } = step
  let result: { key: StoredKey; now: number } | undefined
  let isDone = false
  const confirmation = await room.changes.change(checkId('id', id), reach, (key, now) => {
    result = { key, now }
    // It may be done and not yet heard of everywhere: by another call that is under way, or one that failed half-way.
    if (!mayChange(action, key, now)) return { audit: [], invalidations: [{ id }] }
    isDone = true
    const changed = next(key, changesAt(key, now))
    result = { key: changed, now }
    return { update: [changed], audit: [auditOf(told, key, changed, now, by)], invalidations: [{ id }] }
  })
  const { key, now } = result as NonNullable<typeof result>
  if (isDone) room.events.emit(told, changeEvent(key, by, now))
  return { key: keyOf(key, now), confirmation }
}

/** What `revokeAll()` takes. */
export interface RevokeAllOptions extends ChangeOptions {
  /** Whose keys. */
  readonly owner: string
}

/** What `revokeAll()` resolves to. */
export interface RevokedAll {
  /** Ids of the keys that were revoked by this call. */
  readonly keyIds: readonly string[]
  /** How the processes were told; it covers all keys of the owner. */
  readonly confirmation: Confirmation
}

const PAGE = 100

export async function revokeAll(room: Room, options: RevokeAllOptions): Promise<RevokedAll> {
  const { settings, changes, events } = room
  checkNames(options, ['owner', 'confirm', ...ATTRIBUTION])
  const owner = checkOptionalText('owner', options.owner)
  if (owner === undefined) invalid('owner', 'given')
  const { by, reach } = checkChange(options)
  const keyIds: string[] = []
  let confirmation: Confirmation | undefined
  for (;;) {
    const now = settings.clock.now()
    const keys = await openKeysOf(room, owner, now)
    if (keys.length === 0) {
      // None is left, and earlier revocations may not have been heard of everywhere.
      confirmation ??= await changes.publish({ audit: [], invalidations: [{ owner }] }, undefined, reach)
      return { keyIds, confirmation }
    }
    const revoked = keys.map((key) => next(key, { revokedAt: now }))
    const audit = keys.map((key, index) => auditOf('revoked', key, revoked[index] as StoredKey, now, by))
    const done = await changes.changeMany({ update: revoked, audit, invalidations: [{ owner }] }, reach)
    // One of them was changed meanwhile: nothing was written, and they are read again.
    if (done === undefined) continue
    confirmation = done
    keyIds.push(...revoked.map(({ id }) => id))
    for (const key of revoked) events.emit('revoked', changeEvent(key, by, now))
  }
}

/** Keys of an owner that are not revoked yet, whatever else they are. */
async function openKeysOf({ settings }: Room, owner: string, now: number): Promise<StoredKey[]> {
  const found: StoredKey[] = []
  for (const state of ['active', 'retiring', 'scheduled', 'disabled', 'expired', 'retired'] as const) {
    if (found.length > 0) break
    for (const key of await settings.store.list({ owner, state, now, limit: PAGE })) {
      const { lastUsedAt: _at, lastUsedFrom: _from, ...stored } = key
      found.push(stored)
    }
  }
  return found
}
