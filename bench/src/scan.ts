// What `bearward scan` costs beside `grep -rE` with the same pattern: `npm run bench:scan`, with `-- --megabytes 1024` for a
// tree of that size, `-- --json` for programs.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { keyFormat } from '@bearward/core'
import { startProgress } from '@internal/services'
import { median, medianRatio } from './median.ts'
import { growTree } from './scan-tree.ts'

/** Of a tree of this many megabytes, a scan may take this many times what grep takes; on less, Node's own start shows. */
const LIMIT = 2
const LIMIT_FROM_MEGABYTES = 1000
const MAX_MEGABYTES = 4096

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '64' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
})
const megabytes = Number(values.megabytes)
const rounds = Number(values.rounds)
if (!Number.isInteger(megabytes) || megabytes < 1 || megabytes > MAX_MEGABYTES) {
  throw new RangeError(`--megabytes must be a whole number from 1 to ${MAX_MEGABYTES}`)
}
if (!Number.isInteger(rounds) || rounds < 1 || rounds > 50) throw new RangeError('--rounds must be from 1 to 50')

const format = keyFormat({ prefix: 'acme', environments: ['live', 'test'] })
const main = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url))
const env = { ...process.env, BEARWARD_PREFIX: 'acme', BEARWARD_ENVIRONMENTS: 'live,test' }

const progress = startProgress()
const folder = mkdtempSync(join(tmpdir(), 'bearward-bench-'))
try {
  const tree = growTree(folder, megabytes, format)
  const contenders = {
    'grep -rE': () => run('grep', ['-rE', format.pattern.source, folder], tree.keys),
    'bearward scan': () => run(process.execPath, [main, 'scan', folder], tree.keys),
  }
  // One after the other, turn by turn, so that both meet the same disturbances; the first turn warms the disk's cache.
  const seconds: Record<string, number[]> = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]))
  for (let round = 0; round <= rounds; round++) {
    for (const [name, measure] of Object.entries(contenders)) {
      progress.say(`${name}: round ${round} of ${rounds}`)
      const taken = measure()
      if (round > 0) seconds[name]?.push(taken)
    }
  }
  const medians = Object.fromEntries(Object.entries(seconds).map(([name, taken]) => [name, median(taken)]))
  const ratio = medianRatio(seconds['bearward scan'] ?? [], seconds['grep -rE'] ?? [])
  const limit = megabytes < LIMIT_FROM_MEGABYTES ? null : LIMIT
  const report = { megabytes, files: tree.files, rounds, seconds: medians, ratio, limit }
  progress.end()
  console.log(values.json ? JSON.stringify(report) : asText(report))
} finally {
  progress.end()
  rmSync(folder, { recursive: true })
}

/** Seconds from start to end of a program that must print a line for each key. */
function run(file: string, argv: string[], keys: number): number {
  const started = performance.now()
  const { stdout, error } = spawnSync(file, argv, { env, encoding: 'utf8', maxBuffer: 1 << 28 })
  const seconds = (performance.now() - started) / 1000
  if (error) throw error
  const lines = stdout.split('\n').length - 1
  if (lines !== keys) throw new Error(`${file} has found ${lines} of ${keys} keys`)
  return seconds
}

function asText({ megabytes, files, rounds, seconds, ratio, limit }: Report): string {
  const rows = Object.entries(seconds).map(([name, taken]) => `${name.padEnd(14)} ${taken.toFixed(3)} s`)
  const verdict =
    limit === null
      ? `no limit below ${LIMIT_FROM_MEGABYTES} MB, where the start of Node shows`
      : `limit ${limit}: ${ratio <= limit ? 'holds' : 'does not hold'}`
  return [
    `${megabytes} MB in ${files} files, median of ${rounds} rounds`,
    ...rows,
    `${ratio.toFixed(2)} times grep; ${verdict}`,
  ].join('\n')
}

interface Report {
  megabytes: number
  files: number
  rounds: number
  seconds: Record<string, number>
  ratio: number
  limit: number | null
}
