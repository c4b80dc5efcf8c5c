import { type Clock, schedule } from '@bearward/core'
import { patienceOf, within } from './deadline.ts'
import { Epoch, type Listening } from './epoch.ts'

export interface EarOptions extends Omit<Listening, 'timeoutMs'> {
  readonly leaseMs: number
  readonly clock: Clock
  /** Messages may have been missed. */
  readonly onLost: () => void
}

const FIRST_DELAY_MS = 20

interface Waiter {
  readonly resolve: (epoch: Epoch) => void
  readonly reject: (error: Error) => void
}

/** Keeps one connection that listens: a new one for each that is lost, so that no gap goes unseen. */
export class Ear {
  readonly #options: EarOptions
  readonly #waiting = new Set<Waiter>()
  #newest: Epoch | undefined
  #isOpen = false
  #first: Promise<void> | undefined
  /** Monotonic time from which on a connection, or a retry, that has not come about has died with its request. */
  #lostAt = Number.POSITIVE_INFINITY
  #delayMs = 0
  #cancelRetry: () => void = nothing
  #error: Error | undefined
  #isClosed = false

  constructor(options: EarOptions) {
    this.#options = options
  }

  /** Begins to listen; does nothing when it has begun. Resolves when the first attempt has succeeded or failed. */
  start(): Promise<void> {
    this.#first ??= this.#connect()
    return this.#first
  }

  /** The connection there is. */
  get current(): Epoch | undefined {
    return this.#isOpen ? this.#newest : undefined
  }

  /**
   * The connection there is, or the next one.
   *
   * @throws when there is none within a lease
   */
  next(): Promise<Epoch> {
    if (this.current !== undefined) return Promise.resolve(this.current)
    const { clock, leaseMs } = this.#options
    if (clock.monotonic() >= this.#lostAt) void this.#connect()
    let waiter: Waiter | undefined
    const next = new Promise<Epoch>((resolve, reject) => {
      waiter = { resolve, reject }
      this.#waiting.add(waiter)
    })
    const late = (): Error => new Error('redisChannel: the connection that listens is down', { cause: this.#error })
    return within(clock, leaseMs, next, late).finally(() => {
      if (waiter !== undefined) this.#waiting.delete(waiter)
    })
  }

  /** The connection has served: when it is lost, another one is made at once. */
  reassure(): void {
    this.#delayMs = 0
  }

  close(): void {
    this.#isClosed = true
    this.#cancelRetry()
    const closed = new Error('redisChannel: the channel was closed')
    for (const { reject } of this.#waiting) reject(closed)
    this.#newest?.end(closed)
  }

  async #connect(): Promise<void> {
    if (this.#isClosed) return
    this.#cancelRetry()
    const lost = this.#newest
    this.#newest = undefined
    lost?.end(new Error('redisChannel: the connection did not come about'))
    const timeoutMs = patienceOf(this.#options.leaseMs)
    this.#lostAt = this.#options.clock.monotonic() + 2 * timeoutMs
    const epoch = new Epoch({ ...this.#options, timeoutMs }, (error) => this.#ended(epoch, error))
    this.#newest = epoch
    try {
      await epoch.open()
    } catch {
      // It has ended, and told so.
      return
    }
    if (this.#newest !== epoch || this.#isClosed) return
    this.#isOpen = true
    this.#lostAt = Number.POSITIVE_INFINITY
    for (const { resolve } of this.#waiting) resolve(epoch)
  }

  #ended(epoch: Epoch, error: Error): void {
    if (epoch !== this.#newest) return
    this.#newest = undefined
    this.#error = error
    const wasOpen = this.#isOpen
    this.#isOpen = false
    if (wasOpen) this.#options.onLost()
    if (this.#isClosed) return
    const { clock, leaseMs } = this.#options
    this.#lostAt = clock.monotonic() + this.#delayMs + leaseMs
    try {
      this.#cancelRetry = schedule(clock, this.#delayMs, () => void this.#connect())
    } catch {
      // Where no timer can be set, the next proof connects.
    }
    // Two leases after Redis is back at the latest: half a one until it is tried, and what core needs to ask again.
    this.#delayMs = Math.min(leaseMs / 2, Math.max(FIRST_DELAY_MS, this.#delayMs * 2))
  }
}

function nothing(): void {}
