// What a store costs among few keys and among many: `npm run bench:store`, with `-- --json` for programs, `-- --quick` to see
// that it runs, `-- --keys 100000` for another large number.
import { parseArgs } from 'node:util'
import { startProgress } from '@internal/services'
import { median } from '../median.ts'
import { type Filled, startEngine } from './databases.ts'
import { LISTS, LOOKUP, type Question } from './questions.ts'
import { type EngineReport, type Figures, type StoreReport, storeTables } from './report.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    keys: { type: 'string' },
  },
})
const { json, quick } = values
const sizes = [quick ? 500 : 10_000, Number(values.keys ?? (quick ? 2000 : 1_000_000))] as const
/** How often each is asked, in turns of `TURN` at both sizes, so that whatever slows the machine slows both. */
const effort = quick ? { lookups: 200, lists: 10 } : { lookups: 40_000, lists: 300 }
const TURN = 50
/** Turns before those that count. */
const WARM_UP = quick ? 0 : 3
const LIMIT = 1.5

const progress = startProgress()
const engines: EngineReport[] = []
for (const name of ['SQLite', 'PostgreSQL'] as const) engines.push(await measureEngine(name))
progress.end()

const holds = engines.every(({ lookup }) => lookup.ratio <= LIMIT)
const report: StoreReport = { runtime: `Node ${process.versions.node}`, quick, sizes, limit: LIMIT, holds, engines }
console.log(json ? JSON.stringify(report, null, 2) : storeTables(report))

async function measureEngine(name: 'SQLite' | 'PostgreSQL'): Promise<EngineReport> {
  progress.say(`${name}: starting`)
  const engine = await startEngine(name)
  try {
    const filled: Filled[] = []
    for (const size of sizes)
      filled.push(await engine.fill(size, (rows) => progress.say(`${name}: ${rows} of ${size} keys`)))
    const [small, large] = filled as [Filled, Filled]
    const lookup = await compare(LOOKUP, small, large, effort.lookups)
    const lists: Figures[] = []
    for (const question of LISTS) {
      progress.say(`${name}: ${question.name}`)
      lists.push(await compare(question, small, large, effort.lists))
    }
    for (const { close } of filled) await close()
    return { name, lookup, lists }
  } finally {
    await engine.close()
  }
}

async function compare(question: Question, small: Filled, large: Filled, times: number): Promise<Figures> {
  const subjects = [small, large].map(({ store }, index) => ({
    store,
    count: sizes[index] as number,
    spent: [] as number[],
    rows: 0,
  }))
  const step = Math.min(TURN, times)
  // Some turns first, for the compiler.
  for (let turn = -step * WARM_UP; turn < times; turn += step) {
    for (const subject of subjects) {
      for (let each = turn; each < Math.min(turn + step, times); each++) {
        const ask = question.prepare(subject.count, each + step * WARM_UP)
        const started = performance.now()
        const asked = ask(subject.store)
        const answer = asked instanceof Promise ? await asked : asked
        if (turn >= 0) subject.spent.push((performance.now() - started) * 1000)
        subject.rows = rowsOf(answer)
      }
    }
  }
  const [atSmall, atLarge] = subjects.map(({ spent }) => median(spent)) as [number, number]
  const rows = subjects.map((subject) => subject.rows) as [number, number]
  return { name: question.name, rows, small: atSmall, large: atLarge, ratio: atLarge / atSmall }
}

function rowsOf(answer: unknown): number {
  return Array.isArray(answer) ? answer.length : answer === null ? 0 : 1
}
