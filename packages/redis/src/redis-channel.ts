import type {
  Change,
  Channel,
  ChannelSubscriber,
  ChannelSubscription,
  Confirmation,
  Invalidation,
} from '@bearward/core'
import { Acknowledgements, type Census } from '@bearward/core/channel'
import { patienceOf, within } from './deadline.ts'
import { Ear } from './ear.ts'
import type { RedisLink } from './link.ts'
import { type Message, readMessage, readReceipt, writeReceipt } from './message.ts'
import type { Settings } from './options.ts'
import { type Answer, type Entry, Registry, readAnswer } from './registry.ts'
import { PROVE, PUBLISH, REMOVE, TELL } from './scripts.ts'
import { Voice } from './voice.ts'

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
  #ownIdentity: Identity | undefined
  /** Another one each time that somebody here begins to take part: what says that the last one left may come late. */
  #memberId = ''
  readonly #subscribers = new Set<ChannelSubscriber>()
  /** Publications that wait to hear from others, by the ids of their messages. */
  readonly #open = new Map<string, (memberId: string) => void>()
  #isClosed = false

  constructor(link: RedisLink, settings: Settings) {
    const { leaseMs, name, clock } = settings
    this.leaseMs = leaseMs
    this.#settings = settings
    this.#link = link
    // In braces: what a cluster takes the slot from, so that all of it lives on one node.
    this.#key = `{${name}}:members`
    this.#changes = `{${name}}:changes`
    this.#registry = new Registry(clock)
    this.#voice = new Voice({ link, key: this.#key, leaseMs, clock })
  }

  /** Drawn when it is needed: some runtimes have no random numbers at module scope. */
  get #identity(): Identity {
    if (this.#ownIdentity !== undefined) return this.#ownIdentity
    const { leaseMs, name, clock } = this.#settings
    const processId = crypto.randomUUID()
    const receipts = `{${name}}:heard:${processId}`
    const ear = new Ear({
      link: this.#link,
      key: this.#key,
      channels: [this.#changes, receipts],
      leaseMs,
      clock,
      onMessage: (text, channel) => (channel === this.#changes ? this.#hear(text) : this.#receive(text)),
      onLost: () => this.#lose(),
    })
    this.#memberId = crypto.randomUUID()
    this.#ownIdentity = { processId, receipts, ear }
    return this.#ownIdentity
  }

  subscribe(subscriber: ChannelSubscriber): ChannelSubscription {
    if (this.#isClosed) throw closed()
    // A set of its own object: the same subscriber may take part twice.
    const own: ChannelSubscriber = {
      invalidate: (invalidations) => subscriber.invalidate(invalidations),
      lost: () => subscriber.lost(),
    }
    const { ear } = this.#identity
    if (this.#subscribers.size === 0) this.#memberId = crypto.randomUUID()
    this.#subscribers.add(own)
    void ear.start()
    return {
      prove: () => this.#prove(own),
      close: async () => {
        if (this.#subscribers.delete(own) && this.#subscribers.size === 0) await this.#leave()
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
    const heard = new Set([this.#memberId])
    this.#open.set(message.id, (memberId) => {
      heard.add(memberId)
      acknowledgements.receive(memberId)
    })
    try {
      this.#invalidate(change.invalidations)
      acknowledgements.receive(this.#memberId)
      // Without this connection no receipt arrives, and the publication waits for every lease. The wait for it has a deadline,
      // because the request that began the connection may have been cancelled.
      await within(clock, 2 * patienceOf(leaseMs), ear.start(), lateStart, true).catch(nothing)
      const { census, entries } = await this.#send(message)
      if (!confirm) return acknowledgements.unconfirmed(census)
      const confirmation = await acknowledgements.confirm(census)
      if (confirmation.silent > 0) this.#giveUp(entries.filter(({ id }) => !heard.has(id)))
      return confirmation
    } finally {
      this.#open.delete(message.id)
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#lose()
    this.#subscribers.clear()
    this.#ownIdentity?.ear.close()
    await this.#leave()
    this.#voice.close()
  }

  async #prove(subscriber: ChannelSubscriber): Promise<void> {
    const { leaseMs } = this.#settings
    if (!this.#subscribers.has(subscriber)) throw closed()
    const { ear } = this.#identity
    const epoch = await ear.next()
    if (!this.#subscribers.has(subscriber)) throw closed()
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
    ear.reassure()
  }

  async #send(message: Message): Promise<{ census: Census; entries: readonly Entry[] }> {
    const { leaseMs, timeoutMs } = this.#settings
    const args = [String(leaseMs), crypto.randomUUID(), this.#verb, this.#changes, JSON.stringify(message)]
    const answer: Answer = readAnswer(await this.#voice.evaluate(PUBLISH, args, timeoutMs, true))
    const census = this.#registry.census(answer)
    const epoch = this.#identity.ear.current
    // It would hear no receipt.
    if (epoch !== undefined && epoch.runId !== answer.runId)
      epoch.end(new Error('redisChannel: the primary has changed'))
    return { census, entries: answer.entries }
  }

  #hear(text: string): void {
    let message: Message
    try {
      message = readMessage(text)
      if (message.from === this.#identity.processId) return
      this.#invalidate(message.invalidations)
    } catch {
      // Whatever it was to say, nothing older may be served now; and whoever sent it waits until it is certain.
      this.#lose()
      return
    }
    const receipt = writeReceipt({ messageId: message.id, memberId: this.#memberId })
    const sent = this.#voice.evaluate(TELL, [this.#verb, message.replyTo, receipt], this.leaseMs)
    // Then the lease is waited for.
    sent.catch(nothing)
  }

  #receive(text: string): void {
    const { messageId, memberId } = readReceipt(text)
    this.#open.get(messageId)?.(memberId)
  }

  #invalidate(invalidations: readonly Invalidation[]): void {
    for (const subscriber of this.#subscribers) subscriber.invalidate(invalidations)
  }

  #lose(): void {
    for (const subscriber of this.#subscribers) subscriber.lost()
  }

  /** After a whole lease in which these said nothing: they hold none any more, unless they have come again. */
  #giveUp(silent: readonly Entry[]): void {
    const args = silent.flatMap(({ id, score }) => [id, score])
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
