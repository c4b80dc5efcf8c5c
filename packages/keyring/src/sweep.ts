import { type Clock, MINUTE, SharedWork } from '@bearward/core'
import { type Appointment, appoint, isMissed, type WaitUntil } from './appointment.ts'
import type { KeyringEvents } from './events.ts'
import type { Outbox } from './outbox.ts'

const SWEEP_EVERY_MS = MINUTE

/** Publishes once a minute what was committed and never published. Does nothing where the channel loses no change. */
export class Sweep {
  readonly #outbox: Outbox
  readonly #clock: Clock
  readonly #events: KeyringEvents
  readonly #sweeping: SharedWork<void>
  #next: Appointment | undefined

  constructor(outbox: Outbox, clock: Clock, events: KeyringEvents) {
    this.#outbox = outbox
    this.#clock = clock
    this.#events = events
    this.#sweeping = new SharedWork<void>({ clock, patienceMs: SWEEP_EVERY_MS })
    this.#schedule()
  }

  /** Sweeps where the timer has died; never on the way of the request. */
  tend(at: number, waitUntil: WaitUntil): void {
    if (this.#next === undefined || !isMissed(this.#next, at)) return
    this.#next.cancel()
    this.#schedule()
    const work = this.run()
    waitUntil?.(work)
  }

  /** Never rejects: failures are told as events. */
  async run(): Promise<void> {
    // One in progress may have passed by what was committed since.
    await this.#sweeping.settled()
    try {
      await this.#sweeping.run(() => this.#outbox.publishLeftovers())
    } catch (error) {
      this.#events.emit('failed', { task: 'outbox', error })
    }
  }

  stop(): void {
    this.#next?.cancel()
    this.#next = undefined
  }

  #schedule(): void {
    if (!this.#outbox.isNeeded) return
    const next = appoint(this.#clock, this.#clock.now(), SWEEP_EVERY_MS, () => {
      void this.run().then(() => {
        if (this.#next === next) this.#schedule()
      })
    })
    this.#next = next
  }
}
