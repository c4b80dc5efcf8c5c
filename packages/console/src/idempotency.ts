import { type Clock, MINUTE, schedule, sha256 } from '@bearward/core'
import { Refusal } from './problem.ts'
import type { Reply } from './route.ts'

/** How long an answer that holds a token is remembered for whoever did not receive it. */
const REMEMBERED_MS = 10 * MINUTE
/** Answers remembered at most; of more, the oldest is forgotten. */
const MAX_ANSWERS = 1000

const DIGESTER = sha256()
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/

interface Answer {
  readonly fingerprint: string
  readonly reply: Promise<Reply>
  readonly endsAt: number
}

/** What makes two requests the same one. */
export interface Attempt {
  /** Id of the key that this request makes, in whichever process and however often it arrives. */
  readonly keyId: string
  /** SHA-256 of the body. */
  readonly fingerprint: string
}

/**
 * Names a request that may come twice by the key it makes: the store takes an id once, so no retry, no second process
 * and no restart can make a second key of it.
 *
 * @param scope who sends what to which route: the same `Idempotency-Key` of another actor is another request
 * @throws {Refusal} `invalid_header`
 */
export async function attemptOf(request: Request, scope: readonly (string | null)[], body: string): Promise<Attempt> {
  const key = request.headers.get('idempotency-key') ?? ''
  if (!IDEMPOTENCY_KEY.test(key)) {
    const detail = 'must be 1 to 255 visible ASCII characters, new for each key and the same for each try'
    throw new Refusal('invalid_header', `Idempotency-Key ${detail}`, { errors: [{ field: 'Idempotency-Key', detail }] })
  }
  const name = await DIGESTER.digest(JSON.stringify([...scope, key]))
  return { keyId: `key_${name.slice(0, 32)}`, fingerprint: await DIGESTER.digest(body) }
}

/**
 * Answers that hold tokens, in this process's memory alone and for ten minutes: a client that lost its connection asks
 * again and receives the same token.
 */
export class RememberedAnswers {
  readonly #clock: Clock
  /** By the id of the key; oldest first. */
  readonly #answers = new Map<string, Answer>()
  #isScheduled = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * The answer of an earlier or of a simultaneous request that is the same, or that of `work`. What `work` throws is
   * forgotten: nothing was handed out.
   *
   * @throws {Refusal} `idempotency_mismatch`, or what `work` throws
   */
  async answer({ keyId, fingerprint }: Attempt, work: () => Promise<Reply>): Promise<Reply> {
    this.#forgetOld()
    const known = this.#answers.get(keyId)
    if (known !== undefined) {
      if (known.fingerprint !== fingerprint) {
        throw new Refusal('idempotency_mismatch', 'Take a new Idempotency-Key for another request.')
      }
      return known.reply
    }
    const [oldest] = this.#answers.keys()
    if (oldest !== undefined && this.#answers.size >= MAX_ANSWERS) this.#answers.delete(oldest)
    const answer = { fingerprint, reply: work(), endsAt: this.#clock.monotonic() + REMEMBERED_MS }
    this.#answers.set(keyId, answer)
    this.#scheduleForgetting(REMEMBERED_MS)
    try {
      return await answer.reply
    } catch (error) {
      if (this.#answers.get(keyId) === answer) this.#answers.delete(keyId)
      throw error
    }
  }

  #forgetOld(): void {
    const now = this.#clock.monotonic()
    for (const [keyId, { endsAt }] of this.#answers) {
      if (endsAt > now) return
      this.#answers.delete(keyId)
    }
  }

  #scheduleForgetting(delayMs: number): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    schedule(this.#clock, delayMs, () => {
      this.#isScheduled = false
      this.#forgetOld()
      const [next] = this.#answers.values()
      if (next !== undefined) this.#scheduleForgetting(next.endsAt - this.#clock.monotonic())
    })
  }
}
