import { DAY } from '@bearward/core'
import type { AuditEntry } from './audit.ts'
import { endOf, type StoredKey, type Usage } from './key.ts'
import { isListed, newestFirst } from './listing.ts'
import {
  type AuditQuery,
  type Commit,
  type CommitOutcome,
  type EndingQuery,
  type KeyStore,
  type KeyUses,
  type ListQuery,
  type OutboxEntry,
  type ReadContext,
  USAGE_DAYS,
  type Use,
  type UseOutcome,
} from './store.ts'
import { noteUse, type UseRecord } from './use-record.ts'

/**
 * Keeps keys in the memory of this process, and loses them with it: for tests, and for trying things out.
 *
 * @example
 * ```ts
 * import { keyFormat } from '@bearward/core'
 * import { createKeyring, memoryStore } from '@bearward/keyring'
 *
 * const keyring = createKeyring({ store: memoryStore(), format: keyFormat({ prefix: 'acme' }) })
 * ```
 */
export function memoryStore(): KeyStore {
  return new MemoryStore()
}

const NEVER_USED: Usage = { lastUsedAt: null, lastUsedFrom: null }

class MemoryStore implements KeyStore {
  readonly #keys = new Map<string, StoredKey>()
  readonly #idByDigest = new Map<string, string>()
  readonly #uses = new Map<string, UseRecord>()
  /** Uses by day, by key. */
  readonly #days = new Map<string, Map<number, number>>()
  readonly #trail: AuditEntry[] = []
  readonly #outbox = new Map<number, OutboxEntry>()
  #isClosed = false

  async findByDigest(digests: readonly string[], _context: ReadContext): Promise<StoredKey | null> {
    this.#checkOpen()
    const taken = digests.find((digest) => this.#idByDigest.has(digest)) ?? ''
    const key = this.#keys.get(this.#idByDigest.get(taken) ?? '')
    return key === undefined ? null : structuredClone(key)
  }

  async findById(id: string): Promise<(StoredKey & Usage) | null> {
    this.#checkOpen()
    const key = this.#keys.get(id)
    return key === undefined ? null : this.#withUsage(key)
  }

  async list(query: ListQuery): Promise<readonly (StoredKey & Usage)[]> {
    this.#checkOpen()
    return [...this.#keys.values()]
      .filter((key) => isListed(key, query))
      .sort(newestFirst)
      .slice(0, query.limit)
      .map((key) => this.#withUsage(key))
  }

  async listEnding({ until, unannounced = false, limit }: EndingQuery): Promise<readonly StoredKey[]> {
    this.#checkOpen()
    return [...this.#keys.values()]
      .filter((key) => key.revokedAt === null && key.endedAt === null)
      .filter((key) => !unannounced || key.announcedAt === null)
      .map((key) => ({ key, end: endOf(key) ?? Number.POSITIVE_INFINITY }))
      .filter(({ end }) => end <= until)
      .sort((one, other) => one.end - other.end)
      .slice(0, limit)
      .map(({ key }) => structuredClone(key))
  }

  async commit({ create, update, audit, invalidations, outbox }: Commit): Promise<CommitOutcome> {
    this.#checkOpen()
    for (const { id, version } of update) {
      if (this.#keys.get(id)?.version !== version - 1) return { status: 'conflict', keyId: id }
    }
    const field = this.#takenField(create)
    if (field !== undefined) return { status: 'duplicate', field }
    if (update.some(({ id, digest }) => (this.#idByDigest.get(digest) ?? id) !== id)) {
      return { status: 'duplicate', field: 'digest' }
    }
    for (const { id } of update) this.#idByDigest.delete(this.#keys.get(id)?.digest ?? '')
    for (const key of [...create, ...update]) {
      this.#keys.set(key.id, structuredClone(key))
      this.#idByDigest.set(key.digest, key.id)
    }
    for (const entry of audit) this.#trail.push(structuredClone({ ...entry, sequence: this.#trail.length + 1 }))
    const sequence = this.#trail.length
    if (outbox) this.#outbox.set(sequence, { invalidations: structuredClone(invalidations), sequence })
    return { status: 'committed', sequence }
  }

  async audit(query: AuditQuery): Promise<readonly AuditEntry[]> {
    this.#checkOpen()
    const { keyId, owner, actor, action, before = Number.POSITIVE_INFINITY, limit } = query
    return this.#trail
      .filter((entry) => keyId === undefined || entry.keyId === keyId)
      .filter((entry) => owner === undefined || entry.owner === owner)
      .filter((entry) => actor === undefined || entry.actor === actor)
      .filter((entry) => action === undefined || entry.action === action)
      .filter((entry) => entry.sequence < before)
      .slice(-limit)
      .reverse()
      .map((entry) => structuredClone(entry))
  }

  async recordUse(uses: readonly Use[]): Promise<readonly UseOutcome[]> {
    this.#checkOpen()
    return uses
      .filter(({ keyId }) => this.#keys.has(keyId))
      .map((use) => {
        const { keyId, at, uses: count = 1 } = use
        this.#countUses(keyId, dayOf(at), count)
        const { record, outcome } = noteUse(this.#uses.get(keyId), use)
        this.#uses.set(keyId, record)
        return outcome
      })
  }

  async usage(keyId: string, sinceDay: number): Promise<KeyUses> {
    this.#checkOpen()
    const days = [...(this.#days.get(keyId) ?? [])]
      .map(([day, uses]) => ({ day, uses }))
      .filter(({ day }) => day >= sinceDay)
      .sort((one, other) => one.day - other.day)
    return { days, addresses: structuredClone(this.#uses.get(keyId)?.addresses ?? []) }
  }

  async outbox({ remove = [], limit }: { remove?: readonly number[]; limit: number }): Promise<readonly OutboxEntry[]> {
    this.#checkOpen()
    for (const sequence of remove) this.#outbox.delete(sequence)
    return [...this.#outbox.values()].slice(0, limit).map((entry) => structuredClone(entry))
  }

  async close(): Promise<void> {
    this.#isClosed = true
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new Error('memoryStore: the store was closed')
  }

  #countUses(keyId: string, day: number, uses: number): void {
    const days = this.#days.get(keyId) ?? new Map<number, number>()
    this.#days.set(keyId, days.set(day, (days.get(day) ?? 0) + uses))
    for (const each of days.keys()) if (each <= day - USAGE_DAYS) days.delete(each)
  }

  #withUsage(key: StoredKey): StoredKey & Usage {
    const { lastUsedAt, lastUsedFrom } = this.#uses.get(key.id) ?? NEVER_USED
    return { ...structuredClone(key), lastUsedAt, lastUsedFrom }
  }

  #takenField(create: readonly StoredKey[]): 'id' | 'digest' | undefined {
    const ids = new Set<string>()
    const digests = new Set<string>()
    for (const { id, digest } of create) {
      if (this.#keys.has(id) || ids.has(id)) return 'id'
      if (this.#idByDigest.has(digest) || digests.has(digest)) return 'digest'
      ids.add(id)
      digests.add(digest)
    }
    return undefined
  }
}

function dayOf(at: number): number {
  return Math.floor(at / DAY)
}
