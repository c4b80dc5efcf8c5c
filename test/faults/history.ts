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

  note(key: number, sight: Sight, begunAt: bigint): void {
    this.#lines += `${key} ${sight} ${begunAt}\n`
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

/** A revocation that resolved. */
export interface Revocation {
  readonly key: number
  readonly resolvedAt: bigint
}

/** An acceptance that began after its revocation had resolved. */
interface Violation {
  readonly key: number
  readonly process: string
  readonly sight: Sight
  readonly lateMs: number
}

/** What the merged histories of all processes say. */
export interface Findings {
  /** Acceptances that began before the revocation of their key had resolved. */
  accepted: number
  /** Of these, those out of memory. */
  fromMemory: number
  /** Verifications that began after it, and were refused. */
  refused: number
  unavailable: number
  readonly violations: Violation[]
}

/** Holds every verification in the histories against the revocations. */
export async function check(histories: readonly string[], revocations: readonly Revocation[]): Promise<Findings> {
  const findings: Findings = { accepted: 0, fromMemory: 0, refused: 0, unavailable: 0, violations: [] }
  const resolvedAt = new Map(revocations.map((revocation) => [revocation.key, revocation.resolvedAt]))
  for (const process of histories) {
    for await (const line of createInterface({ input: createReadStream(process) })) {
      const [key = '', sight = '', begunAt = ''] = line.split(' ')
      const resolved = resolvedAt.get(Number(key))
      // The last line of a process that was killed may be cut off.
      if (resolved === undefined || !/^\d+$/.test(begunAt)) continue
      judge(findings, { key: Number(key), process, sight: sight as Sight }, BigInt(begunAt) - resolved)
    }
  }
  return findings
}

function judge(findings: Findings, seen: Omit<Violation, 'lateMs'>, afterNs: bigint): void {
  if (seen.sight === 'unavailable') findings.unavailable++
  else if (seen.sight === 'refused') findings.refused += afterNs > 0n ? 1 : 0
  else if (afterNs > 0n) findings.violations.push({ ...seen, lateMs: Number(afterNs) / 1e6 })
  else {
    findings.accepted++
    if (seen.sight === 'memory') findings.fromMemory++
  }
}
