import { faultsOf, readHistory } from './history.ts'
import { openStore, type Where } from './open.ts'
import { startWorker } from './workers.ts'

/** How many work on the same keys, and for how long. */
export interface Crowd {
  readonly processes: number
  /** Clients of each process. */
  readonly loops: number
  readonly slots: number
  /** Reports of the slowest process after which all stop, or … */
  readonly reports?: number
  /** … milliseconds after which they do. */
  readonly forMs?: number
}

export interface CrowdResult {
  readonly faults: readonly string[]
  readonly failures: readonly string[]
  readonly acknowledged: Readonly<Record<string, number>>
  readonly entries: number
}

/** Lets many processes work on the same keys, and judges what comes of it. */
export async function runCrowd(where: Where, crowd: Crowd, seed: number): Promise<CrowdResult> {
  const { processes, loops, slots, reports: least = 1, forMs = 0 } = crowd
  const workers = Array.from({ length: processes }, (_, index) =>
    startWorker({ where, name: `w${index}`, slots, loops, seed: seed + index }),
  )
  await Promise.all(workers.map((worker) => worker.reported(least)))
  if (forMs > 0) await new Promise((resolve) => setTimeout(resolve, forMs))
  await Promise.all(workers.map((worker) => worker.stop()))
  const reports = workers.flatMap((worker) => worker.reports)

  const { store, close } = openStore(where, 1)
  const history = await readHistory(store)
  const faults = faultsOf(history, reports)
  await store.close()
  await close()
  const acknowledged: Record<string, number> = {}
  for (const { op } of reports) acknowledged[op] = (acknowledged[op] ?? 0) + 1
  const failures = reports.flatMap((report) => (report.op === 'failed' ? [report.message] : []))
  return { faults, failures, acknowledged, entries: history.entries.length }
}
