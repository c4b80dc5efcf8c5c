/** What a person may attach to a key: anything JSON can write. */
export type Metadata = { readonly [name: string]: JsonValue }

/** A value that JSON can write. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue }

/** A key as a store keeps it. Times are epoch milliseconds, `null` where there is none. */
export interface StoredKey {
  readonly id: string
  /** What the token is looked up by; unique in a store, compared byte for byte. */
  readonly digest: string
  /**
   * A slow hash of the whole token, where the system that issued it kept no digest; `digest` is then public and proves
   * nothing. `null` for every other key.
   */
  readonly secretHash: string | null
  /** What a list may show of the token: `acme_live_4fTq…`. */
  readonly hint: string
  /** What people call the key; empty when nobody named it. */
  readonly name: string
  readonly owner: string | null
  readonly environment: string | null
  readonly scopes: readonly string[]
  readonly metadata: Metadata
  readonly createdAt: number
  /** Not accepted before. */
  readonly notBefore: number | null
  /** Not accepted from then on. */
  readonly expiresAt: number | null
  readonly disabledAt: number | null
  /** Set once, never changed again. */
  readonly revokedAt: number | null
  /** When the end of the key became final: it had expired and that was noted, or its successor took over. Set once. */
  readonly endedAt: number | null
  /** When it was told that the key will expire soon. */
  readonly announcedAt: number | null
  /** The key that this one replaces. */
  readonly rotatedFrom: string | null
  /** The key that replaces this one. */
  readonly rotatedTo: string | null
  /** Until when this key works beside its successor. */
  readonly graceEndsAt: number | null
  /** The first use of this key ends the one that it replaces. */
  readonly endsPredecessor: boolean
  /** Counts the changes of this key, from 1. */
  readonly version: number
}

/** When and from where a key was last accepted, as far as it was written down. */
export interface Usage {
  readonly lastUsedAt: number | null
  /** The client's address, where the verifier knows it. */
  readonly lastUsedFrom: string | null
}

/**
 * Where a key stands at a moment:
 *
 * - `scheduled` not yet valid; `active` accepted; `retiring` accepted beside its successor until its grace ends;
 * - `disabled` refused until it is enabled;
 * - `expired`, `retired` (its successor has taken over) and `revoked` refused for good.
 */
export type KeyState = 'scheduled' | 'active' | 'retiring' | 'disabled' | 'expired' | 'retired' | 'revoked'

/** The states, in the order of a life. */
export const KEY_STATES: readonly KeyState[] = Object.freeze([
  'scheduled',
  'active',
  'retiring',
  'disabled',
  'expired',
  'retired',
  'revoked',
])

/** Fields that the store keeps for the keyring, and those that a declaration of the keyring gives a narrower type. */
type NotShown = 'digest' | 'secretHash' | 'announcedAt' | 'endsPredecessor' | 'metadata' | 'environment'

/**
 * A key as everybody but the store sees it: all that is stored, less what was made of the token. Times are epoch milliseconds. What a
 * handler gets as `principal.key`.
 *
 * @typeParam M the declared metadata, or anything that JSON can write
 * @typeParam E the environments of the format, or `string`
 */
export interface Key<M extends object = Metadata, E extends string = string> extends Omit<StoredKey, NotShown> {
  readonly metadata: M
  readonly environment: E | null
  /** Where the key stood when it was read. */
  readonly state: KeyState
}

/**
 * Where the record of a key's uses stands:
 *
 * - `used` a use is on record;
 * - `never_used` none is, and this process knows of none;
 * - `not_recorded_yet` none is, although the key was used or may have been: this process has accepted it and the use is not written
 *   down, or another system issued the key and its use there is not known.
 *
 * First uses are written at once, so `never_used` is wrong for about a second where another process has accepted the key. It stays
 * wrong until the next use where that process crashed before the write.
 */
export type UseStatus = 'used' | 'never_used' | 'not_recorded_yet'

/** A key with what is known of its use. */
export interface KeyWithUsage<M extends object = Metadata, E extends string = string> extends Key<M, E>, Usage {
  readonly useStatus: UseStatus
}

/** The earlier of the two dates that end a key; `null` when nothing does. */
export function endOf({ expiresAt, graceEndsAt }: Pick<StoredKey, 'expiresAt' | 'graceEndsAt'>): number | null {
  if (expiresAt === null || graceEndsAt === null) return expiresAt ?? graceEndsAt
  return Math.min(expiresAt, graceEndsAt)
}

/** Where a key stands at `now`, epoch milliseconds. */
export function stateOf(key: StoredKey, now: number): KeyState {
  if (key.revokedAt !== null) return 'revoked'
  if (key.endedAt !== null) return key.rotatedTo === null ? 'expired' : 'retired'
  if (key.expiresAt !== null && now >= key.expiresAt) return 'expired'
  if (key.graceEndsAt !== null && now >= key.graceEndsAt) return 'retired'
  if (key.disabledAt !== null) return 'disabled'
  if (key.notBefore !== null && now < key.notBefore) return 'scheduled'
  return key.rotatedTo === null ? 'active' : 'retiring'
}

/** What others may see of a stored key. */
export function keyOf(stored: StoredKey, now: number): Key {
  const { digest: _d, secretHash: _s, announcedAt: _a, endsPredecessor: _e, ...shown } = stored
  return { ...shown, state: stateOf(stored, now) }
}

/** A row of a store without what is known of its use: what a commit writes. */
export function storedOf(row: StoredKey & Usage): StoredKey {
  const { lastUsedAt: _at, lastUsedFrom: _from, ...stored } = row
  return stored
}

/** Returns true for a digest of another system: it stands behind the name of a format. */
export function isForeign({ digest }: StoredKey): boolean {
  return digest.includes(':')
}

/** @param isUnrecorded whether this process knows of a use that is not written down */
function useStatusOf(stored: StoredKey & Usage, isUnrecorded: boolean): UseStatus {
  if (stored.lastUsedAt !== null) return 'used'
  return isUnrecorded || isForeign(stored) ? 'not_recorded_yet' : 'never_used'
}

/** The same with its use. */
export function keyWithUsageOf(stored: StoredKey & Usage, now: number, isUnrecorded: boolean): KeyWithUsage {
  const { lastUsedAt, lastUsedFrom } = stored
  return { ...keyOf(stored, now), lastUsedAt, lastUsedFrom, useStatus: useStatusOf(stored, isUnrecorded) }
}
