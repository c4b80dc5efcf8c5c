import type { NewAuditEntry } from '../audit.ts'
import { auditOf } from '../audit.ts'
import type { StoredKey } from '../key.ts'
import { next } from '../lifecycle.ts'
import type { Commit, KeyStore } from '../store.ts'

/** Some moment; the contract knows no clock but the one in its rows. */
export const NOW = 1_800_000_000_000

let made = 0

/** A digest that no other call gives. */
function freshDigest(): string {
  made++
  return made.toString(16).padStart(64, 'd')
}

/** A key with nothing special about it, save what `changes` says. */
export function sampleKey(changes: Partial<StoredKey> = {}): StoredKey {
  const digest = freshDigest()
  return {
    id: `key_${made}`,
    digest,
    secretHash: null,
    hint: `acme_live_${String(made).padStart(4, '0')}…`,
    name: 'CI',
    owner: 'acct_1',
    environment: 'live',
    scopes: ['posts:read'],
    metadata: {},
    createdAt: NOW + made,
    notBefore: null,
    expiresAt: null,
    disabledAt: null,
    revokedAt: null,
    endedAt: null,
    announcedAt: null,
    rotatedFrom: null,
    rotatedTo: null,
    graceEndsAt: null,
    endsPredecessor: false,
    version: 1,
    ...changes,
  }
}

export const NEVER_USED = { lastUsedAt: null, lastUsedFrom: null } as const

export function issued(...keys: readonly StoredKey[]): Commit {
  const audit = keys.map((key) => auditOf('issued', undefined, key, NOW, {}))
  return { create: keys, update: [], audit, invalidations: keys.map(({ id }) => ({ id })), outbox: false }
}

export function revoked(key: StoredKey, at: number = NOW): Commit {
  const after = next(key, { revokedAt: at })
  return changed(after, auditOf('revoked', key, after, at, { actor: 'alice' }))
}

export function renamed(key: StoredKey, name: string): Commit {
  const after = next(key, { name })
  return changed(after, auditOf('updated', key, after, NOW, {}))
}

/** A commit that writes one new version of one key. */
export function changed(after: StoredKey, entry: NewAuditEntry): Commit {
  return { create: [], update: [after], audit: [entry], invalidations: [{ id: after.id }], outbox: false }
}

/** Puts keys into a store, each by a commit of its own. */
export async function fill(store: KeyStore, ...keys: readonly StoredKey[]): Promise<void> {
  for (const key of keys) await store.commit(issued(key))
}

export function entryFor(key: StoredKey): NewAuditEntry {
  return auditOf('issued', undefined, key, NOW, {})
}
