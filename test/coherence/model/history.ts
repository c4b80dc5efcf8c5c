/** What is known of one key. */
interface KeyHistory {
  committedAt: number | undefined
  /** When `revoke()` resolved. */
  revokedAt: number | undefined
  /** When a change behind the store's back was made; nobody is told of it. */
  silentAt: number | undefined
  issuedAt: number | undefined
}

/** A promise that was not kept. */
export interface Violation {
  readonly at: number
  readonly what: string
}

/** Figures of one run. */
export interface Figures {
  accepted: number
  refused: number
  unavailable: number
  hits: number
  revoked: number
  unresolved: number
  /** Requests whose client left. */
  abandoned: number
}

/** Figures of no run. */
export function noFigures(): Figures {
  return { accepted: 0, refused: 0, unavailable: 0, hits: 0, revoked: 0, unresolved: 0, abandoned: 0 }
}

/** Sees everything, and holds it against what was promised. */
export class History {
  readonly figures: Figures = noFigures()
  violation: Violation | undefined
  readonly #keys = new Map<string, KeyHistory>()
  /** Longest time for which a change that nobody tells of may go unseen. */
  readonly #silentBoundMs: number
  /** From here on nobody accepts a key whose revocation is committed, whoever died before it could tell. */
  orphansEndAt: number = Number.POSITIVE_INFINITY

  constructor(silentBoundMs: number) {
    this.#silentBoundMs = silentBoundMs
  }

  key(id: string): KeyHistory {
    let key = this.#keys.get(id)
    if (key === undefined) {
      key = { committedAt: undefined, revokedAt: undefined, silentAt: undefined, issuedAt: undefined }
      this.#keys.set(id, key)
    }
    return key
  }

  accepted(id: string, begunAt: number, now: number, process: string): void {
    this.figures.accepted++
    const { revokedAt, silentAt, committedAt } = this.key(id)
    const by = `${process} accepted ${id} in a request begun at ${ms(begunAt)}`
    if (revokedAt !== undefined && begunAt > revokedAt) this.fail(now, `${by}, revoked at ${ms(revokedAt)}`)
    if (silentAt !== undefined && begunAt > silentAt + this.#silentBoundMs) {
      this.fail(now, `${by}, changed in silence at ${ms(silentAt)}: older than the greatest age`)
    }
    if (committedAt !== undefined && begunAt > Math.max(committedAt, this.orphansEndAt)) {
      this.fail(now, `${by}, revocation committed at ${ms(committedAt)} and published by nobody`)
    }
  }

  refused(id: string, begunAt: number, now: number, process: string): void {
    this.figures.refused++
    const { issuedAt, committedAt, silentAt } = this.key(id)
    if (issuedAt === undefined || begunAt <= issuedAt || committedAt !== undefined || silentAt !== undefined) return
    this.fail(now, `${process} refused ${id} in a request begun at ${ms(begunAt)}, issued at ${ms(issuedAt)}`)
  }

  fail(at: number, what: string): void {
    this.violation ??= { at, what }
  }
}

function ms(time: number): string {
  return `${time.toFixed(1)} ms`
}
