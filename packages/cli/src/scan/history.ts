import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { Failure } from '../failure.ts'

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
  ['log', '--all', '--full-history', '--format=%x00%H%n%B'],
  // Of a merge, what neither side has brought.
  ['--patch', '--diff-merges=dense-combined', '--unified=0', '--no-renames'],
  // What the user has configured for reading must change nothing.
  ['--no-color', '--no-textconv', '--src-prefix=a/', '--dst-prefix=b/'],
].flat()

export function readHistory(folder: string): History {
  const git = spawn('git', ['-C', folder, '-c', 'core.quotePath=true', '-c', 'log.showSignature=false', ...LOG], {
    stdio: ['ignore', 'pipe', 'pipe'],
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
    'name a repository',
  )
}
