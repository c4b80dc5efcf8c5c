import { type Clock, schedule } from './clock.ts'
import { equalDigests } from './compare.ts'
import type { MaybePromise } from './digest.ts'
import { type FailureReason, reportUncaught } from './events.ts'
import { Proofs } from './proofs.ts'
import type { Question } from './question.ts'
import { type Captured, capture, type KeyRecord } from './record.ts'
import type { SecretHash } from './secret-hash.ts'

/** What the resolver is told besides the digest. Nothing in it has been verified yet. */
export interface ResolveContext {
  /** The answer must include the latest commit: do not ask a replica that may lag behind. */
  readonly fresh: boolean
  /** Fires when the deadline has passed or the verifier is closed: stop working. */
  readonly signal: AbortSignal
  /**
   * Every digest that the key may be stored under, the current one first: those under older peppers, and those of other
   * systems. `resolve` is asked for one after the other, unless `oneQuery` says that it looks for all of them at once.
   */
  readonly digests: readonly string[]
  /** The id in the token, where its format has one. Look the key up by it; it was chosen by the client. */
  readonly id: string | undefined
  /** The environment in the token, where its format has one. */
  readonly environment: string | undefined
}

/**
 * The user's function from digest to key. Answers the row, or `null` or `undefined` when there is none. Throwing means
 * that the store could not be asked: the client gets 503, never 401, and never the message.
 */
export type Resolve<K extends KeyRecord> = (
  digest: string,
  context: ResolveContext,
) => K | null | undefined | PromiseLike<K | null | undefined>

/** What the store knows. */
export type Found<K> =
  | {
      readonly kind: 'record'
      readonly key: Captured
      readonly row: K
      readonly foundBy: string
      readonly isAccepted: boolean
    }
  | { readonly kind: 'none'; readonly reason: 'unknown' | 'secret' }
  | { readonly kind: 'failure'; readonly reason: FailureReason; readonly error: unknown }

export interface ResolverOptions<K extends KeyRecord> {
  readonly resolve: Resolve<K>
  readonly oneQuery: boolean
  readonly deadlineMs: number
  readonly clock: Clock
  readonly secretHash: () => SecretHash
  /** True when `secretHash` was given: then some keys have slow hashes. Otherwise the first record with one shows it. */
  readonly hasSecretHash: boolean
  readonly accept: ((key: K) => boolean) | undefined
}

/** Asks the user's resolver under a deadline, and believes nothing it says before it was checked. */
export class Resolver<K extends KeyRecord> {
  readonly #options: ResolverOptions<K>
  readonly #running = new Running()
  readonly #proofs = new Proofs()
  #checksSecrets: boolean
  #isClosed = false

  constructor(options: ResolverOptions<K>) {
    this.#options = options
    this.#checksSecrets = options.hasSecretHash
  }

  /** Answers at once when the resolver does. Never throws and never rejects. */
  find(question: Question, fresh: boolean): Found<K> | Promise<Found<K>> {
    try {
      const first = this.#ask(question, 0, fresh)
      if (first instanceof Promise || (first.row === null && this.#timesAsked(question) > 1)) {
        return this.#findLater(question, first, fresh)
      }
      const found = this.#prove(question, first.row, 0)
      return found instanceof Promise ? found.catch(failureOf) : found
    } catch (error) {
      return failureOf(error)
    }
  }

  /** Gives up every call that is under way. */
  close(): void {
    this.#isClosed = true
    this.#running.abort()
  }

  /** Milliseconds after which a question has been answered or given up: each step has a deadline of its own. */
  longestMs(question: Question): number {
    const steps = this.#timesAsked(question) + (question.secret === undefined ? 0 : 1)
    return steps * this.#options.deadlineMs
  }

  async #findLater(question: Question, first: MaybePromise<Answer<K>>, fresh: boolean): Promise<Found<K>> {
    try {
      let { row } = await first
      let asked = 0
      while (row === null && asked + 1 < this.#timesAsked(question)) {
        asked++
        row = (await this.#ask(question, asked, fresh)).row
      }
      return await this.#prove(question, row, asked)
    } catch (error) {
      return failureOf(error)
    }
  }

  /** How often the resolver is asked for a key that there is not. */
  #timesAsked({ id, digests }: Question): number {
    return id !== undefined || this.#options.oneQuery ? 1 : digests.length
  }

  #ask(question: Question, index: number, fresh: boolean): MaybePromise<Answer<K>> {
    const { id, environment, digests } = question
    const { resolve } = this.#options
    return this.#within('resolver', (signal) => {
      const answer = resolve(digests[index] as string, { fresh, signal, digests, id, environment })
      return isThenable(answer) ? Promise.resolve(answer).then(answerOf) : answerOf(answer)
    })
  }

  /** The row is not the key's before its digest, or the secret, says so. */
  #prove(question: Question, row: K | null, asked: number): Found<K> | Promise<Found<K>> {
    if (row === null) return this.#unknown(question)
    const key = this.#capture(row)
    const foundBy = this.#foundBy(question, key, asked)
    const found: Found<K> = { kind: 'record', key, row, foundBy, isAccepted: this.#isAccepted(row) }
    if (question.id === undefined) {
      if (key.digest !== undefined && !equalDigests(key.digest, found.foundBy))
        throw new Failure('digest_mismatch', OTHER_DIGEST)
      return found
    }
    const { digest, secretHash } = key
    const { secret } = question
    if (digest !== undefined) {
      return question.digests.some((own) => equalDigests(own, digest)) ? { ...found, foundBy: digest } : WRONG_SECRET
    }
    if (secretHash === undefined) throw new Failure('record_unreadable', NO_PROOF)
    if (secretHash === question.provedHash || this.#proofs.holds(question.name, secretHash)) return found
    // Read again for a stream, with another hash than the one that was proved: whose secret it is, nobody knows now.
    if (secret === undefined) return WRONG_SECRET
    return this.#checkSecret(question.name, secret, secretHash, question.id).then((matches) =>
      matches ? found : WRONG_SECRET,
    )
  }

  async #checkSecret(name: string, secret: string, secretHash: string, id: string): Promise<boolean> {
    const { deadlineMs } = this.#options
    const matches: unknown = await this.#within('secret_hash', (signal) =>
      Promise.resolve(this.#options.secretHash().verify(secret, secretHash, signal, { id, deadlineMs })),
    )
    this.#checksSecrets = true
    if (matches === true) this.#proofs.add(name, secretHash)
    return matches === true
  }

  /** An id that does not exist is refused no sooner than a wrong secret, where there are secrets with slow hashes. */
  #unknown({ id, secret }: Question): Found<K> | Promise<Found<K>> {
    if (id === undefined || secret === undefined || !this.#checksSecrets) return UNKNOWN
    const secretHash = this.#options.secretHash()
    if (secretHash.decoy === undefined) return UNKNOWN
    const { deadlineMs } = this.#options
    const done = this.#within('secret_hash', (signal) =>
      Promise.resolve(secretHash.decoy?.(secret, signal, { id, deadlineMs })),
    )
    return Promise.resolve(done).then(() => UNKNOWN)
  }

  /** The digest that led to the row: where all were looked for at once, the row must say which. */
  #foundBy({ id, digests }: Question, { digest }: Captured, asked: number): string {
    if (!this.#options.oneQuery || id !== undefined || digests.length === 1) return digests[asked] as string
    if (digest === undefined) throw new Failure('record_unreadable', NO_DIGEST)
    return digests.find((own) => equalDigests(own, digest)) ?? (digests[0] as string)
  }

  #capture(row: K): Captured {
    try {
      return capture(row)
    } catch (error) {
      throw new Failure('record_unreadable', error)
    }
  }

  /** Asked once, as the row arrives: what a handler writes to the row later decides nothing. */
  #isAccepted(row: K): boolean {
    const { accept } = this.#options
    if (accept === undefined) return true
    try {
      const accepted: unknown = accept(row)
      if (typeof accepted === 'boolean') return accepted
    } catch (error) {
      throw new Failure('accept_failed', error)
    }
    // A promise is truthy: taken as a yes it would let everybody in.
    throw new Failure('accept_failed', NO_BOOLEAN)
  }

  /** Runs a step that is not ours; whatever goes wrong in it becomes a `Failure` without being looked at. */
  #within<T>(step: Step, start: (signal: AbortSignal) => MaybePromise<T>): MaybePromise<T> {
    if (this.#isClosed) throw new Failure('closed', CLOSED)
    const failed: FailureReason = step === 'resolver' ? 'resolver_failed' : 'secret_hash_failed'
    const controller = new AbortController()
    let started: MaybePromise<T>
    try {
      started = start(controller.signal)
    } catch (error) {
      throw new Failure(failed, error)
    }
    if (!(started instanceof Promise)) return started

    const { clock, deadlineMs } = this.#options
    this.#running.add(controller, clock.monotonic(), deadlineMs)
    return new Promise<T>((resolve, reject) => {
      let cancel: (() => void) | undefined
      const end = (): void => {
        cancel?.()
        this.#running.delete(controller)
      }
      started.then(
        (value) => {
          end()
          resolve(value)
        },
        (error: unknown) => {
          end()
          reject(new Failure(failed, error))
        },
      )
      controller.signal.addEventListener('abort', () => reject(new Failure('closed', CLOSED)))
      cancel = schedule(clock, deadlineMs, () => {
        this.#running.delete(controller)
        reject(new Failure('resolver_timeout', lateError(step, deadlineMs)))
        controller.abort()
      })
    })
  }
}

/** A step that is not ours. */
type Step = 'resolver' | 'secret_hash'

/** The error of a `failed` event when a step has not answered by its deadline. */
export function lateError(step: Step, deadlineMs: number): Error {
  return new Error(`${step} did not answer within ${deadlineMs} ms`)
}

/** The steps in progress, so that `close()` can give them up; oldest first. */
class Running {
  /** Each with the monotonic time by which it has ended. */
  readonly #expiries = new Map<AbortController, number>()

  add(controller: AbortController, now: number, deadlineMs: number): void {
    // A request that a runtime has cancelled never calls `delete()`.
    for (const [oldest, expiresAt] of this.#expiries) {
      if (now < expiresAt) break
      this.#expiries.delete(oldest)
    }
    // Twice the deadline, because a timer may be late.
    this.#expiries.set(controller, now + 2 * deadlineMs)
  }

  delete(controller: AbortController): void {
    this.#expiries.delete(controller)
  }

  abort(): void {
    for (const controller of this.#expiries.keys()) {
      try {
        controller.abort()
      } catch (error) {
        // The signal of another request may be out of reach. The other steps are still given up.
        reportUncaught(error)
      }
    }
    this.#expiries.clear()
  }
}

const UNKNOWN = Object.freeze({ kind: 'none', reason: 'unknown' } as const)
const WRONG_SECRET = Object.freeze({ kind: 'none', reason: 'secret' } as const)
const OTHER_DIGEST = new Error('the record carries another digest than the one it was looked up by')
const NO_PROOF = new Error('a record that is looked up by id must carry `digest` or `secretHash`')
const NO_BOOLEAN = new TypeError('createVerifier: option `accept` must answer true or false at once')
const NO_DIGEST = new Error('a record that is looked up by several digests at once must carry its `digest`')
const CLOSED = new Error('the verifier was closed')

/** What the resolver said. */
interface Answer<K> {
  readonly row: K | null
}

/** A step that failed, and what it failed with. Holds foreign errors without reading them: they may be hostile. */
class Failure extends Error {
  readonly reason: FailureReason
  readonly error: unknown

  constructor(reason: FailureReason, error: unknown) {
    super(reason)
    this.reason = reason
    this.error = error
  }
}

function failureOf(error: unknown): Found<never> {
  if (error instanceof Failure) return { kind: 'failure', reason: error.reason, error: error.error }
  return { kind: 'failure', reason: 'resolver_failed', error }
}

/** Wraps a row that nobody has looked at yet: even asking what it is may run foreign code. */
function answerOf<K>(row: K | null | undefined): Answer<K> {
  return { row: row ?? null }
}

function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}
