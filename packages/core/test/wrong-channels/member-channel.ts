import { Acknowledgements } from '../../src/acknowledgements.ts'
import type { Change, Channel, ChannelSubscriber, ChannelSubscription, Confirmation } from '../../src/channel.ts'
import type { Clock } from '../../src/clock.ts'
import type { Invalidation } from '../../src/invalidation.ts'
import type { Flaw } from './flaws.ts'
import { Line, type Medium, wait } from './medium.ts'

/** Milliseconds between two looks at who has acknowledged. */
const LOOK_MS = 3
/** Milliseconds after which a channel with that flaw leaves. */
const LEAVE_MS = 20
const LONGEST_MESSAGE = 1000

let channels = 0

/** The half of a channel that does not depend on how messages arrive: publication, members and subscribers. */
export abstract class MemberChannel implements Channel {
  abstract readonly durable: boolean
  readonly leaseMs: number
  readonly line = new Line()
  protected readonly medium: Medium
  protected readonly flaw: Flaw | undefined
  protected subscribers: ChannelSubscriber[] = []
  /** Another one each time that a first subscriber joins, so that leaving late takes nobody else out. */
  protected memberId = ''
  protected isClosed = false
  readonly #clock: Clock
  readonly #name = `channel_${++channels}`
  readonly #published = new Set<Change>()
  #census: ReturnType<Medium['census']> | undefined
  #waiting: Invalidation[] | undefined
  #lastText = ''

  constructor(medium: Medium, clock: Clock, flaw: Flaw | undefined) {
    this.medium = medium
    this.#clock = clock
    this.flaw = flaw
    this.leaseMs = medium.leaseMs + (flaw === 'statesLeaseOfItsOwn' ? channels : 0)
  }

  protected abstract proveHearing(isHere: () => boolean): Promise<void>
  protected abstract start(): void
  /** Resolves when nothing that registers a member is in progress. */
  protected abstract stop(): Promise<void>

  subscribe(subscriber: ChannelSubscriber): ChannelSubscription {
    // Of its own: the same subscriber may come twice.
    const seat: ChannelSubscriber = {
      invalidate: (invalidations) => subscriber.invalidate(invalidations),
      lost: () => subscriber.lost(),
    }
    this.subscribers.push(seat)
    if (this.subscribers.length === 1) {
      if (this.flaw !== 'leavesUnderOneName' || this.memberId === '') this.memberId = crypto.randomUUID()
      this.start()
    }
    let hasLeft = false
    const isHere = (): boolean => !hasLeft && !this.isClosed
    return {
      prove: async () => {
        if (this.isClosed && this.flaw === 'provesWhenClosed') return
        if (hasLeft && this.flaw === 'provesForThoseThatLeft') return
        if (!isHere()) throw new Error('the subscription was closed')
        await this.proveHearing(isHere)
        if (!isHere()) throw new Error('the subscription was closed')
      },
      close: async () => {
        hasLeft = true
        const isLast = this.subscribers.length === 1
        this.subscribers = this.subscribers.filter((each) => each !== seat)
        if (this.flaw === 'keepsMembersThatLeft') return
        if (isLast || this.flaw === 'leavesWithFirst') await this.#leave()
      },
    }
  }

  async publish(change: Change, { confirm = true } = {}): Promise<Confirmation> {
    if (this.isClosed) throw new Error('the channel was closed')
    if (this.flaw === 'refusesDuplicates' && this.#published.has(change)) throw new Error('was published before')
    this.#published.add(change)
    const acknowledgements = new Acknowledgements({ leaseMs: this.leaseMs, clock: this.#clock })
    let sent: Awaited<ReturnType<MemberChannel['send']>>
    try {
      sent = await this.send(change)
    } catch (error) {
      if (this.flaw === 'swallowsFailures') return certain
      throw error
    }
    const { sequence, census } = sent
    if (this.flaw === 'confirmsAtOnce') return certain
    if (!confirm) {
      const unconfirmed = acknowledgements.unconfirmed(census)
      return this.flaw === 'statesNoBound' ? { ...unconfirmed, boundMs: 0 } : unconfirmed
    }
    const timer = setInterval(() => {
      const look = this.line.ask(() => this.medium.hasAcknowledged(sequence))
      look.then(
        (ids) => {
          for (const id of ids) acknowledgements.receive(id)
        },
        () => {},
      )
    }, LOOK_MS)
    try {
      if (this.flaw === 'waitsByWallClock') return await this.#confirmByWallClock(acknowledgements, census)
      return await acknowledgements.confirm(census)
    } finally {
      clearInterval(timer)
    }
  }

  async ready(): Promise<void> {
    if (this.isClosed && this.flaw !== 'isReadyWhenClosed') throw new Error('the channel was closed')
  }

  async close(): Promise<void> {
    if (this.isClosed) return
    this.isClosed = true
    const left = this.subscribers
    this.subscribers = []
    if (this.flaw !== 'closesInSilence') for (const each of left) each.lost()
    if (left.length > 0 && this.flaw !== 'keepsMembersWhenClosed') await this.#leave()
    else void this.stop()
  }

  /** A message and its census, at one moment: a member that registers later proves that it has the message. */
  private async send({ invalidations, sequence }: Change) {
    let message = invalidations
    if (this.flaw === 'mergesPublications') {
      this.#waiting = [...invalidations]
      await Promise.resolve()
      message = this.#waiting
    }
    return this.line.ask(() => {
      const row = sequence === undefined ? this.medium.commit(this.#name, message, true) : this.medium.show(sequence)
      return { sequence: row.sequence, census: this.#count() }
    })
  }

  #count() {
    const census = this.medium.census()
    this.#census ??= census
    if (this.flaw === 'cachesCensus') return this.#census
    if (this.flaw === 'trustsYoungRegistry') return { members: census.members }
    if (this.flaw === 'waitsWhereNoneSubscribes') return { ...census, registryAgeMs: 0 }
    const leftMs = { forgetsSilentMembers: this.leaseMs / 4, waitsForTheDead: this.leaseMs * 50 }
    const wrongMs = leftMs[this.flaw as keyof typeof leftMs]
    if (wrongMs === undefined) return census
    return { ...census, members: census.members.map(({ id }) => ({ id, leaseLeftMs: wrongMs })) }
  }

  async #confirmByWallClock(
    acknowledgements: Acknowledgements,
    { members }: { members: readonly { id: string; leaseLeftMs: number }[] },
  ): Promise<Confirmation> {
    const startedAt = this.#clock.now()
    const isSilent = (now: number): boolean =>
      members.some(({ id, leaseLeftMs }) => !acknowledgements.hasReceived(id) && now - startedAt < leaseLeftMs)
    while (isSilent(this.#clock.now())) await wait(LOOK_MS)
    return certain
  }

  /** Hands a message over. @returns whether it may be acknowledged */
  protected handOver(message: { from: string; invalidations: readonly Invalidation[] }): boolean {
    const invalidations = this.#spoilt(message)
    let haveAll = true
    for (const each of this.flaw === 'tellsFirstSubscriberOnly'
      ? this.subscribers.slice(0, 1)
      : [...this.subscribers]) {
      try {
        if (invalidations.length > 0) each.invalidate(invalidations)
      } catch {
        if (this.flaw === 'passesOverFailures') continue
        haveAll = false
        each.lost()
      }
    }
    return haveAll
  }

  #spoilt({ from, invalidations }: { from: string; invalidations: readonly Invalidation[] }): readonly Invalidation[] {
    const text = JSON.stringify(invalidations)
    const isEqual = text === this.#lastText
    this.#lastText = text
    if (this.flaw === 'dropsEqualChanges' && isEqual) return []
    if (this.flaw === 'skipsOwnSubscribers' && from === this.#name) return []
    if (this.flaw === 'handsOverHalf') return invalidations.slice(0, Math.ceil(invalidations.length / 2))
    if (this.flaw === 'truncatesLongChanges') return invalidations.slice(0, LONGEST_MESSAGE)
    if (this.flaw === 'dropsOwners')
      return invalidations.filter((each) => !(typeof each === 'object' && 'owner' in each))
    return invalidations
  }

  protected lose(): void {
    for (const each of this.subscribers) each.lost()
  }

  /** Rejects after a lease: what comes later proves nothing. */
  protected async within<T>(work: Promise<T>): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('no answer within a lease')), this.leaseMs)
    })
    try {
      return await Promise.race([work, late])
    } finally {
      clearTimeout(timer)
    }
  }

  async #leave(): Promise<void> {
    const id = this.memberId
    await this.stop()
    if (this.flaw === 'leavesUnderOneName') await wait(LEAVE_MS)
    const leaving = this.line.ask(() => this.medium.members.delete(id))
    await (this.flaw === 'closesOnAnswerOnly' ? leaving : this.within(leaving)).catch(() => {})
  }
}

const certain: Confirmation = { confirmed: true, acknowledged: 1, silent: 0, elapsedMs: 0, boundMs: 0 }
