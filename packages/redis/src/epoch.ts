import type { Clock } from '@bearward/core'
import { within } from './deadline.ts'
import type { OnMessage, RawConnection, RedisLink } from './link.ts'

/** How to listen. */
export interface Listening {
  readonly link: RedisLink
  /** The key whose primary is listened to. */
  readonly key: string
  readonly channels: readonly string[]
  readonly onMessage: OnMessage
  /** What a connection may take to be made, and a PING to be answered, in milliseconds. */
  readonly timeoutMs: number
  readonly clock: Clock
}

/** One connection from its subscription to its end: what it carries comes in order, and nothing is missing. */
export class Epoch {
  readonly #listening: Listening
  readonly #onEnd: (error: Error) => void
  #raw: RawConnection | undefined
  #runId = ''
  #isOver = false

  constructor(listening: Listening, onEnd: (error: Error) => void) {
    this.#listening = listening
    this.#onEnd = onEnd
  }

  /** The run of the server that it hangs on. */
  get runId(): string {
    return this.#runId
  }

  /** @throws when it cannot be opened in time; it is over then */
  async open(): Promise<void> {
    const { timeoutMs } = this.#listening
    await this.#orEnd(this.#open(), () => new Error(`redisChannel: no connection within ${timeoutMs} ms`))
  }

  /**
   * Resolves when all that was published before the call has been handed over.
   *
   * @throws when that cannot be proved; it is over then
   */
  async ping(): Promise<void> {
    const { timeoutMs } = this.#listening
    const pong = this.#raw?.ping() ?? Promise.reject(new Error('redisChannel: not connected'))
    await this.#orEnd(
      pong,
      () => new Error(`redisChannel: no answer on the connection that listens within ${timeoutMs} ms`),
    )
    if (this.#isOver) throw new Error('redisChannel: the connection that listens was lost')
  }

  end(error: Error): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#raw?.destroy()
    this.#onEnd(error)
  }

  async #open(): Promise<void> {
    const { link, key, channels, onMessage, timeoutMs } = this.#listening
    const raw = await link.connection(key, timeoutMs, (error) => this.end(error))
    if (this.#isOver) return raw.destroy()
    this.#raw = raw
    await raw.open()
    const runId = /run_id:(\w+)/.exec(await raw.info())?.[1]
    if (runId === undefined) throw new Error('redisChannel: INFO names no run_id')
    this.#runId = runId
    await raw.subscribe(channels, link.isCluster, (message, channel) => {
      if (this.#isOver) return
      try {
        onMessage(message, channel)
      } catch (error) {
        // An exception in a handler of the client ends the process. The messages of this connection count as lost instead.
        this.end(new Error('redisChannel: a message could not be handed over', { cause: error }))
      }
    })
  }

  async #orEnd(work: Promise<void>, late: () => Error): Promise<void> {
    try {
      await within(this.#listening.clock, this.#listening.timeoutMs, work, late)
    } catch (error) {
      this.end(error as Error)
      throw error
    }
  }
}
