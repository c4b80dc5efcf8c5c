import { type Clock, SECOND } from '@bearward/core'
import type { IssueLimitOptions } from './options.ts'
import { Refusal } from './problem.ts'

/** Actors counted at most; of more, the one whose time began first is forgotten. */
const MAX_ACTORS = 10_000

interface Window {
  readonly endsAt: number
  used: number
}

/** Counts the keys that each actor issues, in windows of fixed length that begin with the first of them. */
export class IssueLimit {
  readonly #options: IssueLimitOptions
  readonly #clock: Clock
  /** By actor; the window that began first stands first, and ends first. */
  readonly #windows = new Map<string, Window>()

  constructor(options: IssueLimitOptions, clock: Clock) {
    this.#options = options
    this.#clock = clock
  }

  /**
   * Counts one.
   *
   * @returns the header fields that say what is left
   * @throws {Refusal} `rate_limited`
   */
  take(actor: string): Readonly<Record<string, string>> {
    const { max, windowMs } = this.#options
    const now = this.#clock.monotonic()
    this.#forgetOld(now)
    const window = this.#windows.get(actor) ?? { endsAt: now + windowMs, used: 0 }
    if (window.used === 0) this.#windows.set(actor, window)
    const seconds = Math.ceil((window.endsAt - now) / SECOND)
    // draft-ietf-httpapi-ratelimit-headers: the policy, and what is left of it.
    const policy = `"issue";q=${max};w=${Math.ceil(windowMs / SECOND)}`
    const left = (rest: number) => ({ 'RateLimit-Policy': policy, RateLimit: `"issue";r=${rest};t=${seconds}` })
    if (window.used >= max) {
      throw new Refusal(
        'rate_limited',
        `At most ${max} keys in ${windowMs / SECOND} seconds; try again in ${seconds}.`,
        {
          headers: { ...left(0), 'Retry-After': String(seconds) },
        },
      )
    }
    window.used++
    return left(max - window.used)
  }

  #forgetOld(now: number): void {
    for (const [actor, { endsAt }] of this.#windows) {
      if (endsAt > now && this.#windows.size < MAX_ACTORS) return
      this.#windows.delete(actor)
    }
  }
}
