import type { KeyJson } from './view.ts'

/** States that a key does not leave again. */
export function hasEnded({ state }: Pick<KeyJson, 'state'>): boolean {
  return state === 'expired' || state === 'retired' || state === 'revoked'
}

/**
 * The moment from which a key is refused for good, or was: the end of its grace where that comes before its expiry.
 * `null` where nothing ends it.
 */
export function endOf(entry: KeyJson): string | null {
  if (entry.state === 'revoked') return entry.revokedAt
  const { expiresAt, graceEndsAt, endedAt } = entry
  // RFC 3339 in UTC, all of the same length: the order of the text is that of the moments.
  const [first = null] = [expiresAt, graceEndsAt, endedAt].filter((time) => time !== null).sort()
  return first
}
