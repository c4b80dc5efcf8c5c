import type { Moments, Remembered } from './cache.ts'
import { Principal } from './principal.ts'
import type { Question } from './question.ts'
import type { Captured, KeyRecord } from './record.ts'
import type { Found } from './resolver.ts'
import type { Verdict } from './verdict.ts'

/** A record that was read and proved, with the verdict it leads to while nothing speaks against it. */
export class Entry<K extends KeyRecord, S extends string> implements Remembered {
  readonly key: Captured
  readonly digest: string
  readonly foundBy: string
  readonly readAt: Moments
  /** How many invalidations there had been when the read began. */
  readonly sequence: number
  readonly principal: Principal<K, S>
  /** Made once, so that a hit allocates nothing. */
  readonly accepted: Verdict<K, S>
  /** What to ask when the key must be read again; holds no secret. */
  readonly question: Question

  constructor(
    question: Question,
    found: Found<K> & { readonly kind: 'record' },
    readAt: Moments,
    sequence: number,
    facts: { readonly scopePatterns: boolean; readonly signalOf: (entry: Entry<K, S>) => AbortSignal },
  ) {
    this.key = found.key
    this.digest = question.name
    this.foundBy = found.foundBy
    this.readAt = readAt
    this.sequence = sequence
    const digests = question.id === undefined ? [found.foundBy] : question.digests
    this.question = { ...question, digests, secret: undefined, provedHash: found.key.secretHash }
    this.principal = new Principal<K, S>(found.key, {
      row: found.row,
      environment: question.environment,
      scopePatterns: facts.scopePatterns,
      signal: () => facts.signalOf(this),
    })
    this.accepted = Object.freeze({ ok: true, principal: this.principal })
  }

  get id(): string {
    return this.key.id
  }

  get owner(): string | undefined {
    return this.key.owner
  }

  get expiresAt(): number {
    return this.key.expiresAt
  }

  get tokenEnvironment(): string | undefined {
    return this.question.environment
  }
}
