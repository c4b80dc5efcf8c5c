import type { Clock } from '@bearward/core'
import { patienceOf, within } from './deadline.ts'
import type { RawConnection, RedisLink } from './link.ts'

export interface VoiceOptions {
  readonly link: RedisLink
  /** The key whose primary is talked to. */
  readonly key: string
  readonly leaseMs: number
  readonly clock: Clock
}

/** A way for commands to Redis. */
interface Way {
  /** A connection of the channel's own; `undefined` where the user's client is the way. */
  readonly raw: Promise<RawConnection | undefined>
  unanswered: number
}

/** Commands that have not been answered, at most: a client that is cut off may keep them all, and send them later. */
const MAX_UNANSWERED = 1000

/**
 * Sends commands over the user's client, and round it once that leaves one unanswered: its connection may have died
 * without a word, which most clients notice late. Each script may run twice and do no harm, so it is tried again.
 */
export class Voice {
  readonly #options: VoiceOptions
  readonly #patienceMs: number
  readonly #usual: Way = { raw: Promise.resolve(undefined), unanswered: 0 }
  #way: Way = this.#usual
  #isClosed = false

  constructor(options: VoiceOptions) {
    this.#options = options
    this.#patienceMs = patienceOf(options.leaseMs)
  }

  /**
   * Runs a script.
   *
   * @param keepsAlive whether the process must live until then, because somebody waits for it
   * @throws what Redis or the client answers, and when there is no answer within `timeoutMs`
   */
  async evaluate(script: string, args: readonly string[], timeoutMs: number, keepsAlive = false): Promise<unknown> {
    for (let leftMs = timeoutMs; ; leftMs -= this.#patienceMs) {
      const way = this.#way
      const late = (): Error => new Unanswered(`redisChannel: Redis did not answer within ${timeoutMs} ms`)
      const attemptMs = Math.min(leftMs, this.#patienceMs)
      try {
        return await within(this.#options.clock, attemptMs, this.#ask(way, script, args), late, keepsAlive)
      } catch (error) {
        if (!(error instanceof Unanswered)) {
          // It may be the way to a server that is no primary any more.
          if (way !== this.#usual) this.#leave(way)
          throw error
        }
        if (way === this.#way) this.#turnFrom(way)
        if (leftMs <= attemptMs) throw error
      }
    }
  }

  /** Gives back what it has opened. Commands go over the user's client from now on. */
  close(): void {
    this.#isClosed = true
    this.#leave(this.#way)
  }

  async #ask(way: Way, script: string, args: readonly string[]): Promise<unknown> {
    if (way.unanswered >= MAX_UNANSWERED) throw new Error('redisChannel: too many commands wait for the Redis client')
    way.unanswered++
    try {
      const { link, key } = this.#options
      return await ((await way.raw) ?? link).evaluate(script, key, args)
    } finally {
      way.unanswered--
    }
  }

  /** To a new connection; where none can be had, back to the user's client. */
  #turnFrom(old: Way): void {
    this.#leave(old)
    if (this.#isClosed) return
    const way: Way = { raw: this.#open(() => this.#leave(way)), unanswered: 0 }
    this.#way = way
  }

  #leave(way: Way): void {
    if (way === this.#way) this.#way = this.#usual
    void way.raw.then((raw) => raw?.destroy())
  }

  async #open(onLost: () => void): Promise<RawConnection | undefined> {
    const { link, key, clock } = this.#options
    let raw: RawConnection | undefined
    try {
      raw = await link.connection(key, this.#patienceMs, onLost)
      const late = (): Error => new Unanswered(`redisChannel: no connection within ${this.#patienceMs} ms`)
      await within(clock, this.#patienceMs, raw.open(), late)
      return raw
    } catch {
      raw?.destroy()
      onLost()
      return undefined
    }
  }
}

class Unanswered extends Error {}
