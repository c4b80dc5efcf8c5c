// Kills processes and database servers at random points, and looks for what was lost:
// `npm run faults:store`, with `-- --rounds 10`, `-- --engine sqlite`, `-- --seed 7`
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startProgress } from '@internal/services'
import { type KillResult, killProcesses, killServer, startServer } from '../support/kills.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '50' },
    engine: { type: 'string' },
    seed: { type: 'string', default: String(process.pid) },
  },
})
const rounds = Number(values.rounds)
const seed = Number(values.seed)
let isGood = true
const progress = startProgress()

console.log(`seed ${seed}, ${rounds} kills each`)
if (wants('sqlite')) await sqlite()
if (wants('postgres')) await serverOf('postgres')
if (wants('mysql')) await serverOf('mysql')
progress.end()
process.exitCode = isGood ? 0 : 1

function wants(engine: string): boolean {
  return values.engine === undefined || values.engine === engine
}

async function sqlite(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bearward-faults-'))
  try {
    const where = { engine: 'sqlite', place: join(folder, 'keys.db') } as const
    tell('sqlite', 'processes', await killProcesses(where, folder, rounds, seed, show('sqlite, processes')))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function serverOf(engine: 'postgres' | 'mysql'): Promise<void> {
  const server = await startServer(engine)
  try {
    const where = { engine, place: server.url }
    tell(engine, 'processes', await killProcesses(where, server.dataDir, rounds, seed, show(`${engine}, processes`)))
    tell(engine, 'servers', await killServer(where, server, rounds, seed, show(`${engine}, servers`)))
  } finally {
    await server.close()
  }
}

function show(what: string): (round: number) => void {
  return (round) => {
    progress.say(`${what}: ${round} of ${rounds}`)
  }
}

function tell(engine: string, killed: string, result: KillResult): void {
  progress.say(`${engine}: ${killed} killed`)
  const { faults, withToken, hasDigest, acknowledged, revocations } = result
  const bad = [...faults, ...withToken.map((path) => `a token stands in ${path}`)]
  if (!hasDigest) bad.push('no digest was found in the files: the search looks in the wrong place')
  console.log(
    `${engine}: ${killed} killed; ${acknowledged} acknowledged, ${revocations} revocations among them: ${bad.length} faults`,
  )
  for (const fault of bad) console.log(`  ${fault}`)
  if (bad.length > 0) isGood = false
}
