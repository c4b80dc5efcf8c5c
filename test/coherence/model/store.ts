import type { Invalidation } from '@bearward/core'
import type { Timeline } from './timeline.ts'

/** A key as the store holds it. */
export interface Row {
  readonly id: string
  readonly digest: string
  readonly revokedAt: number | null
}

export interface OutboxRow {
  readonly sequence: number
  readonly invalidations: readonly Invalidation[]
  readonly visibleAt: number
}

/** Who takes part in a channel that polls. */
export interface Poller {
  leaseEndsAt: number
  acknowledged: number
}

interface Version {
  readonly at: number
  readonly row: Row
}

/** A database: what was committed when, so that a replica can lag behind; and the outbox. */
export class Store {
  readonly #timeline: Timeline
  readonly #lagMs: number
  readonly #versions = new Map<string, Version[]>()
  outbox: OutboxRow[] = []
  /** Highest sequence that has been taken out of the outbox. */
  removedUpTo = 0
  readonly pollers = new Map<string, Poller>()
  #sequence = 0

  constructor(timeline: Timeline, lagMs: number) {
    this.#timeline = timeline
    this.#lagMs = lagMs
  }

  /** One transaction: the key and, where asked for, its outbox row. */
  commit(row: Row, publish: readonly Invalidation[] | undefined): number {
    const at = this.#timeline.now
    const versions = this.#versions.get(row.digest) ?? []
    versions.push({ at, row })
    this.#versions.set(row.digest, versions)
    const sequence = ++this.#sequence
    if (publish !== undefined) this.outbox.push({ sequence, invalidations: publish, visibleAt: at })
    return sequence
  }

  /** A number that others can pass while its transaction is still open. */
  takeSequence(): number {
    return ++this.#sequence
  }

  commitAs(sequence: number, row: Row, publish: readonly Invalidation[]): void {
    const at = this.#timeline.now
    this.#versions.set(row.digest, [...(this.#versions.get(row.digest) ?? []), { at, row }])
    this.outbox.push({ sequence, invalidations: publish, visibleAt: at })
    this.outbox.sort((one, other) => one.sequence - other.sequence)
  }

  get lastSequence(): number {
    return this.outbox.at(-1)?.sequence ?? this.removedUpTo
  }

  find(digest: string, fresh: boolean): Row | null {
    const until = fresh ? this.#timeline.now : this.#timeline.now - this.#lagMs
    const versions = this.#versions.get(digest) ?? []
    for (let index = versions.length - 1; index >= 0; index--) {
      const { at, row } = versions[index] as Version
      if (at <= until) return row
    }
    return null
  }

  remove(sequence: number): void {
    this.outbox = this.outbox.filter((row) => row.sequence !== sequence)
  }

  /** Forgets what is older than every reader can need; one that was away for longer is told. */
  prune(olderThanMs: number): void {
    while (this.outbox[0] !== undefined && this.outbox[0].visibleAt < this.#timeline.now - olderThanMs) {
      this.removedUpTo = (this.outbox.shift() as OutboxRow).sequence
    }
  }
}
