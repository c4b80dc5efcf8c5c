import { type Clock, SECOND } from '@bearward/core'
import { within } from './deadline.ts'
import type { Engine } from './engine.ts'
import { postgresEngine } from './postgres.ts'

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

/** A message, before it is written as JSON, and the channel that it goes out on. */
export interface Notification {
  readonly channel: string
  readonly message: unknown
}

/** Time to connect and to begin listening. A connection that takes longer is given up. */
export const OPEN_WITHIN_MS: number = 10 * SECOND

export interface ListenerOptions {
  readonly pool: ListenPool
  readonly clock: Clock
  readonly channels: readonly string[]
  readonly schema: string | undefined
  /** Runs on the new connection before it listens. */
  prepare(engine: Engine): Promise<void>
  /** Takes a notification as the driver hands it over. When it throws, the connection is given up. */
  heard(channel: unknown, payload: unknown): void
  /** Runs once, at the end of the connection. */
  lost(listener: Listener): void
}

/** One connection, one span of hearing: while it lives, nothing that was notified is missed. */
export class Listener {
  readonly #client: ListenClient
  readonly #onLost: () => void
  /** `pg` takes one query at a time. */
  #last: Promise<unknown> = Promise.resolve()
  /** Whoever waits for this connection. */
  readonly #waiting = new Set<(reason: Error) => void>()
  #isLost = false
  /** Speaks over this connection alone; no other of the pool can hold it up. */
  readonly engine: Engine

  /** @throws when no connection comes about in time */
  static async open(options: ListenerOptions): Promise<Listener> {
    const { pool, clock } = options
    const opening = pool.connect()
    let client: ListenClient
    try {
      client = await within(clock, OPEN_WITHIN_MS, 'postgresChannel: connecting', opening)
    } catch (error) {
      // One that comes late is wanted by nobody.
      opening.then(discard, () => {})
      throw error
    }
    const listener = new Listener(client, options)
    try {
      await within(clock, OPEN_WITHIN_MS, 'postgresChannel: LISTEN', listener.#listen(options))
      return listener
    } catch (error) {
      listener.drop()
      throw error
    }
  }

  private constructor(client: ListenClient, { heard, lost, schema }: ListenerOptions) {
    this.#client = client
    this.#onLost = () => lost(this)
    client.on('error', () => this.drop())
    client.on('end', () => this.drop())
    client.on('notification', (message) => {
      try {
        heard(message.channel, message.payload ?? '')
      } catch {
        // An exception in a handler of the driver ends the process. The messages of this connection count as lost instead.
        this.drop()
      }
    })
    const source = {
      connect: async () => ({ query: (text: string, values: unknown[]) => this.query(text, values), release() {} }),
    }
    this.engine = postgresEngine(source as never, { schema, isImplied: false })
  }

  /** One after the other, as PostgreSQL takes them. Rejects when the connection is lost. */
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }> {
    const answer = this.#last.then(() => this.unlessLost(() => this.#client.query(text, values)))
    this.#last = answer.catch(() => {})
    return answer
  }

  /**
   * A message need not survive the server: whoever listens loses the connection with it. Waiting for the disk would hold up
   * all other notifications of the database.
   */
  notify(channel: string, message: unknown): Promise<void> {
    return this.notifyAll([{ channel, message }])
  }

  /** The same with several messages, in one statement. */
  async notifyAll(notifications: readonly Notification[]): Promise<void> {
    const text = `select set_config('synchronous_commit', 'off', true), pg_notify(channel, payload)
      from unnest($1::text[], $2::text[]) as sent (channel, payload)`
    const channels = notifications.map(({ channel }) => channel)
    await this.query(text, [channels, notifications.map(({ message }) => JSON.stringify(message))])
  }

  /** What `work` answers; rejects when the connection is lost before. */
  unlessLost<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#isLost) {
        reject(lostError())
        return
      }
      this.#waiting.add(reject)
      work()
        .then(resolve, reject)
        .finally(() => this.#waiting.delete(reject))
    })
  }

  /** Gives the connection up, and tells of it. */
  drop(): void {
    if (this.#isLost) return
    this.#isLost = true
    discard(this.#client)
    try {
      this.#onLost()
    } finally {
      for (const reject of this.#waiting) reject(lostError())
      this.#waiting.clear()
    }
  }

  async #listen({ channels, prepare }: ListenerOptions): Promise<void> {
    await prepare(this.engine)
    // A registration must survive a server that recovers from a crash: it does not look like another one afterwards.
    await this.query(`select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off';
      set application_name = 'bearward channel'`)
    await this.query(channels.map((channel) => `listen ${channel}`).join('; '))
  }
}

function lostError(): Error {
  return new Error('postgresChannel: the connection was lost')
}

/** Never throws: it runs in timers and in handlers of the driver. */
function discard(client: ListenClient): void {
  try {
    client.removeAllListeners()
    // A connection that was given up may still fail, and nothing waits for it.
    client.on('error', () => {})
    client.release(true)
  } catch {
    // The pool has dropped this connection already.
  }
}
