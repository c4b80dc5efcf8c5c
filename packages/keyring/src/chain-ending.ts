import type { Confirmation } from '@bearward/core'
import { type Attribution, auditOf } from './audit.ts'
import { type ChainReader, isOver, type Side } from './chain.ts'
import type { Plan, Reach } from './changes.ts'
import { type Key, keyOf, type StoredKey, storedOf } from './key.ts'
import { next } from './lifecycle.ts'
import { changeEvent, type Room } from './room.ts'

/**
 * Links of a chain that one commit ends beside the key itself. A chain can be as long as its owner likes; the links beyond
 * are ended by further commits, so that the length of a chain never delays the end of the key that was named.
 */
const LINKS_AT_ONCE = 100

/** The way in which the keys of a chain are ended: as revoked or as retired, by an actor. */
export interface Ending {
  readonly action: 'revoked' | 'retired'
  readonly reader: ChainReader
  readonly by: Attribution
  readonly reach: Reach
}

/** The place at which a chain goes on after the links that were read. */
interface Rest {
  readonly from: StoredKey
  readonly side: Side
}

/** The nearest links of a chain. */
export interface Links {
  /** Those that have not ended, the nearest first. */
  readonly open: readonly StoredKey[]
  /** Ids of those that were revoked with the key, or after it. */
  readonly revokedWith: readonly string[]
  readonly rests: readonly Rest[]
}

/** Reads the nearest links of a key, on each of the sides. */
export async function linksOf(
  reader: ChainReader,
  key: StoredKey,
  sides: readonly Side[],
  now: number,
): Promise<Links> {
  // Where a store's links lead in a circle, one key is on both sides.
  const open = new Map<string, StoredKey>()
  const revokedWith: string[] = []
  const rests: Rest[] = []
  for (const side of sides) {
    const links = await reader.links(key, side, now, LINKS_AT_ONCE)
    for (const link of links) {
      if (!isOver(link, now)) open.set(link.id, storedOf(link))
      else if (link.revokedAt !== null && link.revokedAt >= (key.revokedAt ?? Number.POSITIVE_INFINITY)) {
        revokedWith.push(link.id)
      }
    }
    const last = links.at(-1)
    if (links.length === LINKS_AT_ONCE && last !== undefined) rests.push({ from: last, side })
  }
  return { open: [...open.values()], revokedWith, rests }
}

/** A plan that ends keys, and the keys as it leaves them. */
export interface EndPlan extends Plan {
  readonly update: readonly StoredKey[]
}

/** Makes the commit that ends keys. */
export function endPlan(
  { action, by }: Pick<Ending, 'action' | 'by'>,
  keys: readonly StoredKey[],
  now: number,
): EndPlan {
  const update = keys.map((key) => next(key, action === 'revoked' ? { revokedAt: now } : { endedAt: now }))
  const audit = keys.map((key, index) => auditOf(action, key, update[index] as StoredKey, now, by))
  return { update, audit, invalidations: keys.map(({ id }) => ({ id })) }
}

/** Keys that were ended beyond the nearest links, and the confirmation of the last commit. */
interface EndedRest {
  readonly keys: readonly Key[]
  readonly confirmation: Confirmation | undefined
}

/** Ends what is open in the rest of a chain, in steps of which each is all or nothing. */
export async function endRest(room: Room, ending: Ending, rests: readonly Rest[]): Promise<EndedRest> {
  const { settings, changes } = room
  const keys: Key[] = []
  let confirmation: Confirmation | undefined
  const begun = new Set<string>()
  const waiting = [...rests]
  for (let rest = waiting.shift(); rest !== undefined; rest = waiting.shift()) {
    // Links that lead in a circle were written by no keyring.
    if (begun.has(`${rest.side} ${rest.from.id}`)) continue
    const now = settings.clock.now()
    const { open, rests: further } = await linksOf(ending.reader, rest.from, [rest.side], now)
    const planned = endPlan(ending, open, now)
    const done = open.length === 0 ? confirmation : await changes.changeMany(planned, ending.reach)
    if (open.length > 0 && done === undefined) {
      // One of them was changed by another process, so nothing was written; they are read again.
      waiting.unshift(rest)
      continue
    }
    begun.add(`${rest.side} ${rest.from.id}`)
    confirmation = done
    keys.push(...emitEnded(room, ending, planned.update, now))
    waiting.push(...further)
  }
  return { keys, confirmation }
}

/** Emits the events of keys that were ended; returns the keys as others see them. */
export function emitEnded(room: Room, { action, by }: Ending, ended: readonly StoredKey[], now: number): Key[] {
  for (const key of ended) room.events.emit(action, changeEvent(key, by, now))
  return ended.map((key) => keyOf(key, now))
}
