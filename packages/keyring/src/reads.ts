import { ChainReader, isOver } from './chain.ts'
import { findByToken } from './find.ts'
import { checkId } from './input.ts'
import { type KeyWithUsage, keyWithUsageOf } from './key.ts'
import type { Room } from './room.ts'
import { isSelected, type KeySelector, type OwnerOption, onlyOwnerIn } from './selector.ts'

export async function get(room: Room, id: string, options: OwnerOption): Promise<KeyWithUsage | null> {
  return read(room, { owner: onlyOwnerIn(options), id: checkId('id', id) })
}

export async function find(room: Room, token: string, options: OwnerOption): Promise<KeyWithUsage | null> {
  const owner = onlyOwnerIn(options)
  const stored = await findByToken(room.settings, token)
  return stored === null ? null : read(room, { owner, id: stored.id })
}

async function read({ settings, isUnrecorded }: Room, selector: KeySelector): Promise<KeyWithUsage | null> {
  const row = await settings.store.findById(selector.id)
  return row === null || !isSelected(row, selector)
    ? null
    : keyWithUsageOf(row, settings.clock.now(), isUnrecorded(row.id))
}

/** A key, and the keys of its rotation chain that have not ended, oldest first. */
export async function chain(room: Room, id: string, options: OwnerOption): Promise<readonly KeyWithUsage[] | null> {
  const { store, clock } = room.settings
  const selector: KeySelector = { owner: onlyOwnerIn(options), id: checkId('id', id) }
  const key = await store.findById(selector.id)
  if (key === null || !isSelected(key, selector)) return null
  const now = clock.now()
  const reader = new ChainReader(store, selector.owner)
  const older = (await reader.links(key, 'rotatedFrom', now)).filter((link) => !isOver(link, now))
  const newer = (await reader.links(key, 'rotatedTo', now)).filter((link) => !isOver(link, now))
  return [...older.reverse(), key, ...newer].map((row) => keyWithUsageOf(row, now, room.isUnrecorded(row.id)))
}
