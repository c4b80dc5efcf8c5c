import type { HistoryEvent, Mended, Step, Verified } from './history.ts'

/** What the merged history of all processes shows. */
export interface Findings {
  /** Acceptances that began after the revocation of the key had resolved, or after the bound that holds without. */
  readonly violations: readonly Broken[]
  /** Keys that were refused although they had been issued before, and nobody had begun to revoke them. */
  readonly wrongRefusals: readonly Broken[]
  readonly revocations: number
  /** Answers out of memory: without them the history shows nothing. */
  readonly hits: number
  readonly reads: number
  /** Verifications of revoked keys that were refused. */
  readonly refusals: number
  /** By process: requests that could not be answered. */
  readonly unavailable: Readonly<Record<string, number>>
  /** From the call of `revoke()` until it resolved, one for each revocation. */
  readonly revokeMs: readonly number[]
  /** By process, the longest time from when everything worked again until memory answered. */
  readonly recoveryMs: Readonly<Record<string, number>>
}

export interface Broken {
  readonly process: string
  readonly key: string
  readonly outcome: string
  /** From when the answer was wrong until the verification began. */
  readonly lateMs: number
}

/** What is known of one key. */
interface Life {
  issuedAt?: bigint
  revokingAt?: bigint
  /** From then on the key must be refused. */
  endedAt?: bigint
}

/** Reads the merged history; the order of the events does not matter. */
export function check(history: readonly HistoryEvent[]): Findings {
  const lives = livesOf(history)
  const verified = history.filter((event): event is Verified => event.kind === 'verified')
  const counted = (outcome: Verified['outcome']): Verified[] => verified.filter((event) => event.outcome === outcome)
  return {
    violations: verified.flatMap((event) => violation(event, lives.get(event.key))),
    wrongRefusals: verified.flatMap((event) => wrongRefusal(event, lives.get(event.key))),
    revocations: [...lives.values()].filter(({ endedAt }) => endedAt !== undefined).length,
    hits: counted('hit').length,
    reads: counted('read').length,
    refusals: counted('refused').length,
    unavailable: countBy(counted('unavailable')),
    revokeMs: history.flatMap((event) =>
      event.kind === 'revoked' ? [milliseconds(event.at - (lives.get(event.key)?.revokingAt ?? event.at))] : [],
    ),
    recoveryMs: recoveries(history, counted('hit')),
  }
}

function livesOf(history: readonly HistoryEvent[]): Map<string, Life> {
  const lives = new Map<string, Life>()
  for (const event of history) {
    if (event.kind === 'verified' || event.kind === 'mended') continue
    const life = lives.get(event.key) ?? {}
    lives.set(event.key, life)
    note(life, event)
  }
  return lives
}

function note(life: Life, { kind, at, afterMs = 0 }: Step): void {
  if (kind === 'issued') life.issuedAt = at
  else if (kind === 'revoking') life.revokingAt = earlier(life.revokingAt, at)
  else life.endedAt = earlier(life.endedAt, at + BigInt(Math.round(afterMs * 1e6)))
}

function violation({ process, key, outcome, began }: Verified, life: Life | undefined): Broken[] {
  const isAccepted = outcome === 'hit' || outcome === 'read'
  if (!isAccepted || life?.endedAt === undefined || began <= life.endedAt) return []
  return [{ process, key, outcome, lateMs: milliseconds(began - life.endedAt) }]
}

function wrongRefusal({ process, key, outcome, began, ended }: Verified, life: Life | undefined): Broken[] {
  if (outcome !== 'refused' || life?.issuedAt === undefined || began <= life.issuedAt) return []
  if (life.revokingAt !== undefined && ended >= life.revokingAt) return []
  return [{ process, key, outcome, lateMs: milliseconds(began - life.issuedAt) }]
}

function recoveries(history: readonly HistoryEvent[], hits: readonly Verified[]): Record<string, number> {
  const recovered: Record<string, number> = {}
  const mendings = history.filter((event): event is Mended => event.kind === 'mended')
  for (const process of new Set(hits.map((hit) => hit.process))) {
    const began = hits.filter((hit) => hit.process === process).map((hit) => hit.began)
    for (const { at } of mendings) {
      const first = began.reduce<bigint | undefined>(
        (least, each) => (each > at ? earlier(least, each) : least),
        undefined,
      )
      if (first !== undefined) recovered[process] = Math.max(recovered[process] ?? 0, milliseconds(first - at))
    }
  }
  return recovered
}

function countBy(events: readonly Verified[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { process } of events) counts[process] = (counts[process] ?? 0) + 1
  return counts
}

function earlier(one: bigint | undefined, other: bigint): bigint {
  return one === undefined || other < one ? other : one
}

function milliseconds(nanoseconds: bigint): number {
  return Number(nanoseconds) / 1e6
}
