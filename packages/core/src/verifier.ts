import { type Moments, RecordCache } from './cache.ts'
import { type Denials, denialsOf } from './challenge.ts'
import { firstFailure } from './checks.ts'
import { Entry } from './entry.ts'
import { type CacheOutcome, Events, type Listener, type Reason, type VerifierEvent } from './events.ts'
import { Flights, FreshReads } from './flight.ts'
import { type Credential, type FieldValue, readAuthorization } from './header.ts'
import { type Invalidation, targetOf } from './invalidation.ts'
import { checkOptions, type Settings, type VerifierOptions } from './options.ts'
import type { Principal } from './principal.ts'
import { type Question, questionOf } from './question.ts'
import type { KeyRecord } from './record.ts'
import { type CredentialReader, credentialReader, type RequestFields, schemesOf } from './request.ts'
import { type Found, Resolver } from './resolver.ts'
import type { ScopeRequirement } from './scopes.ts'
import { Signals } from './signals.ts'
import type { ParsedToken } from './token.ts'
import type { Denial, Verdict } from './verdict.ts'

/**
 * Decides who a request acts as.
 *
 * @typeParam K the user's own record type
 * @typeParam S the declared scopes, or `string`
 */
export interface Verifier<K extends KeyRecord = KeyRecord, S extends string = string> {
  /**
   * Verifies the value of an `Authorization` field: all of its values as an array where there may be several.
   * Answers at once when all that it needs is in memory, otherwise with a promise. Never throws, never rejects.
   */
  verify(authorization: FieldValue): Verdict<K, S> | Promise<Verdict<K, S>>
  /** The same for a whole request, from every source that `credentials` enables. What adapters call. */
  verifyRequest(request: RequestFields): Verdict<K, S> | Promise<Verdict<K, S>>
  /** The denial of a principal that lacks what a route needs; `undefined` lets it pass. No principal is `missing`. */
  authorize(principal: Principal | undefined, requirement: ScopeRequirement): Denial | undefined
  /**
   * Forgets what is remembered of the keys it names. When it returns, no request that begins later is answered from
   * an older read, not even one that is under way, and `principal.signal` of those keys is being asked about.
   *
   * @throws {TypeError} when it names no key
   */
  invalidate(invalidation: Invalidation): void
  /**
   * Listens to one kind of event; the function that comes back stops it.
   *
   * @throws {TypeError} when there is no such event
   */
  on<Name extends VerifierEvent>(name: Name, listener: Listener<Name>): () => void
  /** Ends calls under way, empties the cache, fires every signal. Later requests are answered 503. */
  close(): void
}

/**
 * Makes a verifier: `Authorization` header → token → digest → your resolver → checks → verdict.
 *
 * @param options `resolve` is the one that must be given; see {@link VerifierOptions} for all of them
 * @returns the verifier; hand it to `authenticate()` of an adapter, or call `verify()` yourself
 * @throws {TypeError} naming the option that cannot be used
 * @example
 * ```ts
 * import { createVerifier, sha256 } from '@bearward/core'
 *
 * const digest = await sha256().digest('example_key_of_at_least_128_random_bits')
 * const rows = new Map([[digest, { id: 'key_1', scopes: ['posts:read'], plan: 'pro' }]])
 *
 * const verifier = createVerifier({ resolve: (digest) => rows.get(digest) })
 * const verdict = await verifier.verify('Bearer example_key_of_at_least_128_random_bits')
 * if (verdict.ok) console.log(verdict.principal.key.plan) // 'pro'
 * else console.log(verdict.denial.status, verdict.denial.challenge)
 * ```
 */
export function createVerifier<K extends KeyRecord, const S extends string = string>(
  options: VerifierOptions<K, S>,
): Verifier<K, S> {
  return new RequestVerifier<K, S>(checkOptions(options))
}

/** What a fill ends with, for all who waited for it. */
type Answer<K extends KeyRecord, S extends string> =
  | Entry<K, S>
  | { readonly denied: 'invalid' | 'unavailable'; readonly reason: Reason }

class RequestVerifier<K extends KeyRecord, S extends string> implements Verifier<K, S> {
  readonly #settings: Settings<K>
  readonly #schemes: ReturnType<typeof schemesOf>
  readonly #readCredential: CredentialReader
  readonly #resolver: Resolver<K>
  readonly #cache: RecordCache<Entry<K, S>> | undefined
  readonly #flights = new Flights<Answer<K, S>>()
  readonly #freshReads: FreshReads
  readonly #signals: Signals<Entry<K, S>>
  readonly #events = new Events()
  readonly #denials: Denials
  readonly #refusals: Refusals
  /** Counts invalidations, so that a record knows whether it was read before the last of them. */
  #sequence = 0
  #isClosed = false

  constructor(settings: Settings<K>) {
    const { clock, cache, credentials, digest, formats, maxTokenLength, realm } = settings
    this.#settings = settings
    this.#schemes = schemesOf(credentials)
    this.#readCredential = credentialReader(credentials, maxTokenLength)
    this.#resolver = new Resolver(settings)
    this.#cache = cache && new RecordCache(cache, clock, formats.length > 0 || digest.older.length > 0)
    this.#freshReads = new FreshReads(clock)
    this.#signals = new Signals(clock, (entry) => this.#readAgain(entry))
    this.#denials = denialsOf(realm)
    this.#refusals = refusalsOf(this.#denials)
  }

  verify(authorization: FieldValue): Verdict<K, S> | Promise<Verdict<K, S>> {
    return this.#verifyCredential(readAuthorization(authorization, this.#settings.maxTokenLength, this.#schemes))
  }

  verifyRequest(request: RequestFields): Verdict<K, S> | Promise<Verdict<K, S>> {
    return this.#verifyCredential(this.#readCredential(request))
  }

  #verifyCredential(credential: Credential): Verdict<K, S> | Promise<Verdict<K, S>> {
    if (typeof credential !== 'string') return this.#refuse(credential.refused, credential.refused)
    if (this.#isClosed) return this.#refuse('unavailable', 'closed')
    try {
      const parsed = this.#parse(credential)
      if (parsed === null) return this.#refuse('invalid', 'format')
      const digest = this.#settings.digest.digest(credential)
      if (typeof digest === 'string') return this.#verifyDigest(digest, credential, parsed)
      return digest
        .then((name) => this.#verifyDigest(name, credential, parsed))
        .catch((error: unknown) => this.#fail('digest_failed', error))
    } catch (error) {
      return this.#fail('digest_failed', error)
    }
  }

  /** The format gate: what no format takes is refused before it costs a digest or a lookup. */
  #parse(token: string): ParsedToken | null {
    const { formats } = this.#settings
    if (formats.length === 0) return ANY_FORMAT
    for (const format of formats) {
      const parsed = format.parse(token)
      if (parsed !== null) return parsed
    }
    return null
  }

  #verifyDigest(digest: string, token: string, parsed: ParsedToken): Verdict<K, S> | Promise<Verdict<K, S>> {
    const remembered = this.#cache?.get(digest)
    if (remembered !== undefined) {
      const isUnknown = 'unknown' in remembered
      this.#tellCache(isUnknown ? 'negative_hit' : 'hit')
      return isUnknown ? this.#refuse('invalid', 'unknown') : this.#judge(remembered)
    }
    if (this.#cache !== undefined) this.#tellCache('miss')
    const question = questionOf(digest, token, parsed, this.#settings.digest)
    return question instanceof Promise ? question.then((asked) => this.#look(asked)) : this.#look(question)
  }

  /** One call in flight per digest; a request that began after an invalidation joins none that began before it. */
  #look(question: Question): Verdict<K, S> | Promise<Verdict<K, S>> {
    const joined = this.#flights.find(question.name)
    const answer = joined ?? this.#fill(question)
    return answer instanceof Promise ? answer.then((value) => this.#conclude(value)) : this.#conclude(answer)
  }

  #fill(question: Question): Answer<K, S> | Promise<Answer<K, S>> {
    const { clock } = this.#settings
    const readAt: Moments = { wall: clock.now(), monotonic: clock.monotonic() }
    const sequence = this.#sequence
    const flight = this.#flights.begin(question)
    const settle = (found: Found<K>): Answer<K, S> => {
      this.#flights.end(flight)
      if (found.kind === 'failure') {
        this.#events.emit('failed', { reason: found.reason, error: found.error, at: clock.now() })
        return { denied: 'unavailable', reason: found.reason }
      }
      const entry = found.kind === 'record' ? this.#entryOf(question, found, readAt, sequence) : undefined
      this.#remember(question.name, entry, readAt, flight.mayRemember(entry))
      return entry ?? { denied: 'invalid', reason: found.kind === 'none' ? found.reason : 'unknown' }
    }
    const found = this.#resolver.find(question, this.#freshReads.needed(question.digests))
    if (!(found instanceof Promise)) return settle(found)
    const answer = found.then(settle)
    flight.answer = answer
    return answer
  }

  #entryOf(question: Question, found: Found<K> & { kind: 'record' }, readAt: Moments, sequence: number): Entry<K, S> {
    return new Entry<K, S>(question, found, readAt, sequence, {
      scopePatterns: this.#settings.scopePatterns,
      signalOf: (entry) => this.#signals.of(entry, entry.sequence === this.#sequence),
    })
  }

  #remember(digest: string, entry: Entry<K, S> | undefined, readAt: Moments, mayRemember: boolean): void {
    // A read that an invalidation overtook says nothing about the key as it is now.
    if (mayRemember)
      this.#signals.learn(digest, entry !== undefined && this.#failureOf(entry) === undefined ? entry : undefined)
    if (this.#cache === undefined) return
    this.#tellCache(mayRemember ? 'fill' : 'fill_refused')
    if (!mayRemember || this.#isClosed) return
    if (entry === undefined) this.#cache.rememberUnknown(digest, readAt)
    else this.#cache.remember(entry)
  }

  #conclude(answer: Answer<K, S>): Verdict<K, S> {
    return answer instanceof Entry ? this.#judge(answer) : this.#refuse(answer.denied, answer.reason)
  }

  /** Dates, state and the application's condition are asked on every request, however the record came here. */
  #judge(entry: Entry<K, S>): Verdict<K, S> {
    const failure = this.#failureOf(entry)
    if (failure !== undefined)
      return this.#refuse(failure === 'accept_failed' ? 'unavailable' : 'invalid', failure, entry.id)
    if (this.#events.wants('accepted')) {
      const { keyId, owner, environment } = entry.principal
      this.#events.emit('accepted', { keyId, owner, environment, at: this.#settings.clock.now() })
    }
    return entry.accepted
  }

  #failureOf(entry: Entry<K, S>): Reason | undefined {
    const { accept, clock } = this.#settings
    const failure = firstFailure(entry.key, entry.tokenEnvironment, clock.now())
    if (failure !== undefined || accept === undefined) return failure
    try {
      const accepted: unknown = accept(entry.principal.key)
      if (typeof accepted === 'boolean') return accepted ? undefined : 'refused_by_application'
      // A promise is truthy: taken as a yes it would let everybody in.
      throw new TypeError('createVerifier: option `accept` must answer true or false at once')
    } catch (error) {
      this.#events.emit('failed', { reason: 'accept_failed', error, at: clock.now() })
      return 'accept_failed'
    }
  }

  authorize(principal: Principal | undefined, requirement: ScopeRequirement): Denial | undefined {
    if (principal === undefined) {
      this.#refuse('missing', 'missing')
      return this.#denials.missing
    }
    const { mode, scopes } = requirement
    if (mode === 'all' ? principal.scopes.hasAll(scopes) : principal.scopes.hasAny(scopes)) return undefined
    this.#tellDenied('insufficient_scope', 'insufficient_scope', principal.keyId)
    return this.#denials.insufficientScope(requirement)
  }

  invalidate(invalidation: Invalidation): void {
    const target = targetOf(invalidation)
    this.#sequence++
    this.#freshReads.invalidate(target)
    this.#flights.invalidate(target)
    this.#cache?.invalidate(target)
    this.#signals.invalidate(target)
  }

  /** The key of an open stream as it is now; anything but a clear yes ends the stream. */
  async #readAgain(entry: Entry<K, S>): Promise<Entry<K, S> | undefined> {
    const { clock } = this.#settings
    const readAt: Moments = { wall: clock.now(), monotonic: clock.monotonic() }
    const sequence = this.#sequence
    const found = await this.#resolver.find(entry.question, true)
    if (found.kind === 'failure')
      this.#events.emit('failed', { reason: found.reason, error: found.error, at: clock.now() })
    if (found.kind !== 'record' || found.key.id !== entry.id) return undefined
    const now = this.#entryOf(entry.question, found, readAt, sequence)
    return this.#failureOf(now) === undefined ? now : undefined
  }

  on<Name extends VerifierEvent>(name: Name, listener: Listener<Name>): () => void {
    return this.#events.on(name, listener)
  }

  close(): void {
    this.#isClosed = true
    this.#resolver.close()
    this.#cache?.clear()
    this.#signals.close()
  }

  #fail(reason: 'digest_failed', error: unknown): Verdict<K, S> {
    this.#events.emit('failed', { reason, error, at: this.#settings.clock.now() })
    return this.#refuse('unavailable', reason)
  }

  #refuse(code: keyof Refusals, reason: Reason, keyId?: string): Verdict<K, S> {
    this.#tellDenied(code, reason, keyId)
    return this.#refusals[code]
  }

  #tellDenied(code: Denial['code'], reason: Reason, keyId: string | undefined): void {
    if (this.#events.wants('denied'))
      this.#events.emit('denied', { code, reason, keyId, at: this.#settings.clock.now() })
  }

  #tellCache(outcome: CacheOutcome): void {
    if (this.#events.wants('cache')) this.#events.emit('cache', { outcome, at: this.#settings.clock.now() })
  }
}

const ANY_FORMAT: ParsedToken = Object.freeze({})

type Refused = { readonly ok: false; readonly denial: Denial }
type Refusals = Readonly<Record<'missing' | 'malformed' | 'invalid' | 'unavailable', Refused>>

function refusalsOf(denials: Denials): Refusals {
  const refused = (denial: Denial): Refused => Object.freeze({ ok: false, denial })
  return {
    missing: refused(denials.missing),
    malformed: refused(denials.malformed),
    invalid: refused(denials.invalid),
    unavailable: refused(denials.unavailable),
  }
}
