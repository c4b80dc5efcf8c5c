import {
  type Change,
  type Channel,
  type ChannelSubscriber,
  type ChannelSubscription,
  type Clock,
  type Confirmation,
  type Invalidation,
  SECOND,
  schedule,
  systemClock,
} from '@bearward/core'
import { Acknowledgements } from '@bearward/core/channel'
import { memberId, wholeOption } from './channel-options.ts'
import type { Engine } from './engine.ts'
import { censusOf, countMembers, RENEW_AFTER_MS, register, unregister } from './members.ts'
import { migrateTables } from './migrate.ts'
import { POSTGRES_CHANGES, postgresEngine } from './postgres.ts'

/** The part of a `pg` pool that is used. */
export interface ListenPool {
  connect(): Promise<ListenClient>
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
  readonly options?: { readonly max?: number | undefined }
}

/** The part of a client of a `pg` pool that is used. */
export interface ListenClient {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
  on(event: 'notification', listener: (message: { channel: string; payload?: string | undefined }) => void): unknown
  on(event: 'error' | 'end', listener: (error?: Error) => void): unknown
  removeAllListeners(): unknown
  release(error?: boolean): void
}

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
/** Waits before connecting again: short at first, never longer than this share of a lease. */
const RECONNECT_SHARE = 1 / 2

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
  readonly #id = memberId()
  readonly #subscribers = new Set<ChannelSubscriber>()
  readonly #waiting = new Map<string, Acknowledgements>()
  readonly #proofs = new Map<number, { resolve: () => void; reject: (error: Error) => void }>()
  #client: ListenClient | undefined
  #connecting: Promise<void> | undefined
  #registeredAt = Number.NEGATIVE_INFINITY
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
      const told = JSON.stringify(change.invalidations).length > MAX_INVALIDATIONS ? ['all'] : change.invalidations
      const message = { sequence: change.sequence, invalidations: told, replyTo: this.#ownChannel, id }
      await this.#pool.query('select pg_notify($1, $2)', [POSTGRES_CHANGES, JSON.stringify(message)])
      // Counted after the message was accepted: who registers later hears it before its first proof.
      const { registered, ageMs } = await countMembers(this.#engine)
      const census = censusOf(registered, ageMs)
      return confirm ? await acknowledgements.confirm(census) : acknowledgements.unconfirmed(census)
    } finally {
      this.#waiting.delete(id)
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    const subscribers = [...this.#subscribers]
    this.#subscribers.clear()
    for (const subscriber of subscribers) subscriber.lost()
    await this.#leave()
    this.#isClosed = true
    this.#cancelTimer()
    await this.#connecting?.catch(() => {})
    this.#drop()
  }

  /** A notification to oneself: all that were committed before it are delivered before it. */
  async #prove(): Promise<void> {
    await this.#connect()
    const now = this.#clock.monotonic()
    if (now - this.#registeredAt >= RENEW_AFTER_MS) {
      await register(this.#engine, this.#id, this.leaseMs, 0)
      this.#registeredAt = now
    }
    const client = this.#client
    if (client === undefined) throw new Error('postgresChannel: the connection was lost')
    const proof = ++this.#proofsAsked
    const arrived = new Promise<void>((resolve, reject) => this.#proofs.set(proof, { resolve, reject }))
    client.query('select pg_notify($1, $2)', [this.#ownChannel, JSON.stringify({ proof })]).catch((error: Error) => {
      this.#proofs.get(proof)?.reject(error)
    })
    await arrived.finally(() => this.#proofs.delete(proof))
  }

  async #connect(): Promise<void> {
    if (this.#isClosed) throw new Error('postgresChannel: the channel was closed')
    if (this.#client !== undefined) return
    this.#connecting ??= this.#listen().finally(() => {
      this.#connecting = undefined
    })
    await this.#connecting
  }

  /** A pool that has no connection to give must not hold up a revocation for longer than the leases do. */
  async #connectSoon(): Promise<void> {
    let cancel = (): void => {}
    const late = new Promise<void>((resolve) => {
      cancel = schedule(this.#clock, this.leaseMs, resolve)
    })
    await Promise.race([this.#connect().catch(() => {}), late])
    cancel()
  }

  /** One connection, one span of hearing: after a loss nothing that was asked on it counts. */
  async #listen(): Promise<void> {
    await migrateTables(this.#engine)
    const client = await this.#pool.connect()
    const lost = (): void => this.#lose(client)
    client.on('error', lost)
    client.on('end', lost)
    client.on('notification', ({ channel, payload = '' }) => this.#receive(client, channel, payload))
    try {
      await client.query(`listen ${POSTGRES_CHANGES}`)
      await client.query(`listen ${this.#ownChannel}`)
    } catch (error) {
      client.removeAllListeners()
      client.on('error', () => {})
      client.release(true)
      throw error
    }
    this.#failures = 0
    this.#client = client
  }

  #receive(client: ListenClient, channel: string, payload: string): void {
    if (channel === POSTGRES_CHANGES) {
      const { invalidations, replyTo, id } = JSON.parse(payload) as Message
      for (const subscriber of this.#subscribers) subscriber.invalidate(invalidations)
      if (replyTo === undefined || this.#registeredAt === Number.NEGATIVE_INFINITY) return
      const letter = JSON.stringify({ acknowledges: id, member: this.#id })
      // Whoever waits and does not hear it waits for the lease.
      client.query('select pg_notify($1, $2)', [replyTo, letter]).catch(() => {})
      return
    }
    const letter = JSON.parse(payload) as Letter
    if ('proof' in letter) this.#proofs.get(letter.proof)?.resolve()
    else this.#waiting.get(letter.acknowledges)?.receive(letter.member)
  }

  #lose(client: ListenClient): void {
    if (this.#client !== client) return
    this.#drop()
    for (const { reject } of this.#proofs.values()) reject(new Error('postgresChannel: the connection was lost'))
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

  #drop(): void {
    const client = this.#client
    this.#client = undefined
    if (client === undefined) return
    client.removeAllListeners()
    // What a connection that is given up says is of no interest to anybody.
    client.on('error', () => {})
    client.release(true)
  }

  async #leave(): Promise<void> {
    if (this.#registeredAt === Number.NEGATIVE_INFINITY) return
    this.#registeredAt = Number.NEGATIVE_INFINITY
    try {
      await unregister(this.#engine, this.#id)
    } catch {
      // The registration runs out by itself.
    }
  }
}

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
