import { type Message, ROWS_MS } from './medium.ts'
import { MemberChannel } from './member-channel.ts'

/** Milliseconds between looks at the log. */
const POLL_MS = 40

/** A channel that reads the log from where it stopped, and registers with each look. */
export class PollingChannel extends MemberChannel {
  readonly durable = true
  /** The number up to which it has handed over; `undefined` before the first look. */
  #cursor: number | undefined
  #looking: Promise<void> | undefined
  /** Counts looks. */
  #turn = 0
  /** The newest look that was answered. */
  #answered = 0
  #timer: ReturnType<typeof setInterval> | undefined

  protected start(): void {
    this.#cursor = undefined
    this.#timer ??= setInterval(() => {
      const isHere = (): boolean => this.subscribers.length > 0
      if (this.#looking === undefined && isHere()) this.#look(isHere).catch(() => {})
    }, POLL_MS)
  }

  protected async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#timer = undefined
    if (!this.#registersForNone()) await this.#looking?.catch(() => {})
  }

  protected proveHearing(isHere: () => boolean): Promise<void> {
    return this.#look(isHere)
  }

  /** A look that begins after the call, one at a time. */
  async #look(isHere: () => boolean): Promise<void> {
    const before = this.#looking
    const overlaps =
      this.flaw === 'discardsOvertakenLooks' || (this.flaw === 'overlapsFirstLooks' && this.#cursor === undefined)
    if (before === undefined || overlaps) return this.#begin()
    if (this.flaw === 'joinsProofs') return before
    await before.catch(() => {})
    if (!isHere() && !this.#registersForNone()) throw new Error('the subscription was closed')
    return this.#looking ?? this.#begin()
  }

  #registersForNone(): boolean {
    return this.flaw === (this.isClosed ? 'registersAfterClosing' : 'registersAfterLeaving')
  }

  #begin(): Promise<void> {
    const looking = this.within(this.#read(++this.#turn)).finally(() => {
      if (this.#looking === looking) this.#looking = undefined
    })
    this.#looking = looking
    return looking
  }

  async #read(turn: number): Promise<void> {
    const { memberId: id, medium, flaw } = this
    const cursor = this.#cursor
    const subscribers = [...this.subscribers]
    if (cursor === undefined) await this.line.ask(() => medium.register(id))
    const { rows, last } = await this.line.ask(() => {
      const member = medium.register(id)
      const last = medium.log.length
      const from = flaw === 'discardsOvertakenLooks' ? member.place : (cursor ?? last)
      member.place = last
      return { rows: medium.log.slice(from, last), last }
    }, ROWS_MS)
    if (flaw === 'discardsOvertakenLooks' && turn < this.#answered) return
    this.#answered = turn
    const mayBeLate = flaw === 'takesLateLooks' || flaw === 'overlapsFirstLooks' || flaw === 'discardsOvertakenLooks'
    if ((turn !== this.#turn && !mayBeLate) || id !== this.memberId) throw new Error('this look was given up')
    if (!this.#handOverAll(rows)) throw new Error('a subscriber has failed')
    if (flaw === 'losesThoseThatJoin') this.subscribers = this.subscribers.filter((each) => subscribers.includes(each))
    if (cursor === undefined || last > cursor) void this.line.ask(() => medium.acknowledge(id, last)).catch(() => {})
    this.#cursor = Math.max(this.#cursor ?? 0, last)
  }

  #handOverAll(rows: readonly (Message & { isPublished: boolean })[]): boolean {
    const shown = this.flaw === 'readsPublishedOnly' ? rows.filter(({ isPublished }) => isPublished) : [...rows]
    if (this.flaw === 'handsOverNewestFirst') shown.reverse()
    return shown.every((row) => this.handOver(row))
  }
}
