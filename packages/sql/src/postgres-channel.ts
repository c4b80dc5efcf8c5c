import {
  type Change,
  type Channel,
  type ChannelSubscriber,
  type ChannelSubscription,
  type Clock,
  type Confirmation,
  SECOND,
  SharedWork,
  schedule,
  systemClock,
} from '@bearward/core'
import { Acknowledgements, type Census, MAX_INVALIDATIONS, type Subscribed, Subscribers } from '@bearward/core/channel'
import { leavingMs, memberId, wholeOption } from './channel-options.ts'
import { within } from './deadline.ts'
import type { Engine } from './engine.ts'
import { Listener, type ListenPool, type Notification, OPEN_WITHIN_MS } from './listener.ts'
import { censusOf, countMembers, isRegistered, RENEW_AFTER_MS, register, unregister } from './members.ts'
import { migrateTables } from './migrate.ts'
import { POSTGRES_CHANGES, postgresEngine } from './postgres.ts'
import { acknowledgementOf, type ChangeMessage, MAX_PAYLOAD, readChange, readOwn } from './postgres-message.ts'
import { surviveErrors } from './postgres-pool.ts'
import { CHANNEL_TABLES, checkRights } from './rights.ts'
import { chooseSchema } from './schema-name.ts'

/** What `postgresChannel()` takes besides the pool. */
export interface PostgresChannelOptions {
  /** Longest time that a process answers from memory without having heard, 100 to 60 000 milliseconds. Default 1000. */
  readonly leaseMs?: number | undefined
  /** The schema of the tables; the same as the store's. Default: where the database looks by itself. */
  readonly schema?: string | undefined
  /** Default `systemClock`. */
  readonly clock?: Clock | undefined
}

/**
 * A channel over PostgreSQL's LISTEN and NOTIFY. Takes one connection of the pool for itself, once somebody subscribes or
 * publishes.
 *
 * @param pool of `pg`, with two connections or more, to the primary and not through a pooler that shares sessions
 * @param options `leaseMs`, `schema`, `clock`
 * @throws {TypeError} when the pool or an option cannot be used
 * @example
 * ```ts
 * import { keyFormat } from '@bearward/core'
 * import { createKeyring } from '@bearward/keyring'
 * import { postgres, postgresChannel } from '@bearward/sql'
 * import { Pool } from 'pg'
 *
 * const pool = new Pool({ connectionString: 'postgres://localhost/acme' })
 * const keyring = createKeyring({
 *   store: postgres(pool),
 *   channel: postgresChannel(pool),
 *   format: keyFormat({ prefix: 'acme' }),
 * })
 * ```
 */
export function postgresChannel(pool: ListenPool, options: PostgresChannelOptions = {}): Channel {
  if (typeof pool?.connect !== 'function' || typeof pool.query !== 'function') {
    throw new TypeError('postgresChannel: the first argument must be a pool of pg')
  }
  if (pool.options?.max === 1) {
    throw new TypeError('postgresChannel: the pool must have two connections or more; the channel keeps one')
  }
  for (const name of Object.keys(options)) {
    if (!['leaseMs', 'schema', 'clock'].includes(name))
      throw new TypeError(`postgresChannel: there is no option \`${name}\``)
  }
  const leaseMs = wholeOption('postgresChannel', 'leaseMs', options.leaseMs, SECOND, 100, 60 * SECOND)
  const { schema } = chooseSchema('postgresChannel', undefined, options.schema)
  return new ListenChannel(pool, { leaseMs, schema, clock: options.clock ?? systemClock })
}

/** Connecting and beginning to listen take no longer than this, unless the request that does so was cancelled. */
const CONNECT_WITHIN_MS: number = 2 * OPEN_WITHIN_MS
/** Waits before connecting again: short at first, never longer than this share of a lease. */
const RECONNECT_SHARE = 1 / 2
/**
 * A connection on which a proof has not come for a lease and this share of one is taken for dead. In two steps: a process that
 * stood still for longer finds the proof among what has arrived meanwhile.
 */
const GRACE_SHARE = 1 / 3

/**
 * Acknowledgements that wait to be sent, at most. Any role can ask for them faster than they can be sent; one that is left out
 * makes its publisher wait for the lease.
 */
const MAX_REPLIES = 10_000
/** Acknowledgements of one statement: a flood of them must not hold up a proof, which goes over the same connection. */
const REPLIES_AT_ONCE = 500

interface ListenSettings {
  readonly leaseMs: number
  readonly schema: string | undefined
  readonly clock: Clock
}

/** What this process is known by. */
interface Identity {
  /**
   * Stands in the table of members alone: see `acknowledgementOf()`. Changes each time that the last subscriber has left: leaving
   * may take a while, and must not take a later subscriber out.
   */
  readonly id: string
  /** The channel on which it hears its own proofs, and who has acknowledged. */
  readonly channel: string
}

class ListenChannel implements Channel {
  readonly leaseMs: number
  readonly durable = false
  readonly #pool: ListenPool
  readonly #schema: string | undefined
  readonly #engine: Engine
  readonly #clock: Clock
  #identity: Identity | undefined
  readonly #subscribers = new Subscribers('postgresChannel')
  readonly #waiting = new Map<string, Acknowledgements>()
  readonly #proofs = new Map<string, () => void>()
  #listener: Listener | undefined
  readonly #connecting: SharedWork<Listener>
  /** When this process was registered over the present connection: a server that took over may know of none before. */
  #registeredAt = Number.NEGATIVE_INFINITY
  /** Registrations that are in progress. */
  readonly #registering = new Set<Promise<void>>()
  /** Whether publishers may be waiting for this process. */
  #isMember = false
  #replies: Notification[] = []
  #isReplying = false
  #failures = 0
  #cancelTimer: () => void = () => {}
  #isClosed = false

  constructor(pool: ListenPool, { leaseMs, schema, clock }: ListenSettings) {
    this.#pool = pool
    surviveErrors(pool)
    this.#schema = schema
    this.#engine = postgresEngine(pool as never, { schema, isImplied: false })
    this.leaseMs = leaseMs
    this.#clock = clock
    this.#connecting = new SharedWork<Listener>({ clock, patienceMs: CONNECT_WITHIN_MS })
  }

  /** Drawn when it is needed: some runtimes have no random numbers at module scope. */
  get #own(): Identity {
    this.#identity ??= { id: memberId(), channel: `bearward_to_${memberId()}` }
    return this.#identity
  }

  subscribe(subscriber: ChannelSubscriber): ChannelSubscription {
    const subscribed = this.#subscribers.add(subscriber)
    return {
      prove: async () => {
        subscribed.check()
        await this.#prove(subscribed)
        subscribed.check()
      },
      close: async () => {
        if (subscribed.remove() && this.#subscribers.size === 0) await this.#leave()
      },
    }
  }

  async publish(change: Change, { confirm = true }: { confirm?: boolean | undefined } = {}): Promise<Confirmation> {
    if (this.#isClosed) throw new Error('postgresChannel: the channel was closed')
    // Without it nobody's acknowledgement is heard, and every lease is waited out: slower, and as true.
    await this.#connectSoon()
    const id = memberId()
    const acknowledgements = new Acknowledgements({ leaseMs: this.leaseMs, clock: this.#clock })
    this.#waiting.set(id, acknowledgements)
    try {
      const message: ChangeMessage = { ...shortened(change), replyTo: this.#own.channel, id }
      const listener = this.#listener
      const census =
        listener === undefined
          ? await this.#send(message, id)
          : await this.#watched(listener, () => this.#sendOver(listener, message, id))
      return confirm ? await acknowledgements.confirm(census) : acknowledgements.unconfirmed(census)
    } finally {
      this.#waiting.delete(id)
    }
  }

  /** Counts after the message was accepted: who registers later hears it before its first proof. */
  async #sendOver(listener: Listener, message: ChangeMessage, id: string): Promise<Census> {
    await listener.notify(POSTGRES_CHANGES, message)
    return acknowledging(await countMembers(listener.engine), id)
  }

  async #send(message: ChangeMessage, id: string): Promise<Census> {
    await this.#pool.query('select pg_notify($1, $2)', [POSTGRES_CHANGES, JSON.stringify(message)])
    return acknowledging(await countMembers(this.#engine), id)
  }

  async ready(): Promise<void> {
    if (this.#isClosed) throw new Error('postgresChannel: the channel was closed')
    await migrateTables(this.#engine)
    await checkRights(this.#engine, CHANNEL_TABLES)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#subscribers.close()
    await this.#leave()
    this.#isClosed = true
    this.#cancelTimer()
    await this.#connecting.settled()
    const listener = this.#listener
    this.#listener = undefined
    listener?.drop()
  }

  /** A notification to oneself: all that were committed before it are delivered before it. */
  async #prove(subscribed: Subscribed): Promise<void> {
    const listener = await this.#connect()
    subscribed.check()
    await this.#watched(listener, () => this.#registerOver(listener))
    // Random: a role that guessed it could send it before the messages that it proves.
    const proof = memberId()
    const arrived = new Promise<void>((resolve) => this.#proofs.set(proof, resolve))
    try {
      await this.#watched(listener, () => Promise.all([arrived, listener.notify(this.#own.channel, { proof })]))
      this.#failures = 0
    } finally {
      this.#proofs.delete(proof)
    }
  }

  async #registerOver(listener: Listener): Promise<void> {
    const registering = this.#register(listener)
    this.#registering.add(registering)
    try {
      await registering
    } finally {
      this.#registering.delete(registering)
    }
  }

  async #register(listener: Listener): Promise<void> {
    const { id } = this.#own
    const now = this.#clock.monotonic()
    // It may have run out all the same: while the machine sleeps, this clock stands still.
    const isYoung = now - this.#registeredAt < RENEW_AFTER_MS
    if (isYoung && (await isRegistered(listener.engine, id, this.leaseMs))) return
    await register(listener.engine, id, this.leaseMs, 0)
    if (id !== this.#own.id) throw new Error('postgresChannel: the channel was closed')
    this.#isMember = true
    this.#registeredAt = now
  }

  /** Gives up a connection on which something takes longer than a lease: it may carry nothing any more, and nobody tells. */
  async #watched<T>(listener: Listener, work: () => Promise<T>): Promise<T> {
    const { leaseMs } = this
    let cancel = schedule(this.#clock, leaseMs, () => {
      cancel = schedule(this.#clock, leaseMs * GRACE_SHARE, () => listener.drop())
    })
    try {
      return await listener.unlessLost(work)
    } finally {
      cancel()
    }
  }

  async #connect(): Promise<Listener> {
    if (this.#isClosed) throw new Error('postgresChannel: the channel was closed')
    if (this.#listener !== undefined) return this.#listener
    return this.#connecting.run(() => this.#listen())
  }

  /** A pool that has no connection to give must not hold up a revocation for longer than the leases do. */
  async #connectSoon(): Promise<void> {
    let cancel = (): void => {}
    const late = new Promise<void>((resolve) => {
      cancel = schedule(this.#clock, this.leaseMs, resolve)
    })
    await Promise.race([this.#connect().then(nothing, nothing), late])
    cancel()
  }

  /** After a loss nothing that was asked on the connection before counts. */
  async #listen(): Promise<Listener> {
    const listener = await Listener.open({
      pool: this.#pool,
      clock: this.#clock,
      channels: [POSTGRES_CHANGES, this.#own.channel],
      schema: this.#schema,
      prepare: async (engine) => void (await migrateTables(engine)),
      heard: (channel, payload) => this.#receive(channel, payload),
      lost: (lost) => this.#lose(lost),
    })
    this.#listener = listener
    this.#registeredAt = Number.NEGATIVE_INFINITY
    return listener
  }

  /** Handles a notification that any role of the database may have sent. */
  #receive(channel: unknown, payload: unknown): void {
    if (channel === POSTGRES_CHANGES) this.#hear(payload)
    else if (channel === this.#own.channel) this.#hearOwn(payload)
  }

  #hear(payload: unknown): void {
    const { invalidations, reply } = readChange(payload)
    const haveAll = this.#subscribers.invalidate(invalidations)
    if (!haveAll || reply === undefined || !this.#isMember || this.#replies.length >= MAX_REPLIES) return
    const message = { acknowledges: reply.id, member: acknowledgementOf(this.#own.id, reply.id) }
    this.#replies.push({ channel: reply.to, message })
    if (!this.#isReplying) void this.#sendReplies()
  }

  /** Never rejects: if an acknowledgement is lost, its publisher waits until our lease expires. */
  async #sendReplies(): Promise<void> {
    this.#isReplying = true
    try {
      while (this.#replies.length > 0) {
        // Taken first: without a connection they are dropped, and the loop must end all the same.
        const replies = this.#replies.splice(0, REPLIES_AT_ONCE)
        await this.#listener?.notifyAll(replies)
      }
    } catch {
      this.#replies = []
    } finally {
      this.#isReplying = false
    }
  }

  /** What cannot be read here is no loss: it was a proof or an acknowledgement, and their absence makes others wait. */
  #hearOwn(payload: unknown): void {
    const message = readOwn(payload)
    if (message === undefined) return
    if ('proof' in message) this.#proofs.get(message.proof)?.()
    else this.#waiting.get(message.acknowledges)?.receive(message.member)
  }

  #lose(listener: Listener): void {
    if (this.#listener !== listener) return
    this.#listener = undefined
    this.#subscribers.lose()
    this.#reconnectLater()
  }

  #reconnectLater(): void {
    if (this.#isClosed || this.#subscribers.size === 0) return
    const delayMs = Math.min(10 * 2 ** Math.min(this.#failures++, 10), this.leaseMs * RECONNECT_SHARE)
    this.#cancelTimer()
    this.#cancelTimer = schedule(this.#clock, delayMs, () => {
      this.#connect().catch(() => this.#reconnectLater())
    })
  }

  async #leave(): Promise<void> {
    const registering = [...this.#registering]
    if (!this.#isMember && registering.length === 0) return
    const { id } = this.#own
    this.#identity = { ...this.#own, id: memberId() }
    this.#isMember = false
    this.#registeredAt = Number.NEGATIVE_INFINITY
    const listener = this.#listener
    try {
      const patienceMs = leavingMs(this.leaseMs)
      await within(this.#clock, patienceMs, 'postgresChannel: leaving', Promise.allSettled(registering))
      if (listener === undefined)
        await within(this.#clock, patienceMs, 'postgresChannel: leaving', unregister(this.#engine, id))
      else await this.#watched(listener, () => unregister(listener.engine, id))
    } catch {
      // The registration runs out by itself.
    }
  }
}

function nothing(): void {}

/** A change that fits into a notification, and that every process takes as it stands. */
function shortened({ sequence, invalidations }: Change): ChangeMessage {
  const isLong =
    invalidations.length > MAX_INVALIDATIONS || Buffer.byteLength(JSON.stringify(invalidations)) > MAX_PAYLOAD
  return { sequence, invalidations: isLong ? ['all'] : invalidations }
}

/** The census by the acknowledgements that its members would send. */
function acknowledging({ registered, ageMs }: Awaited<ReturnType<typeof countMembers>>, id: string): Census {
  const { members, registryAgeMs } = censusOf(registered, ageMs)
  return { members: members.map((each) => ({ ...each, id: acknowledgementOf(each.id, id) })), registryAgeMs }
}
