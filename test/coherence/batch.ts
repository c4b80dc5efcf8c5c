import { type Figures, noFigures } from './model/history.ts'
import { type Result, simulate } from './simulation.ts'
import type { Variant } from './variants.ts'

/** What many runs came to. */
export interface Batch {
  runs: number
  readonly violations: { readonly seed: number; readonly at: number; readonly what: string }[]
  readonly figures: Figures
}

export interface BatchOptions {
  readonly seed: number
  readonly runs: number
  readonly variant?: Variant | undefined
  /** Violations after which the rest is left out. Default: none. */
  readonly stopAfter?: number
  readonly onRun?: (result: Result) => void
  /** Whether there is no time for another run. */
  readonly isOver?: () => boolean
}

/** Runs with the seeds `seed`, `seed + 1` and so on. */
export async function runBatch(options: BatchOptions): Promise<Batch> {
  const { seed, runs, variant, stopAfter = Number.POSITIVE_INFINITY, onRun, isOver } = options
  const batch = emptyBatch()
  const mend = variant?.breakCore?.()
  try {
    for (let run = 0; run < runs && batch.violations.length < stopAfter && isOver?.() !== true; run++) {
      const result = await simulate(seed + run, variant?.flaws)
      addResult(batch, result)
      onRun?.(result)
    }
  } finally {
    mend?.()
  }
  return batch
}

export function emptyBatch(): Batch {
  return { runs: 0, violations: [], figures: noFigures() }
}

function addResult(batch: Batch, { seed, violation, figures }: Result): void {
  batch.runs++
  if (violation !== undefined) batch.violations.push({ seed, ...violation })
  addFigures(batch.figures, figures)
}

export function addBatch(total: Batch, part: Batch): void {
  total.runs += part.runs
  total.violations.push(...part.violations)
  addFigures(total.figures, part.figures)
}

function addFigures(total: Figures, part: Figures): void {
  for (const name of Object.keys(total) as (keyof Figures)[]) total[name] += part[name]
}
