import { type Clock, MINUTE, SECOND, SharedWork, schedule } from '@bearward/core'
import { type Appointment, appoint, isMissed, type WaitUntil } from './appointment.ts'
import type { KeyringEvents } from './events.ts'
import { isText } from './input.ts'
import { RecentKeys } from './recent-keys.ts'
import type { KeyStore, Use } from './store.ts'

/** A use is written down at most this often for each key and process. */
const WRITE_EVERY_MS = MINUTE
/** Spread of the writes, so that processes that start together do not write together. */
const JITTER_MS = 10 * SECOND
/** First uses are written at once, but no more often than this, and after a failure not before this. */
const AT_ONCE_EVERY_MS = 100
const AFTER_FAILURE_MS = 10 * SECOND
/** A write without progress for so long has died with the request that began it. */
const WRITE_WITHIN_MS = 30 * SECOND
/** Keys whose use is remembered until it is written; of more, the use is not written down. */
const MAX_PENDING = 100_000
/** Uses written at once. */
const BATCH = 500

/**
 * Gathers uses in memory and writes them in batches: never on the way of a request, and never one that would wait for
 * the store. What cannot be written is dropped.
 */
export class Usage {
  readonly #store: KeyStore
  readonly #clock: Clock
  readonly #events: KeyringEvents
  readonly #random: () => number
  #pending = new Map<string, Use>()
  /** Uses that the write in progress has taken and not written yet. */
  #taken = new Map<string, Use>()
  #dropped = 0
  readonly #writes: SharedWork<void>
  /** Writes that have not settled, also those that were lost. */
  #unsettled = 0
  #next: Appointment | undefined
  /** Epoch milliseconds before which nothing is written at once. */
  #atOnceFrom = Number.NEGATIVE_INFINITY
  /** Keys of which a use was written, and keys of which one was dropped. */
  readonly #written = new RecentKeys(MAX_PENDING)
  readonly #lost = new RecentKeys(MAX_PENDING)
  #isClosed = false

  /** @param random a number from 0 up to 1, for the jitter */
  constructor(store: KeyStore, clock: Clock, events: KeyringEvents, random: () => number) {
    this.#store = store
    this.#clock = clock
    this.#events = events
    this.#random = random
    this.#writes = new SharedWork<void>({ clock, patienceMs: WRITE_WITHIN_MS })
  }

  /** A key was accepted. Costs an entry of a map. */
  note(keyId: string, at: number, from: string | undefined): void {
    if (this.#isClosed) return
    const known = this.#pending.get(keyId)
    if (known === undefined && this.#pending.size >= MAX_PENDING) {
      this.#dropped++
      this.#lost.add([keyId])
      return
    }
    // Behind a proxy that is trusted too far, clients choose their address, and nobody's use may be lost by it.
    const address = isText('from', from) ? from : (known?.from ?? null)
    this.#pending.set(keyId, { keyId, at, from: address, uses: (known?.uses ?? 0) + 1 })
    this.#next ??= this.#appointment(at, this.#interval())
  }

  /**
   * Has a use that was noted written in time: at once where it is the first of its key in this process, and where the timer that
   * should have written it has died. Never on the way of the request.
   *
   * @param at epoch milliseconds of the request
   */
  tend(keyId: string, at: number, waitUntil: WaitUntil): void {
    if (this.#isClosed) return
    const isLost = this.#taken.size > 0 && !this.#writes.isInProgress
    if (isLost || (this.#next !== undefined && isMissed(this.#next, at))) {
      // After the verdict, which is made in the same turn. No timer: those of this request may not last either.
      const write = Promise.resolve().then(() => this.flush())
      waitUntil?.(write)
    } else if (!this.#written.has(keyId)) {
      this.#writeAtOnce(at, waitUntil)
    }
  }

  /** Returns true when this process knows of a use of the key that is not on record. */
  isUnrecorded(keyId: string): boolean {
    return this.#pending.has(keyId) || this.#taken.has(keyId) || this.#lost.has(keyId)
  }

  /** Writes what was gathered so far. Never rejects: failures are told as events. */
  async flush(): Promise<void> {
    this.#next?.cancel()
    this.#next = undefined
    if (this.#writes.isInProgress) await this.#writes.settled()
    if (this.#pending.size === 0 && this.#taken.size === 0 && this.#dropped === 0) return
    await this.#writes.run((progress) => this.#write(progress))
  }

  /** Writes the rest, and gathers no more. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.flush()
  }

  #writeAtOnce(at: number, waitUntil: WaitUntil): void {
    // A clock that was set back must not put a write off.
    const delayMs = Math.min(Math.max(0, this.#atOnceFrom - at), AFTER_FAILURE_MS)
    if (this.#next !== undefined && this.#next.dueAt <= at + delayMs) return
    this.#next?.cancel()
    if (waitUntil === undefined) {
      this.#next = this.#appointment(at, delayMs)
    } else {
      // The timer is the request's own, and so is the promise that it stays alive for. A request that finds it dead writes.
      this.#next = { setAt: at, dueAt: at + delayMs, cancel: () => {} }
      waitUntil(this.#writeAfter(delayMs))
    }
  }

  async #writeAfter(delayMs: number): Promise<void> {
    await new Promise<void>((resolve) => schedule(this.#clock, delayMs, resolve))
    await this.flush()
  }

  async #write(progress: () => boolean): Promise<void> {
    // What a write that was lost had taken comes first: it may be written twice, and is not lost.
    const uses = merged(this.#taken, this.#pending)
    this.#pending = new Map()
    this.#taken = uses
    let dropped = this.#dropped
    this.#dropped = 0
    this.#unsettled++
    try {
      const all = [...uses.values()]
      for (let start = 0; start < all.length && progress(); start += BATCH) {
        dropped += await this.#writeBatch(all.slice(start, start + BATCH))
      }
    } finally {
      this.#unsettled--
    }
    if (dropped > 0) this.#events.emit('usage_dropped', { uses: dropped })
  }

  /** @returns keys whose use was dropped */
  async #writeBatch(batch: readonly Use[]): Promise<number> {
    const taken = this.#taken
    const keyIds = batch.map(({ keyId }) => keyId)
    try {
      this.#tell(batch, await this.#store.recordUse(batch))
      this.#written.add(keyIds)
      this.#lost.delete(keyIds)
      this.#atOnceFrom = this.#clock.now() + AT_ONCE_EVERY_MS
      return 0
    } catch (error) {
      this.#lost.add(keyIds)
      this.#atOnceFrom = this.#clock.now() + AFTER_FAILURE_MS
      this.#events.emit('failed', { task: 'usage', error })
      return batch.length
    } finally {
      for (const keyId of keyIds) taken.delete(keyId)
    }
  }

  #tell(uses: readonly Use[], outcomes: Awaited<ReturnType<KeyStore['recordUse']>>): void {
    const fromOf = new Map(uses.map(({ keyId, from }) => [keyId, from]))
    for (const { keyId, isFirst, isNewAddress } of outcomes) {
      const from = fromOf.get(keyId) ?? null
      if (isFirst) this.#events.emit('first_used', { keyId, from })
      else if (isNewAddress && from !== null) this.#events.emit('used_from_new_address', { keyId, from })
    }
  }

  #interval(): number {
    return WRITE_EVERY_MS + Math.floor(this.#random() * JITTER_MS)
  }

  #appointment(at: number, delayMs: number): Appointment {
    return appoint(this.#clock, at, delayMs, () => {
      this.#next = undefined
      // A write that still runs is not waited for: what came in meanwhile is written with the next one.
      if (this.#unsettled === 0) void this.flush()
      else this.#next = this.#appointment(this.#clock.now(), this.#interval())
    })
  }
}

function merged(earlier: ReadonlyMap<string, Use>, later: ReadonlyMap<string, Use>): Map<string, Use> {
  const all = new Map(earlier)
  for (const [keyId, use] of later) {
    const known = earlier.get(keyId)
    const sum = (known?.uses ?? 1) + (use.uses ?? 1)
    all.set(keyId, known === undefined ? use : { ...use, from: use.from ?? known.from, uses: sum })
  }
  return all
}
