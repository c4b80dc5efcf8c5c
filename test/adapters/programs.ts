import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** The output and the exit code of a program. */
export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program of the machine to its end. A failure is an exit code, not a rejection. */
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

/** Reports that the machine lacks a program, and prints it, because the tests of that program are then left out. */
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
