import { canonicalAddress } from './address.ts'
import { type Denials, denialsOf } from './challenge.ts'
import { dateFailure } from './checks.ts'
import { Entry } from './entry.ts'
import { Events, type Listener, type Reason, reportUncaught, type VerifierEvent } from './events.ts'
import { type Credential, type FieldValue, readAuthorization, type Schemes } from './header.ts'
import { type Invalidation, targetOf } from './invalidation.ts'
import { type Answer, Lookup } from './lookup.ts'
import { checkOptions, type Settings, type VerifierOptions } from './options.ts'
import type { Principal } from './principal.ts'
import { questionOf } from './question.ts'
import type { KeyRecord } from './record.ts'
import { type CredentialReader, challengeSchemeOf, credentialReader, type RequestFields, schemesOf } from './request.ts'
import type { ScopeRequirement } from './scopes.ts'
import { type ParsedToken, parseToken, readerOf } from './token.ts'
import { type Denial, type Refusal, type RefusalCode, refusalsOf, type Verdict } from './verdict.ts'

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
  /** Ends calls under way, empties the cache, fires every signal. Later requests that bring a token are answered 503. */
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

class RequestVerifier<K extends KeyRecord, S extends string> implements Verifier<K, S> {
  readonly #settings: Settings<K>
  readonly #schemes: Schemes
  readonly #readCredential: CredentialReader
  readonly #lookup: Lookup<K, S>
  readonly #events: Events
  readonly #denials: Denials
  readonly #refusals: Readonly<Record<RefusalCode, Refusal>>

  constructor(settings: Settings<K>) {
    this.#settings = settings
    this.#schemes = schemesOf(settings.credentials, readerOf(settings.formats))
    this.#readCredential = credentialReader(settings.credentials, settings.maxTokenLength, this.#schemes)
    this.#events = new Events(settings.clock)
    this.#lookup = new Lookup(settings, this.#events)
    this.#denials = denialsOf(settings.realm, challengeSchemeOf(settings.credentials))
    this.#refusals = refusalsOf(this.#denials)
  }

  // The path of a request, one step below the other.

  verify(authorization: FieldValue): Verdict<K, S> | Promise<Verdict<K, S>> {
    return this.#verifyCredential(readAuthorization(authorization, this.#settings.maxTokenLength, this.#schemes))
  }

  verifyRequest(request: RequestFields): Verdict<K, S> | Promise<Verdict<K, S>> {
    return this.#verifyCredential(this.#readCredential(request), request)
  }

  #verifyCredential(credential: Credential, client?: Client): Verdict<K, S> | Promise<Verdict<K, S>> {
    if (typeof credential === 'string') return this.#verifyToken(credential, undefined, client)
    if ('refused' in credential) return this.#refuse(credential.refused, credential.refused)
    return this.#verifyToken(credential.token, credential.parsed, client)
  }

  /** @param known what the token's format has read out of it, where it was asked already */
  #verifyToken(token: string, known: ParsedToken | undefined, client: Client): Verdict<K, S> | Promise<Verdict<K, S>> {
    try {
      const parsed = known ?? parseToken(token, this.#settings.formats)
      if (parsed === null) return this.#refuse('invalid', 'format')
      const digest = this.#settings.digest.digest(token)
      const verdict =
        typeof digest === 'string'
          ? this.#verifyDigest(digest, token, parsed, client)
          : this.#verifyLater(digest, token, parsed, client)
      return verdict instanceof Promise ? verdict.catch((error: unknown) => this.#fail(error)) : verdict
    } catch (error) {
      return this.#fail(error)
    }
  }

  async #verifyLater(
    digest: Promise<string>,
    token: string,
    parsed: ParsedToken,
    client: Client,
  ): Promise<Verdict<K, S>> {
    const known = this.#known(client)
    return this.#verifyDigest(await digest, token, parsed, known)
  }

  #verifyDigest(
    digest: string,
    token: string,
    parsed: ParsedToken,
    client: Client,
  ): Verdict<K, S> | Promise<Verdict<K, S>> {
    const now = this.#settings.clock.now()
    const remembered = this.#lookup.remembered(digest, now)
    if (remembered instanceof Entry) return this.#judge(remembered, now, client)
    return remembered === undefined ? this.#ask(digest, token, parsed, client) : this.#refuse('invalid', 'unknown')
  }

  #ask(digest: string, token: string, parsed: ParsedToken, client: Client): Verdict<K, S> | Promise<Verdict<K, S>> {
    const known = this.#known(client)
    const question = questionOf(digest, token, parsed, this.#settings.digest)
    const answer =
      question instanceof Promise ? question.then((asked) => this.#lookup.find(asked)) : this.#lookup.find(question)
    return answer instanceof Promise
      ? answer.then((found) => this.#conclude(found, known))
      : this.#conclude(answer, known)
  }

  #conclude(answer: Answer<K, S>, client: Client): Verdict<K, S> {
    return answer instanceof Entry
      ? this.#judge(answer, this.#settings.clock.now(), client)
      : this.#refuse(answer.denied, answer.reason)
  }

  /** State and dates are asked on every request, however the record came here. */
  #judge(entry: Entry<K, S>, now: number, client: Client): Verdict<K, S> {
    const failure = entry.standing ?? dateFailure(entry, now)
    if (failure !== undefined) return this.#refuse('invalid', failure, entry.id)
    if (this.#events.topics.accepted.isHeard) this.#tellAccepted(entry, client)
    return entry
  }

  #tellAccepted(entry: Entry<K, S>, client: Client): void {
    const { keyId, owner, environment } = entry.principal
    const facts = { keyId, owner, environment, address: addressOf(client), waitUntil: waitUntilOf(client) }
    this.#events.topics.accepted.emit(facts)
  }

  /** What a verdict that comes later needs of the request: by then the client may have gone, and its address too. */
  #known(client: Client): Client {
    if (client === undefined || !this.#events.topics.accepted.isHeard) return undefined
    const address = addressOf(client)
    const waitUntil = waitUntilOf(client)
    return { address: () => address, ...(waitUntil !== undefined && { waitUntil }) }
  }

  authorize(principal: Principal | undefined, requirement: ScopeRequirement): Denial | undefined {
    if (principal === undefined) return this.#deny(this.#denials.missing, 'missing')
    const { mode, scopes } = requirement
    if (scopes.length === 0) throw new TypeError('authorize: make the requirement with scopeRequirement()')
    if (mode === 'all' ? principal.scopes.hasAll(scopes) : principal.scopes.hasAny(scopes)) return undefined
    return this.#deny(this.#denials.insufficientScope(requirement), 'insufficient_scope', principal.keyId)
  }

  invalidate(invalidation: Invalidation): void {
    this.#lookup.invalidate(targetOf(invalidation))
  }

  on<Name extends VerifierEvent>(name: Name, listener: Listener<Name>): () => void {
    return this.#events.on(name, listener)
  }

  close(): void {
    this.#lookup.close()
  }

  /** A step that the user brought has thrown: a format or a digester. Nobody is let in on that account. */
  #fail(error: unknown): Verdict<K, S> {
    this.#events.fail('step_failed', error)
    return this.#refuse('unavailable', 'step_failed')
  }

  #refuse(code: RefusalCode, reason: Reason, keyId?: string): Verdict<K, S> {
    this.#deny(this.#denials[code], reason, keyId)
    return this.#refusals[code]
  }

  #deny(denial: Denial, reason: Reason, keyId?: string): Denial {
    if (this.#events.topics.denied.isHeard) this.#events.topics.denied.emit({ code: denial.code, reason, keyId })
    return denial
  }
}

/** The part of a request that the `accepted` event tells of; `undefined` where only a field was verified. */
type Client = Pick<RequestFields, 'address' | 'waitUntil'> | undefined

function waitUntilOf(client: Client): ((work: Promise<unknown>) => void) | undefined {
  if (typeof client?.waitUntil !== 'function') return undefined
  return (work) => {
    try {
      client.waitUntil?.(work)
    } catch (error) {
      reportUncaught(error)
    }
  }
}

function addressOf(client: Client): string | undefined {
  try {
    const address: unknown = client?.address?.()
    return typeof address === 'string' ? canonicalAddress(address) : undefined
  } catch (error) {
    reportUncaught(error)
    return undefined
  }
}
