import type { Confirmation } from './channel.ts'
import { type Clock, MINUTE, schedule, systemClock } from './clock.ts'

/** One process that may hold a lease, as the channel's registry knows it. */
export interface Member {
  readonly id: string
  /** Milliseconds until the lease that it has registered runs out, rounded up; `NaN` counts as a whole lease. */
  readonly leaseLeftMs: number
}

/** No channel has a longer lease. */
const LONGEST_LEASE_MS: number = MINUTE
/** Acknowledgements that are kept while the census is not known. */
const MAX_EARLY = 100_000

/** Who may hold a lease, read after the message was accepted: whoever registers later proves that it has heard it. */
export interface Census {
  readonly members: readonly Member[]
  /**
   * Milliseconds for which the registry is known to have lived, rounded down; `0` when nobody knows. A registry younger
   * than one lease may have forgotten somebody, and a whole lease is waited for. Default: it never forgets.
   */
  readonly registryAgeMs?: number | undefined
}

export interface AcknowledgementOptions {
  /** The channel's lease, in milliseconds. */
  readonly leaseMs: number
  /** Default `systemClock`. Only its monotonic side is asked: one that stands still makes the wait longer, never shorter. */
  readonly clock?: Clock | undefined
}

/**
 * Waits until nobody accepts what a message forbids: each member has acknowledged it, or its lease has run out. For
 * writing a channel. Make one before the message is sent, because an acknowledgement may overtake the census.
 *
 * The wait needs no margin for clocks: a verifier uses so much less of its lease that both sides, and the registry
 * between them, may run wrong by 1 %.
 *
 * @example
 * ```ts
 * import { Acknowledgements, type Census } from '@bearward/core/channel'
 *
 * declare const server: { send(id: string): Promise<Census>; onAcknowledged(id: string, heard: (member: string) => void): void }
 * const acknowledgements = new Acknowledgements({ leaseMs: 1000 })
 * server.onAcknowledged('m1', (member) => acknowledgements.receive(member))
 * const confirmation = await acknowledgements.confirm(await server.send('m1'))
 * ```
 */
export class Acknowledgements {
  readonly #clock: Clock
  readonly #leaseMs: number
  readonly #startedAt: number
  readonly #received = new Set<string>()
  /** The members of the census, once it is known: no other acknowledgement is kept. */
  #awaited: ReadonlySet<string> | undefined
  #onReceived: () => void = nothing

  constructor({ leaseMs, clock = systemClock }: AcknowledgementOptions) {
    this.#clock = clock
    this.#leaseMs = leaseMs
    this.#startedAt = clock.monotonic()
  }

  /**
   * This member has evicted what the message speaks of. Twice does no harm, nor does a member that the census does not
   * name. Of more than 100 000 that come before the census, the rest are dropped, and their leases are waited out.
   */
  receive(memberId: string): void {
    if (this.#received.has(memberId)) return
    if (this.#awaited === undefined ? this.#received.size >= MAX_EARLY : !this.#awaited.has(memberId)) return
    this.#received.add(memberId)
    this.#onReceived()
  }

  /** Whether this member has acknowledged. */
  hasReceived(memberId: string): boolean {
    return this.#received.has(memberId)
  }

  /** Resolves when no process accepts the old state any more; keeps the process alive until then. */
  async confirm(census: Census): Promise<Confirmation> {
    const countedAt = this.#clock.monotonic()
    this.#awaited = new Set(census.members.map(({ id }) => id))
    // Not from when the message was sent: what is left of a lease was read later.
    const leftMs = (): number => this.#leftMs(census) - (this.#clock.monotonic() - countedAt)
    const timers = new Timers(this.#clock)
    const confirmed = new Promise<void>((resolve, reject) => {
      const look = (name: 'own' | 'sooner') => (): void => {
        try {
          // A timer may fire early, so it is asked again.
          if (leftMs() > 0) timers.set(name, leftMs(), look(name))
          else resolve()
        } catch (error) {
          reject(error)
        }
      }
      // An acknowledgement may arrive within another request, and a timer that is set there ends with that request. So it sets a
      // second one, and leaves alone the one that this caller waits by.
      this.#onReceived = look('sooner')
      look('own')()
    })
    await confirmed.finally(() => timers.cancel())
    this.#onReceived = nothing
    return this.#result(census, true, 0)
  }

  /** What is known when nobody waits. */
  unconfirmed(census: Census): Confirmation {
    return this.#result(census, false, this.#leftMs(census))
  }

  /** Milliseconds from the census until the last silent lease has run out. */
  #leftMs({ members, registryAgeMs = Number.POSITIVE_INFINITY }: Census): number {
    // A registry is written by others: what is no number must make the wait longer, never shorter.
    let leftMs = registryAgeMs >= this.#leaseMs ? 0 : this.#leaseMs
    for (const { id, leaseLeftMs } of members) {
      if (!this.#received.has(id)) leftMs = Math.max(leftMs, this.#boundedMs(leaseLeftMs))
    }
    return leftMs
  }

  #boundedMs(leaseLeftMs: number): number {
    return Number.isNaN(leaseLeftMs) ? this.#leaseMs : Math.min(leaseLeftMs, LONGEST_LEASE_MS)
  }

  #result({ members }: Census, confirmed: boolean, boundMs: number): Confirmation {
    const acknowledged = members.filter(({ id }) => this.#received.has(id)).length
    const elapsedMs = this.#clock.monotonic() - this.#startedAt
    return { confirmed, acknowledged, silent: members.length - acknowledged, elapsedMs, boundMs }
  }
}

/** Timers that keep the process alive, by name. */
class Timers {
  readonly #clock: Clock
  readonly #cancels = new Map<string, () => void>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  set(name: string, delayMs: number, callback: () => void): void {
    this.#cancels.get(name)?.()
    this.#cancels.set(name, schedule(this.#clock, delayMs, callback, true))
  }

  cancel(): void {
    for (const cancel of this.#cancels.values()) cancel()
  }
}

function nothing(): void {}
