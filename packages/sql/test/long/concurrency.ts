// Many processes change and verify the same keys: `npm run concurrency:store`, with `-- --processes 50`, `-- --loops 1`,
// `-- --keys 100`, `-- --seconds 10`, `-- --engine sqlite`, `-- --seed 7`
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startMariadb, startPostgres, startProgress } from '@internal/services'
import { runCrowd } from '../support/crowd.ts'
import type { Where } from '../support/open.ts'

const { values } = parseArgs({
  options: {
    processes: { type: 'string', default: '50' },
    loops: { type: 'string', default: '1' },
    keys: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '10' },
    engine: { type: 'string' },
    seed: { type: 'string', default: String(process.pid) },
  },
})
const crowd = {
  processes: Number(values.processes),
  loops: Number(values.loops),
  slots: Number(values.keys),
  forMs: Number(values.seconds) * 1000,
}
const settings = { max_connections: crowd.processes * crowd.loops + 20 }

const progress = startProgress()
if (wants('sqlite')) {
  const folder = mkdtempSync(join(tmpdir(), 'bearward-crowd-'))
  await judge({ engine: 'sqlite', place: join(folder, 'keys.db') })
  rmSync(folder, { recursive: true, force: true })
}
if (wants('postgres')) {
  const server = await startPostgres({ settings })
  await judge({ engine: 'postgres', place: server.url })
  await server.close()
}
if (wants('mysql')) {
  const server = await startMariadb({ settings })
  await judge({ engine: 'mysql', place: server.url })
  await server.close()
}

progress.end()

function wants(engine: string): boolean {
  return values.engine === undefined || values.engine === engine
}

async function judge(where: Where): Promise<void> {
  progress.say(`${where.engine}: ${crowd.processes} processes`)
  const { faults, failures, acknowledged, entries } = await runCrowd(where, crowd, Number(values.seed))
  const bad = [...faults, ...failures]
  console.log(`${where.engine}: ${entries} audit entries, told to clients: ${JSON.stringify(acknowledged)}`)
  console.log(`${where.engine}: ${faults.length} faults, ${failures.length} failed calls`)
  for (const each of bad.slice(0, 20)) console.log(`  ${each}`)
  if (bad.length > 0) process.exitCode = 1
}
