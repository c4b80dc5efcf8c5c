import type { Moments, Remembered } from './cache.ts'
import { standingFailure } from './checks.ts'
import type { Reason } from './events.ts'
import { Principal } from './principal.ts'
import type { Question } from './question.ts'
import type { KeyRecord } from './record.ts'
import type { Found } from './resolver.ts'
import type { Verdict } from './verdict.ts'

/** A record that was read and proved, with the verdict it leads to while nothing speaks against it. */
export class Entry<K extends KeyRecord, S extends string> implements Remembered {
  // What a hit reads stands first and in the entry itself: each object more is another miss of the processor's cache.
  /** Made once, so that a hit allocates nothing. */
  readonly accepted: Verdict<K, S>
  /** What speaks against the key whatever the time. */
  readonly standing: Reason | undefined
  readonly notBefore: number | undefined
  readonly expiresAt: number | undefined
  readonly readAtWall: number
  readonly readAtMonotonic: number
  readonly id: string
  readonly owner: string | undefined
  readonly digest: string
  readonly foundBy: string
  /** How many invalidations there had been when the read began. */
  readonly sequence: number
  readonly principal: Principal<K, S>
  /** What to ask when the key must be read again; holds no secret. */
  readonly question: Question
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
    this.accepted = Object.freeze({ ok: true, principal: this.principal })
    this.standing = standingFailure(key, question.environment, found.isAccepted)
    // Infinity is an object of its own to the engine, `undefined` is none.
    this.notBefore = Number.isFinite(key.notBefore) ? key.notBefore : undefined
    this.expiresAt = Number.isFinite(key.expiresAt) ? key.expiresAt : undefined
    this.readAtWall = readAt.wall
    this.readAtMonotonic = readAt.monotonic
    this.id = key.id
    this.owner = key.owner
    this.digest = question.name
    this.foundBy = found.foundBy
    this.sequence = sequence
    this.question = {
      ...question,
      secret: undefined,
      provedHash: key.digest === undefined ? key.secretHash : undefined,
    }
  }
}
