import { closeSync, createReadStream, openSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'

/**
 * What a process saw of one verification: accepted out of memory, accepted by the store's answer, refused, or not known
 * because the store failed.
 */
export type Sight = 'memory' | 'store' | 'refused' | 'unavailable'

/** Nanoseconds of the clock that all processes of a Linux machine share. */
export function sharedClock(): bigint {
  return process.hrtime.bigint()
}

/** One process's history. What was written before it is killed stays. */
export class HistoryWriter {
  readonly #file: number
  #lines = ''

  constructor(path: string) {
    this.#file = openSync(path, 'a')
  }

  note(key: number, sight: Sight, begunAt: bigint, endedAt: bigint): void {
    this.#lines += `${key} ${sight} ${begunAt} ${endedAt}.\n`
  }

  flush(): void {
    if (this.#lines === '') return
    writeSync(this.#file, this.#lines)
    this.#lines = ''
  }

  close(): void {
    this.flush()
    closeSync(this.#file)
  }
}

/** What every verification of a key must come to that begins after `from` and ends before `to`. */
export interface Claim {
  readonly key: number
  readonly accepted: boolean
  /** Default: from the beginning. */
  readonly from?: bigint
  /** Default: to the end. */
  readonly to?: bigint
}

/** A verification that came to something else. */
interface Violation {
  readonly key: number
  readonly process: string
  readonly sight: Sight
  /** Milliseconds from when it had to be otherwise; `undefined` where it had always been. */
  readonly lateMs: number | undefined
}

/** What the merged histories of all processes say. */
export interface Findings {
  /** Verifications that had to be accepted, and were. */
  accepted: number
  /** Of these, those out of memory. */
  fromMemory: number
  /** Verifications that had to be refused, and were. */
  refused: number
  unavailable: number
  /** Keys that were accepted after `revoke()` had resolved, or before `enable()` was called. */
  readonly wronglyAccepted: Violation[]
  /** Keys that were refused as invalid before anybody revoked them, or after `enable()` had resolved. */
  readonly wronglyRefused: Violation[]
}

/** Holds every verification in the histories against the claims. */
export async function check(histories: readonly string[], claims: readonly Claim[]): Promise<Findings> {
  const findings: Findings = {
    accepted: 0,
    fromMemory: 0,
    refused: 0,
    unavailable: 0,
    wronglyAccepted: [],
    wronglyRefused: [],
  }
  const claimsOf = new Map<number, Claim[]>()
  for (const claim of claims) claimsOf.set(claim.key, [...(claimsOf.get(claim.key) ?? []), claim])
  for (const process of histories) {
    for await (const line of createInterface({ input: createReadStream(process) })) {
      // The last line of a process that was killed may be cut off.
      const [, key, sight, begun, ended] = /^(\d+) (\w+) (\d+) (\d+)\.$/.exec(line) ?? []
      if (key === undefined || begun === undefined || ended === undefined) continue
      const seen = { key: Number(key), process, sight: sight as Sight, begun: BigInt(begun), ended: BigInt(ended) }
      const held = claimsOf.get(seen.key)?.find((claim) => concerns(claim, seen))
      if (held !== undefined) judge(findings, held, seen)
    }
  }
  return findings
}

interface Seen {
  readonly key: number
  readonly process: string
  readonly sight: Sight
  readonly begun: bigint
  readonly ended: bigint
}

function concerns({ from, to }: Claim, { begun, ended }: Seen): boolean {
  return (from === undefined || begun > from) && (to === undefined || ended < to)
}

function judge(findings: Findings, { accepted, from }: Claim, { key, process, sight, begun }: Seen): void {
  if (sight === 'unavailable') {
    findings.unavailable++
    return
  }
  const wasAccepted = sight !== 'refused'
  if (wasAccepted !== accepted) {
    const lateMs = from === undefined ? undefined : Number(begun - from) / 1e6
    findings[wasAccepted ? 'wronglyAccepted' : 'wronglyRefused'].push({ key, process, sight, lateMs })
  } else if (!accepted) findings.refused++
  else {
    findings.accepted++
    if (sight === 'memory') findings.fromMemory++
  }
}
