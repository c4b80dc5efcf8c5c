import { type Attribution, auditOf } from './audit.ts'
import { ATTRIBUTION, checkAttribution, checkDuration, checkNames } from './input.ts'
import { endOf, type StoredKey } from './key.ts'
import { endingAction, next } from './lifecycle.ts'
import { changeEvent, type Room } from './room.ts'

/** What `expireDue()` takes. */
export interface ExpireOptions extends Attribution {
  /** Tell of keys that end within this time, once for each: 0 to 3 153 600 000 000. Default 0: tell of none. */
  readonly announceMs?: number | undefined
}

/** What `expireDue()` did. */
export interface Expired {
  /** Ids of keys whose end was made final by this call. */
  readonly ended: readonly string[]
  /** Ids of keys whose end was announced by this call. */
  readonly announced: readonly string[]
}

const PAGE = 100
/** A key that others keep changing is left to the next call. */
const MAX_CONFLICTS = 20
/** Every verifier refuses by the dates alone: there is nothing that anybody must hear at once. */
const REACH = { confirm: false, strict: false } as const

export async function expireDue(room: Room, options: ExpireOptions): Promise<Expired> {
  checkNames(options, ['announceMs', ...ATTRIBUTION])
  const by = checkAttribution(options)
  const announceMs = checkDuration('announceMs', options.announceMs ?? 0, 0)
  const ended = await forEachPage(room, { aheadMs: 0 }, (keys, now) => end(room, keys, now, by))
  const announced =
    announceMs === 0
      ? []
      : await forEachPage(room, { aheadMs: announceMs, unannounced: true }, (keys, now) =>
          announce(room, keys, now, by),
        )
  return { ended, announced }
}

/** Works through what is due, page by page: what was worked on is due no more. */
async function forEachPage(
  { settings }: Room,
  query: { readonly aheadMs: number; readonly unannounced?: boolean },
  work: (keys: readonly StoredKey[], now: number) => Promise<boolean>,
): Promise<string[]> {
  const ids: string[] = []
  let conflicts = 0
  for (;;) {
    const now = settings.clock.now()
    const { aheadMs, unannounced } = query
    const keys = await settings.store.listEnding({ until: now + aheadMs, unannounced, limit: PAGE })
    if (keys.length === 0) return ids
    if (await work(keys, now)) ids.push(...keys.map(({ id }) => id))
    else if (++conflicts >= MAX_CONFLICTS) return ids
  }
}

async function end(
  { changes, events }: Room,
  keys: readonly StoredKey[],
  now: number,
  by: Attribution,
): Promise<boolean> {
  const ended = keys.map((key) => next(key, { endedAt: now }))
  const audit = keys.map((key, index) => auditOf(endingAction(key), key, ended[index] as StoredKey, now, by))
  const done = await changes.changeMany({ update: ended, audit, invalidations: ended.map(({ id }) => ({ id })) }, REACH)
  if (done === undefined) return false
  for (const key of ended) events.emit(endingAction(key), changeEvent(key, by, now))
  return true
}

async function announce(
  { changes, events }: Room,
  keys: readonly StoredKey[],
  now: number,
  by: Attribution,
): Promise<boolean> {
  const told = keys.map((key) => next(key, { announcedAt: now }))
  const audit = keys.map((key, index) => auditOf('announced', key, told[index] as StoredKey, now, by))
  const done = await changes.changeMany({ update: told, audit, invalidations: [] }, REACH)
  if (done === undefined) return false
  for (const key of told) events.emit('expiring', { ...changeEvent(key, by, now), endsAt: endOf(key) ?? now })
  return true
}
