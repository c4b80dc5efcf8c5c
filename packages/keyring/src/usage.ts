import { type Clock, MINUTE, SECOND, schedule } from '@bearward/core'
import type { KeyringEvents } from './events.ts'
import { isText } from './input.ts'
import type { KeyStore, Use } from './store.ts'

/** A use is written down at most this often for each key and process. */
const WRITE_EVERY_MS = MINUTE
/** Spread of the writes, so that processes that start together do not write together. */
const JITTER_MS = 10 * SECOND
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
  #dropped = 0
  #writing: Promise<void> | undefined
  #cancel: (() => void) | undefined
  #isClosed = false

  /** @param random a number from 0 up to 1, for the jitter */
  constructor(store: KeyStore, clock: Clock, events: KeyringEvents, random: () => number) {
    this.#store = store
    this.#clock = clock
    this.#events = events
    this.#random = random
  }

  /** A key was accepted. Costs an entry of a map. */
  note(keyId: string, at: number, from: string | undefined): void {
    if (this.#isClosed) return
    const known = this.#pending.get(keyId)
    if (known === undefined && this.#pending.size >= MAX_PENDING) {
      this.#dropped++
      return
    }
    // Behind a proxy that is trusted too far, clients choose their address, and nobody's use may be lost by it.
    const address = isText('from', from) ? from : (known?.from ?? null)
    this.#pending.set(keyId, { keyId, at, from: address, uses: (known?.uses ?? 0) + 1 })
    this.#cancel ??= this.#schedule()
  }

  /** Writes what was gathered so far. Never rejects: failures are told as events. */
  async flush(): Promise<void> {
    this.#cancel?.()
    this.#cancel = undefined
    while (this.#writing !== undefined) await this.#writing
    if (this.#pending.size === 0 && this.#dropped === 0) return
    const uses = [...this.#pending.values()]
    this.#pending = new Map()
    this.#writing = this.#write(uses).finally(() => {
      this.#writing = undefined
    })
    await this.#writing
  }

  /** Writes the rest, and gathers no more. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.flush()
  }

  async #write(uses: readonly Use[]): Promise<void> {
    let dropped = this.#dropped
    this.#dropped = 0
    for (let start = 0; start < uses.length; start += BATCH) {
      const batch = uses.slice(start, start + BATCH)
      try {
        this.#tell(batch, await this.#store.recordUse(batch))
      } catch (error) {
        dropped += batch.length
        this.#events.emit('failed', { task: 'usage', error })
      }
    }
    if (dropped > 0) this.#events.emit('usage_dropped', { uses: dropped })
  }

  #tell(uses: readonly Use[], outcomes: Awaited<ReturnType<KeyStore['recordUse']>>): void {
    const fromOf = new Map(uses.map(({ keyId, from }) => [keyId, from]))
    for (const { keyId, isFirst, isNewAddress } of outcomes) {
      const from = fromOf.get(keyId) ?? null
      if (isFirst) this.#events.emit('first_used', { keyId, from })
      else if (isNewAddress && from !== null) this.#events.emit('used_from_new_address', { keyId, from })
    }
  }

  #schedule(): () => void {
    return schedule(this.#clock, WRITE_EVERY_MS + Math.floor(this.#random() * JITTER_MS), () => {
      this.#cancel = undefined
      // A write that still runs is not waited for: what came in meanwhile is written with the next one.
      if (this.#writing === undefined) void this.flush()
      else this.#cancel = this.#schedule()
    })
  }
}
