import type { Change, MaybePromise } from '@bearward/core'
import type { AuditAction, AuditEntry, NewAuditEntry } from './audit.ts'
import type { KeyState, StoredKey, Usage } from './key.ts'
import type { AddressUse } from './use-record.ts'

/**
 * Where a keyring keeps its keys. Ten methods over six kinds of rows: keys, their use, the audit trail, the
 * outbox, and the counter that orders commits. `@bearward/keyring/testing` tests a store against this contract.
 *
 * Contract:
 * - *A missing row* is `null`, never an error. *A store that cannot answer* rejects; it never answers `null` instead.
 * - *The keyring's clock counts.* A store writes the times it is given and never asks its own.
 * - *Text is bytes.* Ids, digests, owners, environments and hints are compared byte for byte, whatever the collation;
 *   every text comes back as it was given.
 * - *What was returned is a copy.* Changing it changes no row.
 * - *Closed means closed.* After `close()` every method rejects.
 */
export interface KeyStore {
  /**
   * The key that is stored under one of these digests, the first of them that is taken, or `null`. One indexed read and no
   * write: every verification without cache costs this.
   *
   * @param digests at least one; more than one while peppers or the keys of another system are being replaced
   * @param context with `fresh: true` the answer includes every commit that was acknowledged before the call; without, a
   *   replica may answer
   */
  findByDigest(digests: readonly string[], context: ReadContext): MaybePromise<StoredKey | null>
  /** The key with this id and its use, or `null`. Always includes every commit acknowledged before the call. */
  findById(id: string): MaybePromise<(StoredKey & Usage) | null>
  /** A page of keys, newest first, by `createdAt` and then `id`, both descending. */
  list(query: ListQuery): Promise<readonly (StoredKey & Usage)[]>
  /**
   * Keys that are neither revoked nor ended, whose end (the earlier of `expiresAt` and `graceEndsAt`) is at
   * `query.until` or before, earliest first. With `unannounced`, those alone that also have no `announcedAt`.
   */
  listEnding(query: EndingQuery): Promise<readonly StoredKey[]>
  /**
   * Writes all of it in one transaction, or nothing. Commits are in one order: each takes the next sequence numbers for
   * its audit entries, without gaps, and a number is visible to readers only when all lower ones are.
   *
   * @returns `committed` with the last sequence number; `conflict` when a key in `update` is not there with
   *   `version - 1`; `duplicate` when an id or digest in `create` is taken, also by another key in `create`, or a digest in
   *   `update` by another key
   */
  commit(commit: Commit): Promise<CommitOutcome>
  /** Entries of the audit trail, newest first. */
  audit(query: AuditQuery): Promise<readonly AuditEntry[]>
  /**
   * Notes that keys were used. Touches nothing but the record of use: it can not change, and not bring back, a key. An
   * earlier time than the one on record changes nothing; ids of keys that are not there are passed over.
   *
   * @returns what was new about each use, in any order; uses with nothing new may be left out
   */
  recordUse(uses: readonly Use[]): Promise<readonly UseOutcome[]>
  /**
   * How often a key was used by day, and from where. Each recorded use counts on the day of its `at`. At least the last 90
   * days of each key's use are kept, and the 16 addresses that were used last.
   *
   * @param sinceDay the first day, counted from 1970-01-01 in UTC
   */
  usage(keyId: string, sinceDay: number): Promise<KeyUses>
  /**
   * The outbox: changes that were committed with `outbox: true` and not yet taken out, oldest first. Where `remove` names
   * sequences, these are taken out first.
   */
  outbox(query: { readonly remove?: readonly number[]; readonly limit: number }): Promise<readonly OutboxEntry[]>
  /**
   * Optional: checks that the store can be reached, has the data structures that it needs, and may do all that the other
   * methods do. Writes no key. Without it, `keyring.ready()` reads one key instead.
   *
   * @throws {Error} that says what is wrong and what to do about it
   */
  ready?(): Promise<void>
  /** Gives back what the store itself has opened. What the user opened stays open. */
  close(): Promise<void>
}

/** What a read must see. */
export interface ReadContext {
  readonly fresh: boolean
}

/** What `list()` selects; every condition must hold. */
export interface ListQuery {
  readonly owner?: string | undefined
  readonly environment?: string | undefined
  /** The state at `now`. */
  readonly state?: KeyState | undefined
  /** The beginning of the hint. */
  readonly hint?: string | undefined
  /**
   * Stands somewhere in the name, id, owner or hint. ASCII letters are alike in either case; all else is compared byte for
   * byte, and no character stands for others.
   */
  readonly search?: string | undefined
  /** Only what comes after this place in the order. */
  readonly after?: ListPosition | undefined
  /** Epoch milliseconds at which states are judged. */
  readonly now: number
  /** Rows at most. */
  readonly limit: number
}

/** A place in the order of `list()`. */
export interface ListPosition {
  readonly createdAt: number
  readonly id: string
}

/** What `listEnding()` selects. */
export interface EndingQuery {
  /** Epoch milliseconds. */
  readonly until: number
  readonly unannounced?: boolean | undefined
  readonly limit: number
}

/** What `audit()` selects; every condition must hold. */
export interface AuditQuery {
  readonly keyId?: string | undefined
  readonly owner?: string | undefined
  readonly actor?: string | undefined
  readonly action?: AuditAction | undefined
  /** Only entries with a lower sequence. */
  readonly before?: number | undefined
  /** Rows at most. */
  readonly limit: number
}

/** One transaction. */
export interface Commit {
  readonly create: readonly StoredKey[]
  /** Whole new rows, digest and all; each takes the place of the row with the same id and `version - 1`. */
  readonly update: readonly StoredKey[]
  readonly audit: readonly NewAuditEntry[]
  /** What processes must forget once this is committed. A store that can reach them tells them in the transaction. */
  readonly invalidations: Change['invalidations']
  /** Whether to keep that in the outbox, with the last sequence number of this commit, until it is taken out. */
  readonly outbox: boolean
}

/** How a commit ended. */
export type CommitOutcome =
  | { readonly status: 'committed'; readonly sequence: number }
  | { readonly status: 'conflict'; readonly keyId: string }
  | { readonly status: 'duplicate'; readonly field: 'id' | 'digest' }

/** A key that was accepted. */
export interface Use {
  readonly keyId: string
  /** Epoch milliseconds of the latest use. */
  readonly at: number
  /** The client's address of the latest use, where it is known. */
  readonly from: string | null
  /** How many uses this tells of, 1 or more. Default 1. */
  readonly uses?: number | undefined
}

/** The uses of a key on one day. */
export interface UsageDay {
  /** Days from 1970-01-01 in UTC. */
  readonly day: number
  readonly uses: number
}

/** What is known of a key's use; both lists are empty where that is nothing. */
export interface KeyUses {
  /** Earliest first; days without use are left out. */
  readonly days: readonly UsageDay[]
  /** Latest first; of the same moment in any order. */
  readonly addresses: readonly AddressUse[]
}

/** What was new about a use. */
export interface UseOutcome {
  readonly keyId: string
  /** It is the first on record. */
  readonly isFirst: boolean
  /** None of the 16 addresses that were used last is this one. */
  readonly isNewAddress: boolean
}

/** A change that processes may not have heard of. */
export interface OutboxEntry extends Change {
  readonly sequence: number
}

/** Days of a key's use that are kept at least. */
export const USAGE_DAYS = 90

/** Addresses of a key that are kept, to be shown and to tell a new one. */
export const MAX_ADDRESSES = 16
