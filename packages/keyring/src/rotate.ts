import { type Confirmation, DAY } from '@bearward/core'
import { auditOf } from './audit.ts'
import { ChainReader } from './chain.ts'
import { type Ending, emitEnded, endPlan, endRest, type Links, linksOf } from './chain-ending.ts'
import type { Plan } from './changes.ts'
import { checkDuration, checkFlag, checkId, checkNames } from './input.ts'
import { checkExpiry, type Expiry, type Issued } from './issue.ts'
import { type Key, keyOf, type Metadata, type StoredKey } from './key.ts'
import { mayChange, retiring, succeeding } from './lifecycle.ts'
import { CHANGE_FIELDS, type ChangeOptions, changeEvent, checkChange, type Room } from './room.ts'
import { selectorOf } from './selector.ts'
import { makeToken } from './token.ts'

/** What `rotate()` takes. */
export interface RotateOptions extends ChangeOptions, Expiry {
  /**
   * Milliseconds for which both keys work, 0 to 3 153 600 000 000. `0` is the emergency: the old key, and every older key
   * of its rotation chain, is refused everywhere when the call resolves. Default 86 400 000 (a day).
   */
  readonly graceMs?: number | undefined
  /** Whether the first use of the successor ends the grace. Default `false`. */
  readonly endOnFirstUse?: boolean | undefined
  /** Id of the successor, as in `issue()`. */
  readonly id?: string | undefined
}

/** A successor with its token, and the key that it replaces. */
export interface Rotated<M extends object = Metadata, E extends string = string> extends Issued<M, E> {
  /** The old key as it stands now; until its `graceEndsAt` it is accepted too. */
  readonly previous: Key<M, E>
  /** Older keys of the rotation chain that were ended with `previous`, the nearest first; none where there is a grace. */
  readonly alsoEnded: readonly Key<M, E>[]
  readonly confirmation: Confirmation
}

const FIELDS = [...CHANGE_FIELDS, 'graceMs', 'endOnFirstUse', 'expiresAt', 'expiresInMs', 'id']

export async function rotate(room: Room, id: string, options: RotateOptions): Promise<Rotated> {
  const { settings, changes, events } = room
  checkNames(options, FIELDS)
  const { by, reach } = checkChange(options)
  const selector = selectorOf(id, options)
  const { graceMs = DAY, endOnFirstUse = false } = options
  checkDuration('graceMs', graceMs, 0)
  checkFlag('endOnFirstUse', endOnFirstUse)
  const successorId = checkId('id', options.id ?? settings.ids())
  // The environment of a key never changes, so the token can be made before the key is read for the change itself.
  const environment = (await settings.store.findById(selector.id))?.environment ?? null
  const { token, digest, hint } = await makeToken(settings.format, settings.digest, environment)

  // While both keys work there is nothing that must not be accepted, and the token must not be lost.
  const strict = reach.strict && graceMs === 0
  const reader = new ChainReader(settings.store, selector.owner)
  const ending: Ending = { action: 'retired', reader, by, reach: { ...reach, strict } }
  let done: Rotation | undefined
  const confirmation = await changes.change(selector, ending.reach, async (key, now) => {
    mayChange('rotate', key, now)
    const links = await linksOf(reader, key, graceMs === 0 ? ['rotatedFrom'] : [], now)
    const plan = { successorId, graceMs, endOnFirstUse, now }
    const made = { digest, secretHash: null, hint, expiresAt: successorExpiry(key, options, now) }
    done = { key, previous: retiring(key, plan), successor: { ...succeeding(key, plan), ...made }, links, now }
    return rotationPlan(done, ending)
  })
  const { previous, successor, links, now } = done as NonNullable<typeof done>
  events.emit('rotated', { ...changeEvent(successor, by, now), previous: keyOf(previous, now) })
  const alsoEnded = emitEnded(room, ending, endPlan(ending, links.open, now).update, now)
  const rest = await endRest(room, ending, links.rests)
  return {
    token,
    key: keyOf(successor, now),
    previous: keyOf(previous, now),
    alsoEnded: [...alsoEnded, ...rest.keys],
    confirmation: rest.confirmation ?? confirmation,
  }
}

/** A key and its successor as a rotation leaves them, and the older keys that end with it. */
interface Rotation {
  /** The key before the rotation. */
  readonly key: StoredKey
  readonly previous: StoredKey
  readonly successor: StoredKey
  readonly links: Links
  readonly now: number
}

function rotationPlan({ key, previous, successor, links, now }: Rotation, ending: Ending): Plan {
  const { by } = ending
  const older = endPlan(ending, links.open, now)
  const audit = [auditOf('rotated', key, previous, now, by), auditOf('issued', undefined, successor, now, by)]
  return {
    create: [successor],
    update: [previous, ...older.update],
    audit: [...audit, ...older.audit],
    invalidations: [{ id: previous.id }, { id: successor.id }, ...older.invalidations],
  }
}

/** Unless another one is given, the successor lives as long as the old key was given to live. */
function successorExpiry(key: StoredKey, options: Expiry, now: number): number | null {
  if (options.expiresAt !== undefined || options.expiresInMs !== undefined) return checkExpiry(options, now)
  return key.expiresAt === null ? null : now + (key.expiresAt - key.createdAt)
}
