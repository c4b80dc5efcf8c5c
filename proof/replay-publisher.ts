import { Acknowledgements } from '@bearward/core/channel'
import { Divergence } from './divergence.ts'
import type { State, Step } from './trace.ts'

const LEASE_MS = 1000
/** Ticks of a lease in the short bounds of both models. */
const LEASE_TICKS = 3

interface Timer {
  readonly dueAt: number
  readonly callback: () => void
}

/** The publisher of the model, with the shipped `Acknowledgements` in it. */
export class PublisherReplay {
  readonly #verifiers: readonly string[]
  readonly #state: State
  readonly #timers = new Set<Timer>()
  #acknowledgements: Acknowledgements | undefined
  #isConfirmed = false
  #isOver = false
  #now = 0

  constructor(verifiers: readonly string[], state: State) {
    this.#verifiers = verifiers
    this.#state = state
  }

  follow({ rule, parameters }: Step): void {
    switch (rule) {
      case 'server accepts the message':
      case 'publisher commits':
        this.#acknowledgements ??= new Acknowledgements({ leaseMs: LEASE_MS, clock: this.#clock })
        break
      case 'publisher counts the members':
        this.#count()
        break
      case 'publisher receives an acknowledgement':
      case 'publisher reads an acknowledgement':
        this.#acknowledgements?.receive(parameters.v ?? '')
        break
      case 'revoke() resolves':
        if (!this.#isConfirmed) throw new Divergence('revoke() resolves: not so in the code')
        this.#isOver = true
        break
      case 'time passes':
        this.#advance()
    }
  }

  /** Until `revoke()` resolves, the code must know at each step whether it may, as the model does. */
  expectProgress(): void {
    if (this.#isOver || !['counted', 'counting'].includes(this.#state.text('publisher.at'))) return
    const heard = this.#state.text('publisher.at') === 'counted' ? 'acknowledged' : 'heard'
    const mayResolve =
      this.#state.number('publisher.waitsForRegistry') === 0 &&
      this.#verifiers.every((name) => this.#waitOf(name) === 0 || this.#state.is(`publisher.${heard}[${name}]`))
    if (mayResolve !== this.#isConfirmed) {
      throw new Divergence(`revoke() may resolve: ${mayResolve} in the model, ${this.#isConfirmed} in the code`)
    }
  }

  #count(): void {
    const members = this.#verifiers
      .map((id) => ({ id, leaseLeftMs: Math.floor(this.#waitOf(id) * this.#tickMs) }))
      .filter(({ leaseLeftMs }) => leaseLeftMs > 0)
    const isYoung = this.#state.number('publisher.waitsForRegistry') > 0
    void this.#acknowledgements?.confirm({ members, registryAgeMs: isYoung ? 0 : undefined }).then(() => {
      this.#isConfirmed = true
    })
  }

  #waitOf(name: string): number {
    return this.#state.number(`publisher.waits[${name}]`)
  }

  /** A clock that runs fast makes fewer ticks of a lease. */
  get #tickMs(): number {
    return LEASE_MS / (LEASE_TICKS - this.#state.number('publisher.gain'))
  }

  get #clock() {
    return {
      now: () => this.#now,
      monotonic: () => this.#now,
      schedule: (callback: () => void, delayMs: number) => {
        const timer: Timer = { dueAt: this.#now + delayMs, callback }
        this.#timers.add(timer)
        return () => this.#timers.delete(timer)
      },
    }
  }

  #advance(): void {
    this.#now += this.#tickMs
    for (const timer of [...this.#timers]) {
      // Thirds of a lease are no whole numbers.
      if (timer.dueAt > this.#now + 0.001) continue
      this.#timers.delete(timer)
      this.#now = Math.max(this.#now, timer.dueAt)
      timer.callback()
    }
  }
}
