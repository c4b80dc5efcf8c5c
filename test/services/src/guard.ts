import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A temporary folder and the process that runs in it, both gone once this process is, even if it was killed. */
export interface Guard {
  readonly folder: string
  /** Names the process group to end; `undefined` when there is none. */
  watch(group: number | undefined): void
  /** Removes the folder at once. */
  dismiss(): void
}

/** Makes a temporary folder and starts the process that watches over it. */
export function startGuard(name: string, stopSignal: NodeJS.Signals): Guard {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), `${name}-`))
  // PostgreSQL may run as a user other than the owner.
  chmodSync(folder, 0o755)

  const script = join(import.meta.dirname, 'guard.sh')
  // In a session of its own, so that Ctrl-C does not reach it.
  const child = spawn('sh', [script, folder, stopSignal.replace('SIG', '')], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  child.unref()
  // The pipe breaks if somebody kills the guard; the server is then stopped by its owner alone.
  child.stdin.on('error', () => {})

  return {
    folder,
    watch: (group) => void child.stdin.write(`${group ?? ''}\n`),
    dismiss: () => {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
      child.stdin.end()
    },
  }
}
