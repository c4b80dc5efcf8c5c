import type { Host } from './host.ts'
import type { Random } from './random.ts'
import type { Timeline } from './timeline.ts'

/** What lies between a process and one server. */
export class Link {
  isBlocked = false
  /** How much longer messages take than usual. */
  slowness = 1
  readonly #timeline: Timeline
  readonly #random: Random
  /** What has arrived at the point where nothing gets through, in order. */
  readonly #held: (() => void)[] = []
  /** Connections whose end has not been noticed. */
  readonly wires = new Set<Wire>()

  constructor(timeline: Timeline, random: Random) {
    this.#timeline = timeline
    this.#random = random
  }

  delay(): number {
    return this.#random.between(0.2, this.#random.chance(0.05) ? 40 : 4 * this.slowness)
  }

  /** Carries a message; it waits where the link is blocked. */
  carry(delayMs: number, arrive: () => void): void {
    this.#timeline.after(delayMs, () => {
      if (this.isBlocked) this.#held.push(arrive)
      else arrive()
    })
  }

  heal(): void {
    this.isBlocked = false
    this.slowness = 1
    for (const arrive of this.#held.splice(0)) arrive()
  }

  /** A question to the store and its answer, on a connection of its own: no order among several. */
  ask<T>(host: Host, loss: number, answer: () => T, extraMs = 0): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = (): void => host.deliver({}, () => reject(new Error('connection lost')))
      if (this.#random.chance(loss)) {
        this.#timeline.after(this.delay(), fail)
        return
      }
      // The store may be slow before it looks and after.
      const beforeMs = this.#random.between(0, extraMs)
      this.carry(this.delay() + beforeMs, () => {
        const value = answer()
        // Done, and nobody is told.
        if (this.#random.chance(loss)) this.#timeline.after(this.delay(), fail)
        else this.carry(this.delay() + extraMs - beforeMs, () => host.deliver({}, () => resolve(value)))
      })
    })
  }

  /** What is half open is found out. */
  noticeCuts(): void {
    for (const wire of [...this.wires]) if (wire.isCut) wire.cut(0)
  }

  /** Every connection breaks, also those that are half open; the process notices at once, or much later. */
  cutAll(noticeMs: () => number): void {
    for (const wire of [...this.wires]) wire.cut(noticeMs())
  }
}

/** One connection: first in, first out in each direction, until it is cut. */
export class Wire {
  isCut = false
  onClose: () => void = () => {}
  readonly #host: Host
  readonly #link: Link
  readonly #timeline: Timeline
  #upAt = 0
  #downAt = 0

  constructor(host: Host, link: Link, timeline: Timeline) {
    this.#host = host
    this.#link = link
    this.#timeline = timeline
    link.wires.add(this)
  }

  toServer(arrive: () => void): void {
    this.#upAt = this.#send(this.#upAt, arrive)
  }

  toProcess(arrive: () => void): void {
    this.#downAt = this.#send(this.#downAt, () => this.#host.deliver(this, () => !this.isCut && arrive()))
  }

  /** What is under way is lost. The process hears of it after `noticeMs`: a half-open connection looks alive. */
  cut(noticeMs: number): void {
    this.isCut = true
    this.#timeline.after(noticeMs, () => {
      if (!this.#link.wires.delete(this)) return
      this.#host.deliver(this, () => this.onClose())
    })
  }

  #send(notBefore: number, arrive: () => void): number {
    const at = Math.max(notBefore, this.#timeline.now + this.#link.delay())
    this.#link.carry(at - this.#timeline.now, () => {
      if (!this.isCut) arrive()
    })
    return at
  }
}
