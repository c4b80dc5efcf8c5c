import type { Confirmation } from '@bearward/core'
import { type AuditAction, auditOf } from './audit.ts'
import { acceptedLinks, ChainReader, type StillAccepted } from './chain.ts'
import { declaredMetadata } from './declared-metadata.ts'
import { KeyringError } from './errors.ts'
import type { KeyringEvent } from './events.ts'
import { checkConditions, checkNames, checkScopes, checkText, invalid } from './input.ts'
import { checkExpiry, type Expiry, isDeclaredIn } from './issue.ts'
import { keyOf, type Metadata, type StoredKey } from './key.ts'
import { type KeyAction, mayChange, next } from './lifecycle.ts'
import { CHANGE_FIELDS, type Changed, type ChangeOptions, changeEvent, checkChange, type Room } from './room.ts'
import { selectorOf } from './selector.ts'

/**
 * What `update()` takes: what is left out stays as it is.
 *
 * @typeParam S the declared scopes, or `string`
 * @typeParam I the declared metadata, or anything that JSON can write
 */
export interface UpdateOptions<S extends string = string, I = Metadata> extends ChangeOptions, Expiry {
  readonly name?: string | undefined
  readonly scopes?: readonly S[] | undefined
  /** Takes the place of all metadata. */
  readonly metadata?: I | undefined
  /** Write only when the key still has this `version`; otherwise `conflict`. */
  readonly version?: number
}

const UPDATE_FIELDS = [...CHANGE_FIELDS, 'name', 'scopes', 'metadata', 'expiresAt', 'expiresInMs', 'version']

export async function update(room: Room, id: string, options: UpdateOptions): Promise<Changed> {
  checkNames(options, UPDATE_FIELDS)
  checkConditions(options, ['version'])
  const { name, scopes, metadata, version } = options
  if (version !== undefined && !Number.isInteger(version)) invalid('version', 'a whole number')
  const fixed: Partial<StoredKey> = {
    ...(name !== undefined && { name: checkText('name', name, 0) }),
    ...(scopes !== undefined && { scopes: checkScopes(scopes, isDeclaredIn(room.settings)) }),
    ...(metadata !== undefined && { metadata: await declaredMetadata(room.settings.metadata, metadata) }),
  }
  const hasExpiry = options.expiresAt !== undefined || options.expiresInMs !== undefined
  const { key, confirmation, now } = await changeState(room, id, options, {
    action: 'update',
    told: 'updated',
    changesAt(key, now) {
      if (version !== undefined && key.version !== version) {
        throw new KeyringError('version: the key has been changed meanwhile', { code: 'conflict', field: 'version' })
      }
      const expiresAt = hasExpiry ? checkExpiry(options, now) : key.expiresAt
      // A new end is announced anew.
      return expiresAt === key.expiresAt ? fixed : { ...fixed, expiresAt, announcedAt: null }
    },
  })
  return { key: keyOf(key, now), confirmation }
}

/** Answer of `disable()`. */
export interface Disabled<M extends object = Metadata, E extends string = string> extends Changed<M, E> {
  /** Other keys of the rotation chain that verifiers accept still, oldest first: `disable()` takes one key alone. */
  readonly stillAccepted: readonly StillAccepted<M, E>[]
}

export async function disable(room: Room, id: string, options: ChangeOptions): Promise<Disabled> {
  checkNames(options, CHANGE_FIELDS)
  const changesAt = (_key: StoredKey, now: number) => ({ disabledAt: now })
  const changed = await changeState(room, id, options, { action: 'disable', told: 'disabled', changesAt })
  const { key, confirmation, now } = changed
  const reader = new ChainReader(room.settings.store, options.owner)
  const stillAccepted = await acceptedLinks(reader, key, ['rotatedFrom', 'rotatedTo'], now)
  return { key: keyOf(key, now), confirmation, stillAccepted }
}

export async function enable(room: Room, id: string, options: ChangeOptions): Promise<Changed> {
  checkNames(options, CHANGE_FIELDS)
  const changesAt = () => ({ disabledAt: null })
  const changed = await changeState(room, id, options, { action: 'enable', told: 'enabled', changesAt })
  return { key: keyOf(changed.key, changed.now), confirmation: changed.confirmation }
}

interface Step {
  readonly action: Exclude<KeyAction, 'rotate' | 'revoke'>
  readonly told: AuditAction & KeyringEvent & ('updated' | 'disabled' | 'enabled')
  changesAt(key: StoredKey, now: number): Partial<StoredKey>
}

interface ChangedState {
  readonly key: StoredKey
  readonly confirmation: Confirmation
  readonly now: number
}

/** One key, one step of its life. A step that changes nothing is published again, and confirmed, and not written. */
async function changeState(room: Room, id: string, options: ChangeOptions, step: Step): Promise<ChangedState> {
  const { by, reach } = checkChange(options)
  const { action, told, changesAt } = step
  let result: { key: StoredKey; now: number } | undefined
  let isDone = false
  const confirmation = await room.changes.change(selectorOf(id, options), reach, (key, now) => {
    result = { key, now }
    isDone = false
    const changes = mayChange(action, key, now) ? changesAt(key, now) : {}
    // It may be done and not yet heard of everywhere: by another call that is under way, or one that failed half-way.
    if (changesNothing(key, changes)) return { audit: [], invalidations: [{ id }] }
    isDone = true
    const changed = next(key, changes)
    result = { key: changed, now }
    return { update: [changed], audit: [auditOf(told, key, changed, now, by)], invalidations: [{ id }] }
  })
  const { key, now } = result as NonNullable<typeof result>
  if (isDone) room.events.emit(told, changeEvent(key, by, now))
  return { key, confirmation, now }
}

function changesNothing(key: StoredKey, changes: Partial<StoredKey>): boolean {
  const fields = Object.keys(changes) as (keyof StoredKey)[]
  return fields.every((field) => JSON.stringify(changes[field]) === JSON.stringify(key[field]))
}
