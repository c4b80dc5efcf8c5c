// A small server in memory for channels that are right, and for channels with one thing wrong. Read `medium.ts`, then
// `member-channel.ts` with what both channels share, then `polling-channel.ts` and `pushing-channel.ts`; `flaws.ts` names what can be wrong.

import type { Invalidation } from '../../src/invalidation.ts'

/** Milliseconds that a request takes to the medium, and its answer back. */
export const REQUEST_MS = 1
/** Milliseconds that the answer takes with the rows of a look: longer, so that a look which began before a change ends after it. */
export const ROWS_MS = 6
/** Milliseconds that a pushed message takes: longer, so that a confirmation may overtake it. */
const PUSH_MS = 8

export interface Message {
  readonly sequence: number
  readonly from: string
  readonly invalidations: readonly Invalidation[]
}

interface Row extends Message {
  isPublished: boolean
}

interface Member {
  until: number
  acknowledged: number
  /** Place in the log up to which it was given rows, for a channel that lets the medium keep it. */
  place: number
}

export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** The server: a log, members with leases, and connections that hear. All its methods happen at one moment. */
export class Medium {
  readonly leaseMs: number
  readonly log: Row[] = []
  readonly members = new Map<string, Member>()
  readonly hearing = new Set<Connection>()
  #since = Number.NEGATIVE_INFINITY

  constructor(leaseMs: number) {
    this.leaseMs = leaseMs
  }

  commit(from: string, invalidations: readonly Invalidation[], isPublished: boolean): Row {
    const row = { sequence: this.log.length + 1, from, invalidations, isPublished }
    this.log.push(row)
    for (const connection of this.hearing) connection.deliver(() => connection.onMessage(row))
    return row
  }

  /** The row of a change that was committed, and is now published. */
  show(sequence: number): Row {
    const row = this.log[sequence - 1]
    if (row === undefined) throw new Error('there is no such change')
    row.isPublished = true
    return row
  }

  register(id: string): Member {
    const member = this.members.get(id) ?? { until: 0, acknowledged: 0, place: this.log.length }
    member.until = performance.now() + this.leaseMs
    this.members.set(id, member)
    return member
  }

  acknowledge(id: string, sequence: number): void {
    const member = this.members.get(id)
    if (member !== undefined) member.acknowledged = Math.max(member.acknowledged, sequence)
  }

  hasAcknowledged(sequence: number): string[] {
    return [...this.members].filter(([, { acknowledged }]) => acknowledged >= sequence).map(([id]) => id)
  }

  census() {
    const now = performance.now()
    const running = [...this.members].filter(([, { until }]) => until > now)
    const members = running.map(([id, { until }]) => ({ id, leaseLeftMs: Math.ceil(until - now) }))
    return { members, registryAgeMs: Math.floor(now - this.#since) }
  }

  /** As after a restart. */
  forget(): void {
    this.members.clear()
    this.#since = performance.now()
  }
}

/** One channel's way to the medium, and the faults on it. */
export class Line {
  isSilent = false
  isRefused = false
  #held: Promise<void> | undefined
  #delayed: Promise<void> | undefined
  connection: Connection | undefined

  async ask<T>(request: () => T, answerMs: number = REQUEST_MS): Promise<T> {
    const delayed = this.#delayed
    this.#delayed = undefined
    await delayed
    await wait(REQUEST_MS)
    if (this.isSilent) return new Promise<T>(() => {})
    if (this.isRefused) throw new Error('the medium refused the request')
    const answer = request()
    const held = this.#held
    this.#held = undefined
    await held
    await wait(answerMs)
    return this.isSilent ? new Promise<T>(() => {}) : answer
  }

  hold(): () => void {
    let release = (): void => {}
    this.#held = new Promise<void>((resolve) => {
      release = resolve
    })
    return release
  }

  delay(): () => void {
    let release = (): void => {}
    this.#delayed = new Promise<void>((resolve) => {
      release = resolve
    })
    return release
  }
}

/** A connection on which messages and pongs arrive in order. */
export class Connection {
  readonly #line: Line
  readonly onMessage: (message: Message) => void
  readonly #pings = new Set<(error: Error) => void>()
  isOpen = true

  constructor(line: Line, onMessage: (message: Message) => void) {
    this.#line = line
    this.onMessage = onMessage
    line.connection = this
  }

  deliver(arrive: () => void): void {
    setTimeout(() => {
      if (this.isOpen && !this.#line.isSilent) arrive()
    }, PUSH_MS)
  }

  ping(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pings.add(reject)
      this.deliver(() => this.deliver(resolve))
    })
  }

  end(): void {
    this.isOpen = false
    for (const reject of this.#pings) reject(new Error('the connection was lost'))
  }
}
