import { type Clock, MINUTE, SECOND, SharedWork, schedule, sha256 } from '@bearward/core'
import { Refusal } from './problem.ts'
import type { Reply } from './route.ts'

/** How long an answer that holds a token is remembered for whoever did not receive it. */
const REMEMBERED_MS = 10 * MINUTE
/** Answers remembered at most; of more, the oldest is forgotten. */
const MAX_ANSWERS = 1000
/** Longest time that a request waits for a simultaneous one that is the same. */
const WAIT_MS = 5 * SECOND
/** A timer that is later than this has died with the request that set it. */
const DEAD_AFTER_MS = SECOND

const DIGESTER = sha256()
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/

interface Answer {
  readonly fingerprint: string
  readonly work: SharedWork<Reply>
  /** None while the work is in progress. */
  reply: Reply | undefined
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
  /** Monotonic time at which a timer forgets the next answer. */
  #forgetsAt = Number.NEGATIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * The answer of an earlier or of a simultaneous request that is the same, or that of `work`. What `work` throws is
   * forgotten: nothing was handed out. A simultaneous request that was cancelled is not waited for without end: then `work` runs
   * again, and finds out what the first one has done.
   *
   * @throws {Refusal} `idempotency_mismatch`, or what `work` throws
   */
  async answer({ keyId, fingerprint }: Attempt, work: () => Promise<Reply>): Promise<Reply> {
    this.forgetOld()
    const answer = this.#answers.get(keyId) ?? this.#begin(keyId, fingerprint)
    if (answer.fingerprint !== fingerprint) {
      throw new Refusal('idempotency_mismatch', 'Take a new Idempotency-Key for another request.')
    }
    if (answer.reply !== undefined) return answer.reply
    try {
      return await answer.work.run(async () => {
        answer.reply = await work()
        return answer.reply
      })
    } catch (error) {
      if (answer.reply === undefined && this.#answers.get(keyId) === answer) this.#answers.delete(keyId)
      throw error
    }
  }

  #begin(keyId: string, fingerprint: string): Answer {
    const [oldest] = this.#answers.keys()
    if (oldest !== undefined && this.#answers.size >= MAX_ANSWERS) this.#answers.delete(oldest)
    const answer: Answer = {
      fingerprint,
      work: new SharedWork<Reply>({ clock: this.#clock, patienceMs: WAIT_MS }),
      reply: undefined,
      endsAt: this.#clock.monotonic() + REMEMBERED_MS,
    }
    this.#answers.set(keyId, answer)
    this.#scheduleForgetting(REMEMBERED_MS)
    return answer
  }

  /** Called with every request, because a timer may have died with the one that set it. */
  forgetOld(): void {
    const now = this.#clock.monotonic()
    for (const [keyId, { endsAt }] of this.#answers) {
      if (endsAt > now) return
      this.#answers.delete(keyId)
    }
  }

  #scheduleForgetting(delayMs: number): void {
    const now = this.#clock.monotonic()
    if (now <= this.#forgetsAt + DEAD_AFTER_MS) return
    this.#forgetsAt = now + delayMs
    schedule(this.#clock, delayMs, () => {
      this.#forgetsAt = Number.NEGATIVE_INFINITY
      this.forgetOld()
      const [next] = this.#answers.values()
      if (next !== undefined) this.#scheduleForgetting(next.endsAt - this.#clock.monotonic())
    })
  }
}
