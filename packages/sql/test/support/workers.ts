import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Report } from './acknowledged.ts'
import type { Where } from './open.ts'

/** What a worker works on. */
export interface Task {
  readonly where: Where
  readonly name: string
  /** Keys, or chains of keys that replaced each other, that all workers share. */
  readonly slots: number
  /** Clients in this process, each with a connection. */
  readonly loops: number
  readonly seed: number
}

/** A process that works on the shared keys. */
export interface Worker {
  /** What it has reported so far. */
  readonly reports: readonly Report[]
  /** Resolves when it has reported so much in all, or has ended. */
  reported(count: number): Promise<void>
  /** Resolves when it has been told of so many more successes, or has ended. */
  acknowledged(more: number): Promise<void>
  /** Lets it finish what it is at. */
  stop(): Promise<void>
  /** Ends it with SIGKILL. */
  kill(): Promise<void>
}

export function startWorker(task: Task): Worker {
  const child = fork(join(import.meta.dirname, 'worker.ts'), [JSON.stringify(task)])
  const reports: Report[] = []
  const exited = once(child, 'exit')
  child.on('message', (report: Report) => reports.push(report))

  async function until(isReached: () => boolean): Promise<void> {
    while (!isReached() && isRunning(child)) await Promise.race([once(child, 'message'), exited])
  }
  return {
    reports,
    reported: (count) => until(() => reports.length >= count),
    acknowledged(more) {
      const from = reports.length
      return until(() => reports.slice(from).filter(({ op }) => op !== 'failed').length >= more)
    },
    async stop() {
      if (child.connected) child.send('stop')
      const [code] = (await exited) as [number | null]
      if (code !== 0) throw new Error(`a worker ended with exit code ${code}`)
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null
}
