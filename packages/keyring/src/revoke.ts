import type { Confirmation } from '@bearward/core'
import { auditOf } from './audit.ts'
import { acceptedLinks, ChainReader, type Side, type StillAccepted } from './chain.ts'
import { type Ending, emitEnded, endPlan, endRest, type Links, linksOf } from './chain-ending.ts'
import { checkNames, checkOptionalText, invalid } from './input.ts'
import { type Key, keyOf, type Metadata, type StoredKey, storedOf } from './key.ts'
import { mayChange, next } from './lifecycle.ts'
import { CHANGE_FIELDS, type Changed, type ChangeOptions, changeEvent, checkChange, type Room } from './room.ts'
import { selectorOf } from './selector.ts'

/** The keys of a rotation chain that `revoke()` ends beside the one that it names. */
export type ChainPart = 'predecessors' | 'all' | 'none'

/** Options of `revoke()`. */
export interface RevokeOptions extends ChangeOptions {
  /**
   * Keys of the rotation chain that are revoked too. `predecessors`, the default: those that this key has replaced and that
   * have not ended, because a client that must be kept out has had them as well. `all`: its successors too. `none`: this
   * key alone.
   */
  readonly chain?: ChainPart | undefined
}

/** Answer of `revoke()`. */
export interface Revoked<M extends object = Metadata, E extends string = string> extends Changed<M, E> {
  /** Other keys of the rotation chain that this call has ended, the nearest first. */
  readonly alsoEnded: readonly Key<M, E>[]
  /** Keys of the rotation chain that verifiers accept still, oldest first. */
  readonly stillAccepted: readonly StillAccepted<M, E>[]
}

/** The sides of a key that are ended with it, and those that are left. */
const SIDES: Readonly<Record<ChainPart, { readonly ended: readonly Side[]; readonly left: readonly Side[] }>> = {
  predecessors: { ended: ['rotatedFrom'], left: ['rotatedTo'] },
  all: { ended: ['rotatedFrom', 'rotatedTo'], left: [] },
  none: { ended: [], left: ['rotatedFrom', 'rotatedTo'] },
}

export async function revoke(room: Room, id: string, options: RevokeOptions): Promise<Revoked> {
  checkNames(options, [...CHANGE_FIELDS, 'chain'])
  const { chain = 'predecessors' } = options
  if (typeof chain !== 'string' || !Object.hasOwn(SIDES, chain))
    invalid('chain', `one of ${Object.keys(SIDES).join(', ')}`)
  const { by, reach } = checkChange(options)
  const selector = selectorOf(id, options)
  const reader = new ChainReader(room.settings.store, selector.owner)
  const ending: Ending = { action: 'revoked', reader, by, reach }
  let result: { key: StoredKey; ended: readonly StoredKey[]; links: Links; now: number } | undefined
  const first = await room.changes.change(selector, reach, async (key, now) => {
    const isOpen = mayChange('revoke', key, now)
    const links = await linksOf(reader, key, SIDES[chain].ended, now)
    const planned = endPlan(ending, isOpen ? [key, ...links.open] : links.open, now)
    result = { key: isOpen ? (planned.update[0] as StoredKey) : key, ended: planned.update, links, now }
    // What was revoked before may not have been heard of everywhere: by another call, or by one that failed half-way.
    const again = [...(isOpen ? [] : [key.id]), ...links.revokedWith].map((each) => ({ id: each }))
    return { ...planned, invalidations: [...planned.invalidations, ...again] }
  })
  const { key, ended, links, now } = result as NonNullable<typeof result>
  const others = emitEnded(room, ending, ended, now).filter((other) => other.id !== key.id)
  const rest = await endRest(room, ending, links.rests)
  return {
    key: keyOf(key, now),
    confirmation: rest.confirmation ?? first,
    alsoEnded: [...others, ...rest.keys],
    stillAccepted: await acceptedLinks(reader, key, SIDES[chain].left, now),
  }
}

/** Options of `revokeAll()`. */
export interface RevokeAllOptions extends ChangeOptions {
  /** The owner whose keys are revoked. */
  readonly owner: string
}

/** Answer of `revokeAll()`. */
export interface RevokedAll {
  /** Ids of the keys that were revoked by this call. */
  readonly keyIds: readonly string[]
  /** The confirmation of the processes; it covers all keys of the owner. */
  readonly confirmation: Confirmation
}

const PAGE = 100

export async function revokeAll(room: Room, options: RevokeAllOptions): Promise<RevokedAll> {
  const { settings, changes, events } = room
  checkNames(options, CHANGE_FIELDS)
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
      confirmation ??= await changes.publishAgain([{ owner }], reach)
      return { keyIds, confirmation }
    }
    const revoked = keys.map((key) => next(key, { revokedAt: now }))
    const audit = keys.map((key, index) => auditOf('revoked', key, revoked[index] as StoredKey, now, by))
    const done = await changes.changeMany({ update: revoked, audit, invalidations: [{ owner }] }, reach)
    // Another process changed one of them, so nothing was written, and they are read again.
    if (done === undefined) continue
    confirmation = done
    keyIds.push(...revoked.map(({ id }) => id))
    for (const key of revoked) events.emit('revoked', changeEvent(key, by, now))
  }
}

/** Keys of an owner in the first state in which there are any that are not revoked. */
async function openKeysOf({ settings }: Room, owner: string, now: number): Promise<StoredKey[]> {
  for (const state of ['active', 'retiring', 'scheduled', 'disabled', 'expired', 'retired'] as const) {
    const found = await settings.store.list({ owner, state, now, limit: PAGE })
    if (found.length > 0) return found.map(storedOf)
  }
  return []
}
