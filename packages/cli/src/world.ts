import { userInfo } from 'node:os'
import type { Readable, Writable } from 'node:stream'

/** Everything through which a command reaches the world. Only this file reads `process`; a test brings its own. */
export interface World {
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly stdout: Writable & Terminal
  readonly stderr: Writable & Terminal
  readonly env: Readonly<Record<string, string | undefined>>
  /** What relative paths are relative to. */
  readonly cwd: string
  /** Who runs the process, as the system knows it. Without it the system knows nobody. */
  user?(): SystemUser
  /** Resolves when somebody wants what runs on and on to end, with Ctrl-C for one. Called by such commands alone. */
  interrupted(): Promise<void>
}

/** The user of the process. */
export interface SystemUser {
  readonly name?: string | undefined
  /** There is none on Windows. */
  readonly id?: number | undefined
}

/** What tells a terminal from a file or a pipe. */
export interface Terminal {
  readonly isTTY?: boolean
  readonly columns?: number
}

export function processWorld(): World {
  const { stdin, stdout, stderr, env } = process
  return { stdin, stdout, stderr, env, cwd: process.cwd(), user: systemUser, interrupted }
}

function systemUser(): SystemUser {
  const id = process.getuid?.()
  try {
    return { name: userInfo().username, id }
  } catch {
    // A container may run as a user whom its list of users does not have.
    return { id }
  }
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })
}
