import type { Change, Channel, ChannelSubscriber, ChannelSubscription, Confirmation } from '@bearward/core'
import { Acknowledgements, type Census, type Subscribed, Subscribers } from '@bearward/core/channel'
import { patienceOf, within } from './deadline.ts'
import { Ear } from './ear.ts'
import type { RedisLink } from './link.ts'
import { type Message, readMessage, readReceipt, writeMessage, writeReceipt } from './message.ts'
import type { Settings } from './options.ts'
import { type Answer, type Entry, Registry, readAnswer } from './registry.ts'
import { PROVE, PUBLISH, REMOVE, TELL } from './scripts.ts'
import { Voice } from './voice.ts'

/**
 * Receipts under way at most. Any client of the server can ask for them faster than they can be sent; one that is left out
 * makes its publisher wait for the lease.
 */
const MAX_RECEIPTS = 500
/** Members that are taken out at once. */
const MAX_GIVEN_UP = 1000
/** The names of this process, and the connection that listens for them. */
interface Identity {
  readonly processId: string
  /** The channel on which this process hears who has acknowledged. */
  readonly receipts: string
  readonly ear: Ear
}

/** One process's part in the channel: a member of the registry while anybody here may hold a lease. */
export class RedisChannel implements Channel {
  readonly durable = false
  readonly leaseMs: number
  readonly #settings: Settings
  readonly #link: RedisLink
  readonly #key: string
  readonly #voice: Voice
  readonly #registry: Registry
  readonly #changes: string
  /** Beginning of the names of the channels for receipts. */
  readonly #receiptsOfAll: string
  #ownIdentity: Identity | undefined
  /** Changes each time that the first subscriber takes part: a late message that the last member left must not remove it. */
  #memberId = ''
  readonly #subscribers = new Subscribers('redisChannel')
  /** Publications that wait to hear from others, by the ids of their messages. */
  readonly #open = new Map<string, Acknowledgements>()
  #receiptsUnderWay = 0
  #isClosed = false

  constructor(link: RedisLink, settings: Settings) {
    const { leaseMs, name, clock } = settings
    this.leaseMs = leaseMs
    this.#settings = settings
    this.#link = link
    // In braces: what a cluster takes the slot from, so that all of it lives on one node.
    this.#key = `{${name}}:members`
    this.#changes = `{${name}}:changes`
    this.#receiptsOfAll = `{${name}}:heard:`
    this.#registry = new Registry(clock)
    this.#voice = new Voice({ link, key: this.#key, leaseMs, clock })
  }

  /** Drawn when it is needed: some runtimes have no random numbers at module scope. */
  get #identity(): Identity {
    if (this.#ownIdentity !== undefined) return this.#ownIdentity
    const { leaseMs, clock } = this.#settings
    const processId = crypto.randomUUID()
    const receipts = this.#receiptsOfAll + processId
    const ear = new Ear({
      link: this.#link,
      key: this.#key,
      channels: [this.#changes, receipts],
      leaseMs,
      clock,
      onMessage: (text, channel) => {
        if (channel === this.#changes) this.#hear(text)
        else if (channel === receipts) this.#receive(text)
        else this.#subscribers.lose()
      },
      onLost: () => this.#subscribers.lose(),
    })
    this.#memberId = crypto.randomUUID()
    this.#ownIdentity = { processId, receipts, ear }
    return this.#ownIdentity
  }

  subscribe(subscriber: ChannelSubscriber): ChannelSubscription {
    if (this.#isClosed) throw closed()
    const { ear } = this.#identity
    if (this.#subscribers.size === 0) this.#memberId = crypto.randomUUID()
    const subscribed = this.#subscribers.add(subscriber)
    void ear.start()
    return {
      prove: () => this.#prove(subscribed),
      close: async () => {
        if (subscribed.remove() && this.#subscribers.size === 0) await this.#leave()
      },
    }
  }

  async publish(
    change: Change,
    { confirm = true }: { readonly confirm?: boolean | undefined } = {},
  ): Promise<Confirmation> {
    if (this.#isClosed) throw closed()
    const { leaseMs, clock } = this.#settings
    const { processId, receipts, ear } = this.#identity
    const message: Message = { ...change, id: crypto.randomUUID(), from: processId, replyTo: receipts }
    const acknowledgements = new Acknowledgements({ leaseMs, clock })
    this.#open.set(message.id, acknowledgements)
    try {
      if (this.#subscribers.invalidate(change.invalidations)) acknowledgements.receive(this.#memberId)
      // Without this connection no receipt arrives, and the publication waits for every lease. The wait for it has a deadline,
      // because the request that began the connection may have been cancelled.
      await within(clock, 2 * patienceOf(leaseMs), ear.start(), lateStart, true).catch(nothing)
      const { census, entries } = await this.#send(message)
      if (!confirm) return acknowledgements.unconfirmed(census)
      const confirmation = await acknowledgements.confirm(census)
      if (confirmation.silent > 0) this.#giveUp(entries.filter(({ id }) => !acknowledgements.hasReceived(id)))
      return confirmation
    } finally {
      this.#open.delete(message.id)
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#subscribers.close()
    this.#ownIdentity?.ear.close()
    await this.#leave()
    this.#voice.close()
  }

  async #prove(subscribed: Subscribed): Promise<void> {
    const { leaseMs } = this.#settings
    subscribed.check()
    const { ear } = this.#identity
    const epoch = await ear.next()
    subscribed.check()
    // Registered before the PING is sent: a message that this one does not prove to be heard finds this member.
    const dead = this.#registry.dead().flatMap(({ id, score }) => [id, score])
    const args = [String(leaseMs), crypto.randomUUID(), this.#memberId, epoch.runId, this.#registry.ripe(), ...dead]
    const answer = readAnswer(await this.#voice.evaluate(PROVE, args, leaseMs))
    if (answer.runId !== epoch.runId) {
      const error = new Error(
        'redisChannel: the connection that listens is with another server than the one that takes commands',
      )
      epoch.end(error)
      throw error
    }
    if (answer.leaseMs !== leaseMs) {
      const { name } = this.#settings
      throw new Error(
        `redisChannel: \`leaseMs\` is ${leaseMs} here and ${answer.leaseMs} in other processes of \`${name}\``,
      )
    }
    this.#registry.learn(answer)
    await epoch.ping()
    subscribed.check()
    ear.reassure()
  }

  async #send(message: Message): Promise<{ census: Census; entries: readonly Entry[] }> {
    const { leaseMs, timeoutMs } = this.#settings
    const args = [String(leaseMs), crypto.randomUUID(), this.#verb, this.#changes, writeMessage(message)]
    const answer: Answer = readAnswer(await this.#voice.evaluate(PUBLISH, args, timeoutMs, true))
    const census = this.#registry.census(answer)
    const epoch = this.#identity.ear.current
    // It would hear no receipt.
    if (epoch !== undefined && epoch.runId !== answer.runId)
      epoch.end(new Error('redisChannel: the primary has changed'))
    return { census, entries: answer.entries }
  }

  /** Handles a message that any client of the server may have published. */
  #hear(text: unknown): void {
    const message = readMessage(text, this.#receiptsOfAll)
    if (message?.from === this.#identity.processId) return
    // Where nothing can be read, the leases end, and the publisher waits for them: no receipt is sent.
    const haveAll = this.#subscribers.invalidate(message?.invalidations)
    if (!haveAll || message === undefined || this.#receiptsUnderWay >= MAX_RECEIPTS) return
    const receipt = writeReceipt({ messageId: message.id, memberId: this.#memberId })
    this.#receiptsUnderWay++
    const done = (): void => {
      this.#receiptsUnderWay--
    }
    // If this receipt is lost, the publisher waits until our lease expires.
    this.#voice.evaluate(TELL, [this.#verb, message.replyTo, receipt], this.leaseMs).then(done, done)
  }

  /** What cannot be read here is no loss: without a receipt, the publisher waits for the lease. */
  #receive(text: unknown): void {
    const receipt = readReceipt(text)
    if (receipt !== undefined) this.#open.get(receipt.messageId)?.receive(receipt.memberId)
  }

  /** After a whole lease in which these said nothing: they hold none any more, unless they have come again. */
  #giveUp(silent: readonly Entry[]): void {
    const args = silent.slice(0, MAX_GIVEN_UP).flatMap(({ id, score }) => [id, score])
    this.#voice.evaluate(REMOVE, args, this.leaseMs).catch(nothing)
    // Or is it this process that hears nothing?
    this.#identity.ear.current?.ping().catch(nothing)
  }

  /** Nobody here holds a lease any more. Not being told so costs others the wait for it, once. */
  async #leave(): Promise<void> {
    if (this.#ownIdentity === undefined) return
    await this.#voice.evaluate(REMOVE, [this.#memberId, ''], this.leaseMs).catch(nothing)
  }

  get #verb(): string {
    return this.#link.isCluster ? 'SPUBLISH' : 'PUBLISH'
  }
}

function lateStart(): Error {
  return new Error('redisChannel: the connection that listens is down')
}

function closed(): Error {
  return new Error('redisChannel: the channel was closed')
}

function nothing(): void {}
