import type { Moments, Remembered } from './cache.ts'
import { type Lifetime, standingFailure } from './checks.ts'
import type { Reason } from './events.ts'
import { Principal } from './principal.ts'
import type { Question } from './question.ts'
import type { Captured, KeyRecord } from './record.ts'
import type { Found } from './resolver.ts'
import type { Acceptance } from './verdict.ts'

/**
 * A record that was read and proved. It is itself the verdict that it leads to while nothing speaks against it: a hit
 * allocates nothing, and fetches one object less. What is no part of the verdict is private, so `JSON.stringify`,
 * `util.inspect` and a loop over the verdict's properties show none of it.
 */
export class Entry<K extends KeyRecord, S extends string> implements Acceptance<K, S>, Remembered, Lifetime {
  readonly ok = true
  readonly principal: Principal<K, S>
  // What a hit reads comes first and is held in the entry itself: with many keys, memory is what a hit waits for.
  readonly #digest: string
  readonly #standing: Reason | undefined
  readonly #notBefore: number | undefined
  readonly #expiresAt: number | undefined
  readonly #readAtWall: number
  readonly #readAtMonotonic: number
  readonly #foundBy: string
  readonly #sequence: number
  readonly #question: Question
  /** Kept once it was read: a signal that has fired must not be followed by one that has not. */
  #signal: AbortSignal | undefined

  constructor(
    question: Question,
    found: Found<K> & { readonly kind: 'record' },
    readAt: Moments,
    sequence: number,
    facts: { readonly scopePatterns: boolean; readonly signalOf: (entry: Entry<K, S>) => AbortSignal },
  ) {
    const { key } = found
    this.principal = new Principal<K, S>(key, {
      row: found.row,
      // Where the token carries an id, its hash covers the secret alone: what else stands in it is the client's word.
      environment: question.id === undefined ? question.environment : undefined,
      scopePatterns: facts.scopePatterns,
      signal: () => {
        this.#signal ??= facts.signalOf(this)
        return this.#signal
      },
    })
    this.#digest = question.name
    this.#standing = standingFailure(key, question.environment, found.isAccepted)
    // Infinity is an object of its own to the engine, `undefined` is none.
    this.#notBefore = Number.isFinite(key.notBefore) ? key.notBefore : undefined
    this.#expiresAt = Number.isFinite(key.expiresAt) ? key.expiresAt : undefined
    this.#readAtWall = readAt.wall
    this.#readAtMonotonic = readAt.monotonic
    this.#foundBy = found.foundBy
    this.#sequence = sequence
    this.#question = { ...question, secret: undefined, provedHash: provedHashOf(key) }
    Object.freeze(this)
  }

  get id(): string {
    return this.principal.keyId
  }

  get owner(): string | undefined {
    return this.principal.owner
  }

  get digest(): string {
    return this.#digest
  }

  get foundBy(): string {
    return this.#foundBy
  }

  /** What speaks against the key whatever the time. */
  get standing(): Reason | undefined {
    return this.#standing
  }

  get notBefore(): number | undefined {
    return this.#notBefore
  }

  get expiresAt(): number | undefined {
    return this.#expiresAt
  }

  get readAtWall(): number {
    return this.#readAtWall
  }

  get readAtMonotonic(): number {
    return this.#readAtMonotonic
  }

  /** How many invalidations there had been when the read began. */
  get sequence(): number {
    return this.#sequence
  }

  /** What to ask when the key must be read again; holds no secret. */
  get question(): Question {
    return this.#question
  }
}

/** The hash that the token was checked against, where it was. */
function provedHashOf(key: Captured): string | undefined {
  return key.digest === undefined ? key.secretHash : undefined
}
