import { type Server, startMariadb, startPostgres } from '@internal/services'
import type { Report } from './acknowledged.ts'
import { faultsOf, readHistory } from './history.ts'
import { openStore, type Where } from './open.ts'
import { randomOf } from './random.ts'
import { searchFiles } from './raw-files.ts'
import { startWorker, type Task, type Worker } from './workers.ts'

/** What a run of kills came to. */
export interface KillResult {
  readonly faults: readonly string[]
  /** Revocations that were acknowledged. */
  readonly revocations: number
  readonly acknowledged: number
  /** Files in which a whole token was found. */
  readonly withToken: readonly string[]
  /** Whether a digest was found, which must be there: otherwise the search looks in the wrong place. */
  readonly hasDigest: boolean
}

/** Kills that many processes, each at some point of its work, while another one goes on working on the same keys. */
export async function killProcesses(
  where: Where,
  folder: string,
  rounds: number,
  seed: number,
  told: (round: number) => void = () => {},
): Promise<KillResult> {
  const random = randomOf(seed)
  const survivor = startWorker(taskOf(where, 'survivor', seed))
  const reports: Report[] = []
  for (let round = 1; round <= rounds; round++) {
    const victim = startWorker(taskOf(where, `victim${round}`, seed + round))
    await victim.reported(1 + Math.floor(random() * 60))
    await victim.kill()
    reports.push(...victim.reports)
    // A lock that the dead one held is not held any more.
    await survivor.reported(survivor.reports.length + 5)
    told(round)
  }
  await survivor.stop()
  return judge(where, folder, [...reports, ...survivor.reports])
}

/** Kills the server of a database that many times, at some point of what processes do in it. */
export async function killServer(
  where: Where,
  server: Server,
  rounds: number,
  seed: number,
  told: (round: number) => void = () => {},
): Promise<KillResult> {
  const random = randomOf(seed)
  const workers = [0, 1].map((index) => startWorker(taskOf(where, `w${index}`, seed + index)))
  for (let round = 1; round <= rounds; round++) {
    const more = 5 + Math.floor(random() * 40)
    await Promise.all(workers.map((worker) => worker.acknowledged(more)))
    await server.kill()
    await server.restart()
    told(round)
  }
  // Who had its connections cut works on.
  await Promise.all(workers.map((worker) => worker.acknowledged(5)))
  await Promise.all(workers.map((worker) => worker.stop()))
  return judge(
    where,
    server.dataDir,
    workers.flatMap((worker: Worker) => worker.reports),
  )
}

/** A server of our own, whose files can be read. */
export function startServer(engine: 'postgres' | 'mysql'): Promise<Server> {
  return engine === 'postgres' ? startPostgres({ own: true }) : startMariadb({ own: true })
}

function taskOf(where: Where, name: string, seed: number): Task {
  return { where, name, slots: 10, loops: 4, seed }
}

async function judge(where: Where, folder: string, reports: readonly Report[]): Promise<KillResult> {
  const { store, close } = openStore(where, 1)
  const history = await readHistory(store)
  const [some] = [...history.keys.values()]
  await store.close()
  await close()
  return {
    faults: faultsOf(history, reports),
    revocations: reports.filter(({ op }) => op === 'revoke').length,
    acknowledged: reports.filter(({ op }) => op !== 'failed').length,
    ...searchFiles(folder, some?.digest ?? 'none'),
  }
}
