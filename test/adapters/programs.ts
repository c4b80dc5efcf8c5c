import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** What a program of the machine wrote, and how it ended. */
export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program of the machine to its end, whatever its exit code is. */
export async function run(program: string, parameters: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, parameters, { env: { ...process.env, ...env } })
    return { code: 0, stdout, stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout: string; stderr: string }
    if (typeof code !== 'number') throw error
    return { code, stdout, stderr }
  }
}

/** Whether the machine lacks a program; says so, because its tests are then left out. */
export async function isMissing(program: string): Promise<boolean> {
  try {
    await run(program, ['--version'])
    return false
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    console.log(`${program} is left out: it is not installed`)
    return true
  }
}
