// What processes write down of what they did, by the system's monotonic clock, which all processes of a machine share.

/** How a verification ended. `hit` and `read` are acceptances: out of memory, and out of the store. */
export type Outcome = 'hit' | 'read' | 'refused' | 'unavailable'

/** Nanoseconds of `process.hrtime.bigint()`. */
type Nanoseconds = bigint

export interface Verified {
  readonly kind: 'verified'
  readonly process: string
  readonly key: string
  readonly began: Nanoseconds
  readonly ended: Nanoseconds
  readonly outcome: Outcome
}

/** A step in the life of a key. */
export interface Step {
  /**
   * `revoking`: `revoke()` was called. `revoked`: it resolved. `committed`: the process that revoked died after the commit,
   * before it published; from `afterMs` on the key must be refused all the same.
   */
  readonly kind: 'issued' | 'revoking' | 'revoked' | 'committed'
  readonly key: string
  readonly at: Nanoseconds
  readonly afterMs?: number
}

/** Everything works again. */
export interface Mended {
  readonly kind: 'mended'
  readonly at: Nanoseconds
}

export type HistoryEvent = Verified | Step | Mended

/** One event to one line. */
export function lineOf(event: Exclude<HistoryEvent, Mended>): string {
  if (event.kind !== 'verified') return `${event.kind} ${event.key} ${event.at} ${event.afterMs ?? 0}\n`
  return `${event.outcome} ${event.key} ${event.began} ${event.ended}\n`
}

/** The lines that a process has written; a last one that was cut off by its death is left out. */
export function readLines(process: string, text: string): HistoryEvent[] {
  const lines = text.split('\n')
  lines.pop()
  return lines.map((line) => {
    const [word, key, first, second] = line.split(' ') as [string, string, string, string]
    if (isStep(word)) return { kind: word, key, at: BigInt(first), afterMs: Number(second) }
    return { kind: 'verified', process, key, began: BigInt(first), ended: BigInt(second), outcome: word as Outcome }
  })
}

function isStep(word: string): word is Step['kind'] {
  return ['issued', 'revoking', 'revoked', 'committed'].includes(word)
}
