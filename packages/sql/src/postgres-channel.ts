import {
  type Change,
  type Channel,
  type ChannelSubscriber,
  type ChannelSubscription,
  type Clock,
  type Confirmation,
  type Invalidation,
  SECOND,
  SharedWork,
  schedule,
  systemClock,
} from '@bearward/core'
import { Acknowledgements, type Census } from '@bearward/core/channel'
import { memberId, wholeOption } from './channel-options.ts'
import type { Engine } from './engine.ts'
import { Listener, type ListenPool, OPEN_WITHIN_MS } from './listener.ts'
import { censusOf, countMembers, isRegistered, RENEW_AFTER_MS, register, unregister } from './members.ts'
import { migrateTables } from './migrate.ts'
import { POSTGRES_CHANGES, postgresEngine } from './postgres.ts'

/** What `postgresChannel()` takes besides the pool. */
export interface PostgresChannelOptions {
  /** Longest time that a process answers from memory without having heard, 100 to 60 000 milliseconds. Default 1000. */
  readonly leaseMs?: number | undefined
  /** Default `systemClock`. */
  readonly clock?: Clock | undefined
}

/**
 * A channel over PostgreSQL's LISTEN and NOTIFY. Takes one connection of the pool for itself, once somebody subscribes or
 * publishes.
 *
 * @param pool of `pg`, with two connections or more, to the primary and not through a pooler that shares sessions
 * @param options `leaseMs`, `clock`
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
    if (!['leaseMs', 'clock'].includes(name)) throw new TypeError(`postgresChannel: there is no option \`${name}\``)
  }
  const leaseMs = wholeOption('postgresChannel', 'leaseMs', options.leaseMs, SECOND, 100, 60 * SECOND)
  return new ListenChannel(pool, leaseMs, options.clock ?? systemClock)
}

/** A notification holds less than 8000 bytes. */
const MAX_INVALIDATIONS = 7000
/** Connecting and beginning to listen take no longer than this, unless the request that does so was cancelled. */
const CONNECT_WITHIN_MS: number = 2 * OPEN_WITHIN_MS
/** Waits before connecting again: short at first, never longer than this share of a lease. */
const RECONNECT_SHARE = 1 / 2
/**
 * A connection on which a proof has not come for a lease and this share of one is taken for dead. In two steps: a process that
 * stood still for longer finds the proof among what has arrived meanwhile.
 */
const GRACE_SHARE = 1 / 3

/** What is sent on the channel of changes; the store's own messages name nobody to answer to. */
interface Message {
  readonly sequence?: number | undefined
  readonly invalidations: readonly Invalidation[]
  /** Who waits for acknowledgements, and by what name of the message. */
  readonly replyTo?: string
  readonly id?: string
}

/** What is sent to one process. */
type Letter = { readonly proof: number } | { readonly acknowledges: string; readonly member: string }

class ListenChannel implements Channel {
  readonly leaseMs: number
  readonly durable = false
  readonly #pool: ListenPool
  readonly #engine: Engine
  readonly #clock: Clock
  #memberId: string | undefined
  readonly #subscribers = new Set<ChannelSubscriber>()
  readonly #waiting = new Map<string, Acknowledgements>()
  readonly #proofs = new Map<number, () => void>()
  #listener: Listener | undefined
  readonly #connecting: SharedWork<Listener>
  /** When this process was registered over the present connection: a server that took over may know of none before. */
  #registeredAt = Number.NEGATIVE_INFINITY
  /** Whether publishers may be waiting for this process. */
  #isMember = false
  #proofsAsked = 0
  #published = 0
  #failures = 0
  #cancelTimer: () => void = () => {}
  #isClosed = false

  constructor(pool: ListenPool, leaseMs: number, clock: Clock) {
    this.#pool = pool
    this.#engine = postgresEngine(pool as never)
    this.leaseMs = leaseMs
    this.#clock = clock
    this.#connecting = new SharedWork<Listener>({ clock, patienceMs: CONNECT_WITHIN_MS })
  }

  /** Drawn when it is needed: some runtimes have no random numbers at module scope. */
  get #id(): string {
    this.#memberId ??= memberId()
    return this.#memberId
  }

  get #ownChannel(): string {
    return `bearward_to_${this.#id}`
  }

  subscribe(subscriber: ChannelSubscriber): ChannelSubscription {
    this.#subscribers.add(subscriber)
    return {
      prove: () => this.#prove(),
      close: async () => {
        this.#subscribers.delete(subscriber)
        if (this.#subscribers.size === 0) await this.#leave()
      },
    }
  }

  async publish(change: Change, { confirm = true }: { confirm?: boolean | undefined } = {}): Promise<Confirmation> {
    if (this.#isClosed) throw new Error('postgresChannel: the channel was closed')
    // Without it nobody's acknowledgement is heard, and every lease is waited out: slower, and as true.
    await this.#connectSoon()
    const id = String(++this.#published)
    const acknowledgements = new Acknowledgements({ leaseMs: this.leaseMs, clock: this.#clock })
    this.#waiting.set(id, acknowledgements)
    try {
      const told: Message['invalidations'] =
        JSON.stringify(change.invalidations).length > MAX_INVALIDATIONS ? ['all'] : change.invalidations
      const message: Message = { sequence: change.sequence, invalidations: told, replyTo: this.#ownChannel, id }
      const listener = this.#listener
      const census =
        listener === undefined
          ? await this.#send(message)
          : await this.#watched(listener, () => this.#sendOver(listener, message))
      return confirm ? await acknowledgements.confirm(census) : acknowledgements.unconfirmed(census)
    } finally {
      this.#waiting.delete(id)
    }
  }

  /** Counts after the message was accepted: who registers later hears it before its first proof. */
  async #sendOver(listener: Listener, message: Message): Promise<Census> {
    await listener.notify(POSTGRES_CHANGES, message)
    const { registered, ageMs } = await countMembers(listener.engine)
    return censusOf(registered, ageMs)
  }

  async #send(message: Message): Promise<Census> {
    await this.#pool.query('select pg_notify($1, $2)', [POSTGRES_CHANGES, JSON.stringify(message)])
    const { registered, ageMs } = await countMembers(this.#engine)
    return censusOf(registered, ageMs)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    const subscribers = [...this.#subscribers]
    this.#subscribers.clear()
    for (const subscriber of subscribers) subscriber.lost()
    await this.#leave()
    this.#isClosed = true
    this.#cancelTimer()
    await this.#connecting.settled()
    const listener = this.#listener
    this.#listener = undefined
    listener?.drop()
  }

  /** A notification to oneself: all that were committed before it are delivered before it. */
  async #prove(): Promise<void> {
    const listener = await this.#connect()
    await this.#watched(listener, () => this.#register(listener))
    const proof = ++this.#proofsAsked
    const arrived = new Promise<void>((resolve) => this.#proofs.set(proof, resolve))
    try {
      await this.#watched(listener, () => Promise.all([arrived, listener.notify(this.#ownChannel, { proof })]))
      this.#failures = 0
    } finally {
      this.#proofs.delete(proof)
    }
  }

  async #register(listener: Listener): Promise<void> {
    const now = this.#clock.monotonic()
    // It may have run out all the same: while the machine sleeps, this clock stands still.
    const isYoung = now - this.#registeredAt < RENEW_AFTER_MS
    if (isYoung && (await isRegistered(listener.engine, this.#id, this.leaseMs))) return
    await register(listener.engine, this.#id, this.leaseMs, 0)
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
      channels: [POSTGRES_CHANGES, this.#ownChannel],
      prepare: async (engine) => void (await migrateTables(engine)),
      heard: (channel, payload) => this.#receive(channel, payload),
      lost: (lost) => this.#lose(lost),
    })
    this.#listener = listener
    this.#registeredAt = Number.NEGATIVE_INFINITY
    return listener
  }

  #receive(channel: string, payload: string): void {
    if (channel === POSTGRES_CHANGES) {
      const { invalidations, replyTo, id } = JSON.parse(payload) as Message
      for (const subscriber of this.#subscribers) subscriber.invalidate(invalidations)
      if (replyTo === undefined || !this.#isMember) return
      // Whoever waits and does not hear it waits for the lease.
      this.#listener?.notify(replyTo, { acknowledges: id, member: this.#id }).catch(nothing)
      return
    }
    const letter = JSON.parse(payload) as Letter
    if ('proof' in letter) this.#proofs.get(letter.proof)?.()
    else this.#waiting.get(letter.acknowledges)?.receive(letter.member)
  }

  #lose(listener: Listener): void {
    if (this.#listener !== listener) return
    this.#listener = undefined
    for (const subscriber of this.#subscribers) subscriber.lost()
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
    if (!this.#isMember) return
    this.#isMember = false
    this.#registeredAt = Number.NEGATIVE_INFINITY
    const listener = this.#listener
    try {
      if (listener === undefined) await unregister(this.#engine, this.#id)
      else await this.#watched(listener, () => unregister(listener.engine, this.#id))
    } catch {
      // The registration runs out by itself.
    }
  }
}

function nothing(): void {}

/**
 * Statements that make PostgreSQL tell every process of changes to keys that are made by plain SQL, which no keyring
 * knows of. Run them once, by hand or in a migration of your own.
 *
 * @example
 * ```ts
 * import { postgresTriggerSql } from '@bearward/sql'
 *
 * console.log(postgresTriggerSql())
 * ```
 */
export function postgresTriggerSql(): string {
  return `create or replace function bearward_tell_change() returns trigger language plpgsql as $$
begin
  perform pg_notify('${POSTGRES_CHANGES}',
    json_build_object('invalidations', json_build_array(json_build_object('id', coalesce(new.id, old.id))))::text);
  return null;
end $$;

create or replace trigger bearward_tell_change after insert or update or delete on bearward_keys
  for each row execute function bearward_tell_change();
`
}
