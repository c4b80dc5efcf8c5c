import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { Failure } from '../failure.ts'
import { GIT_ENVIRONMENT, gitArguments } from './git.ts'

const execute = promisify(execFile)

/** The history of a repository as git prints it. */
interface History {
  /** A head for each commit, its message, and its diff. */
  readonly output: Readable
  /** The commit that a line is the head of. */
  readonly commitOf: (line: string) => string | undefined
  /** Settles when git has ended; rejects when it has failed. */
  readonly ended: Promise<void>
}

/** A NUL in front: no message and no diff has one. */
const HEAD = /^\0([0-9a-f]{40,64})$/

const LOG = [
  ['-c', 'log.showSignature=false', 'log', '--all', '--full-history', '--format=%x00%H%n%B', '--encoding=UTF-8'],
  // Of a merge, what neither side has brought.
  ['--patch', '--diff-merges=dense-combined', '--unified=0', '--no-renames', '--submodule=short'],
  // Binary files too: what git takes for one, the repository decides.
  ['--text'],
  // What the user has configured for reading must change nothing.
  ['--no-color', '--no-ext-diff', '--no-textconv', '--no-relative', '-O/dev/null'],
  ['--src-prefix=a/', '--dst-prefix=b/'],
].flat()

export function readHistory(folder: string): History {
  const git = spawn('git', [...gitArguments(folder), ...LOG], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...GIT_ENVIRONMENT },
  })
  let complaint = ''
  git.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(0, 1000)
  })
  return {
    output: git.stdout,
    commitOf: (line) => HEAD.exec(line)?.[1],
    ended: endOf(git, () => complaint),
  }
}

/** Whether commits were left out when the repository was cloned. */
export async function isShallow(folder: string): Promise<boolean> {
  const { stdout } = await execute('git', [...gitArguments(folder), 'rev-parse', '--is-shallow-repository'])
  return stdout.trim() === 'true'
}

async function endOf(git: ReturnType<typeof spawn>, complaint: () => string): Promise<void> {
  let code: unknown
  try {
    ;[code] = await once(git, 'close')
  } catch (cause) {
    throw new Failure('denied', 'git cannot be run', 'install it, or scan without --git', { cause })
  }
  if (code === 0) return
  const said = complaint()
    .split('\n', 1)[0]
    ?.replace(/^fatal: /, '')
  throw new Failure(
    'denied',
    `git cannot show the history: ${said || `exit code ${String(code)}`}`,
    'name a repository with all its objects',
  )
}
