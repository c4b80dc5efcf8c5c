import { type StoredKey, stateOf } from './key.ts'
import type { ListPosition, ListQuery } from './store.ts'

/**
 * Whether `list()` selects a key: what a store says in its own words, or asks here of keys that it found otherwise.
 *
 * @example
 * ```ts
 * import { isListed, type ListQuery, type StoredKey } from '@bearward/keyring'
 *
 * declare const keys: readonly StoredKey[]
 * const query: ListQuery = { owner: 'acct_1', now: 1_767_225_600_000, limit: 50 }
 * const selected = keys.filter((key) => isListed(key, query))
 * ```
 */
export function isListed(key: StoredKey, query: ListQuery): boolean {
  const { owner, environment, state, hint = '', search = '', after, now } = query
  if (owner !== undefined && key.owner !== owner) return false
  if (environment !== undefined && key.environment !== environment) return false
  if (state !== undefined && stateOf(key, now) !== state) return false
  if (!key.hint.startsWith(hint) || !isFoundBy(key, search)) return false
  return after === undefined || newestFirst(after, key) < 0
}

/**
 * The order of `list()`, for `sort()`; ids are compared as bytes, which for ASCII is what `<` does.
 *
 * @example
 * ```ts
 * import { newestFirst } from '@bearward/keyring'
 *
 * newestFirst({ createdAt: 2, id: 'key_a' }, { createdAt: 1, id: 'key_b' }) // negative: the later one comes first
 * ```
 */
export function newestFirst(one: ListPosition, other: ListPosition): number {
  if (one.createdAt !== other.createdAt) return other.createdAt - one.createdAt
  return one.id < other.id ? 1 : one.id > other.id ? -1 : 0
}

function isFoundBy({ name, id, owner, hint }: StoredKey, search: string): boolean {
  const wanted = foldCase(search)
  return [name, id, owner ?? '', hint].some((text) => foldCase(text).includes(wanted))
}

/**
 * The text with its ASCII letters in lower case, and nothing else: the one rule of case on which all databases agree.
 *
 * @example
 * ```ts
 * import { foldCase } from '@bearward/keyring'
 *
 * foldCase('CAFÉ') // 'cafÉ'
 * ```
 */
export function foldCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
