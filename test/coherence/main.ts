// npm run sim -- --runs N --seed S: runs the simulation, and says which seeds broke the guarantee.
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { startProgress } from '@internal/services'
import { addBatch, type Batch, emptyBatch, runBatch } from './batch.ts'
import { simulate } from './simulation.ts'
import { extraVariants, variants } from './variants.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    workers: { type: 'string', default: String(availableParallelism()) },
    variants: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const runs = wholeNumber('runs', values.runs)
const seed = wholeNumber('seed', values.seed)
const startedAt = performance.now()
const progress = startProgress()

if (values.trace) await traceOne()
else if (values.variants) await showVariants()
else await runAll()
progress.end()

async function runAll(): Promise<void> {
  const total = await inWorkers(Math.min(wholeNumber('workers', values.workers), Math.ceil(runs / 100)))
  total.violations.sort((one, other) => one.seed - other.seed)
  progress.end()
  if (values.json) console.log(JSON.stringify({ seed, ...total, seconds: seconds() }))
  else report(total)
  if (total.violations.length > 0) process.exitCode = 1
}

async function inWorkers(workers: number): Promise<Batch> {
  const total = emptyBatch()
  const share = Math.ceil(runs / workers)
  const parts = Array.from({ length: workers }, (_, index) => ({
    seed: seed + index * share,
    runs: Math.min(share, runs - index * share),
  }))
  await Promise.all(
    parts.map(
      (workerData) =>
        new Promise<void>((done, failed) => {
          const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData })
          worker.on('message', (batch: Batch) => {
            addBatch(total, batch)
            showProgress(total)
          })
          worker.on('error', failed)
          worker.on('exit', () => done())
        }),
    ),
  )
  return total
}

function showProgress({ runs: done, violations }: Batch): void {
  const width = 30
  const filled = Math.round((done / runs) * width)
  const bar = '█'.repeat(filled).padEnd(width, '░')
  const rate = Math.round(done / seconds())
  progress.say(`${bar} ${done} of ${runs} runs, ${violations.length} violations, ${rate} runs/s`)
}

function report({ runs: done, violations, figures }: Batch): void {
  for (const { seed: own, at, what } of violations.slice(0, 20)) {
    console.log(`seed ${own}, at ${at.toFixed(1)} ms: ${what}\n  npm run sim -- --seed ${own} --trace`)
  }
  if (violations.length > 20) console.log(`and ${violations.length - 20} more`)
  console.log(
    `${done} runs from seed ${seed} in ${seconds().toFixed(1)} s: ${violations.length} violations; ` +
      `${figures.revoked} revocations, ${figures.accepted} accepted, ${figures.refused} refused, ` +
      `${figures.unavailable} unavailable, ${figures.hits} of them out of memory; ${figures.abandoned} abandoned`,
  )
}

/** Broken on purpose: each must be found out. */
async function showVariants(): Promise<void> {
  const rows = []
  for (const variant of [...variants, ...extraVariants]) {
    progress.say(`${variant.name}: ${rows.length} of ${variants.length + extraVariants.length} variants done`)
    const { runs: tried, violations } = await runBatch({ seed, runs, variant, stopAfter: 1 })
    const [first] = violations
    rows.push({ variant: variant.name, caught: first !== undefined, runs: tried, seed: first?.seed, what: first?.what })
    if (first === undefined) process.exitCode = 1
    if (!values.json) {
      console.log(
        `${variant.name.padEnd(54)} ${first ? `caught in run ${tried}: ${first.what}` : `NOT caught in ${tried} runs`}`,
      )
    }
  }
  if (values.json) console.log(JSON.stringify(rows))
}

async function traceOne(): Promise<void> {
  const { violation } = await simulate(seed, {}, (line) => console.log(line))
  console.log(violation ? `violation at ${violation.at.toFixed(1)} ms: ${violation.what}` : 'no violation')
  if (violation) process.exitCode = 1
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0 || text.trim() === '')
    throw new TypeError(`--${name} must be a whole number`)
  return value
}

function seconds(): number {
  return (performance.now() - startedAt) / 1000
}
