import { type Confirmation, DAY } from '@bearward/core'
import { auditOf } from './audit.ts'
import { ATTRIBUTION, checkDuration, checkFlag, checkId, checkNames } from './input.ts'
import { checkExpiry, type Expiry, type Issued } from './issue.ts'
import { type Key, keyOf, type StoredKey } from './key.ts'
import { mayChange, type RotationPlan, retiring, succeeding } from './lifecycle.ts'
import { type ChangeOptions, changeEvent, checkChange, type Room } from './room.ts'
import { makeToken } from './token.ts'

/** What `rotate()` takes. */
export interface RotateOptions extends ChangeOptions, Expiry {
  /**
   * Milliseconds for which both keys work, 0 to 3 153 600 000 000. `0` is the emergency: the old key is refused everywhere
   * when the call resolves. Default 86 400 000 (a day).
   */
  readonly graceMs?: number | undefined
  /** Whether the first use of the successor ends the grace. Default `false`. */
  readonly endOnFirstUse?: boolean | undefined
  /** Id of the successor, as in `issue()`. */
  readonly id?: string | undefined
}

/** A successor with its token, and the key that it replaces. */
export interface Rotated extends Issued {
  /** The old key as it stands now. */
  readonly previous: Key
  readonly confirmation: Confirmation
}

const FIELDS = ['graceMs', 'endOnFirstUse', 'expiresAt', 'expiresInMs', 'id', 'confirm', ...ATTRIBUTION]

export async function rotate(room: Room, id: string, options: RotateOptions): Promise<Rotated> {
  const { settings, changes, events } = room
  checkNames(options, FIELDS)
  const { by, reach } = checkChange(options)
  const { graceMs = DAY, endOnFirstUse = false } = options
  checkDuration('graceMs', graceMs, 0)
  checkFlag('endOnFirstUse', endOnFirstUse)
  const successorId = checkId('id', options.id ?? settings.ids())
  // The environment of a key never changes, so the token can be made before the key is read for the change itself.
  const environment = (await settings.store.findById(checkId('id', id)))?.environment ?? null
  const { token, digest, hint } = await makeToken(settings.format, settings.digest, environment)

  let done: { previous: StoredKey; successor: StoredKey; now: number } | undefined
  // While both keys work there is nothing that must not be accepted, and the token must not be lost.
  const strict = reach.strict && graceMs === 0
  const confirmation = await changes.change(id, { ...reach, strict }, (key, now) => {
    mayChange('rotate', key, now)
    const plan: RotationPlan = { successorId, graceMs, endOnFirstUse, now }
    const previous = retiring(key, plan)
    const successor = {
      ...succeeding(key, plan),
      digest,
      secretHash: null,
      hint,
      expiresAt: successorExpiry(key, options, now),
    }
    done = { previous, successor, now }
    return {
      create: [successor],
      update: [previous],
      audit: [auditOf('rotated', key, previous, now, by), auditOf('issued', undefined, successor, now, by)],
      invalidations: [{ id: previous.id }, { id: successor.id }],
    }
  })
  const { previous, successor, now } = done as NonNullable<typeof done>
  events.emit('rotated', { ...changeEvent(successor, by, now), previous: keyOf(previous, now) })
  return { token, key: keyOf(successor, now), previous: keyOf(previous, now), confirmation }
}

/** Unless another one is given, the successor lives as long as the old key was given to live. */
function successorExpiry(key: StoredKey, options: Expiry, now: number): number | null {
  if (options.expiresAt !== undefined || options.expiresInMs !== undefined) return checkExpiry(options, now)
  return key.expiresAt === null ? null : now + (key.expiresAt - key.createdAt)
}
