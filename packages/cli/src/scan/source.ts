import { createReadStream, statSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import type { Readable } from 'node:stream'
import { Failure, fileFailure } from '../failure.ts'
import type { Frame } from '../frame.ts'
import { harmless } from '../harmless.ts'
import { Coverage, UNREAD, type UnreadReason } from './coverage.ts'
import { Git, GitError, type GitOptions } from './git/git.ts'
import { gitForStaged } from './git/staged.ts'
import { type ScanOptions, scanHistory, scanStaged, scanStream, scanTree } from './scan.ts'

/** Options of the command line that choose what is read. */
export interface SourceOptions {
  readonly git?: true
  readonly unreachable?: true
  readonly staged?: true
  /** False where files that look binary are passed over. */
  readonly binary?: boolean
  readonly ignored?: true
  readonly maxSize?: string
  readonly gitTimeout?: string
  readonly acceptUnread?: string
}

/** Something to scan. */
export interface Source {
  readonly coverage: Coverage
  readonly scan: (options: ScanOptions) => Promise<void>
}

/** Default of `--max-size`, in megabytes. */
export const MAX_SIZE = 1024
/** Default of `--git-timeout`, in seconds. */
export const SILENCE = 30
const MEGABYTE = 1_000_000
/** The longest that fits a timer. */
const LONGEST_SILENCE = 2_000_000

/**
 * Chooses what a command line names: a tree, a stream, a history, or what is staged.
 *
 * @throws {Failure} when options are wrong or exclude each other
 */
export function readSource(frame: Frame, path: string, options: SourceOptions): Source {
  const git: GitOptions = { silenceMs: 1000 * numberOf('--git-timeout', options.gitTimeout, SILENCE, LONGEST_SILENCE) }
  const maxBytes = MEGABYTE * numberOf('--max-size', options.maxSize, MAX_SIZE, 1_000_000)
  const accepted = acceptedBy(options.acceptUnread)
  if (options.git || options.staged)
    return repositorySource(frame, path, options, git, new Coverage('object', accepted))
  if (options.unreachable) throw new Failure('usage', '--unreachable is about a history', 'give --git, too')
  const stream = path === '-' ? frame.world.stdin : openStream(path, frame.world.cwd)
  const coverage = new Coverage(stream === undefined ? 'file' : undefined, accepted)
  if (stream !== undefined) {
    const name = path === '-' ? 'standard input' : path
    return { coverage, scan: (scan) => scanStream(readStream(stream, name), scan) }
  }
  return { coverage, scan: (scan) => scanFiles(frame, path, options, git, { ...scan, maxBytes }) }
}

function repositorySource(
  frame: Frame,
  path: string,
  options: SourceOptions,
  git: GitOptions,
  coverage: Coverage,
): Source {
  const { cwd, env } = frame.world
  const { staged, unreachable = false } = options
  const noun = staged ? 'staged changes' : 'history'
  if (path === '-') throw new Failure('usage', `standard input has no ${noun}`, 'name a repository')
  if (staged && options.git) throw new Failure('usage', '--git and --staged read different things', 'give one of them')
  const folder = resolve(cwd, path)
  return {
    coverage,
    async scan(scan) {
      try {
        if (!staged) return await scanHistory(new Git(folder, git), { ...scan, unreachable })
        const index = { indexFile: env.GIT_INDEX_FILE, cwd }
        return await scanStaged(await gitForStaged(folder, git, index), scan)
      } catch (cause) {
        throw gitFailure(cause, noun)
      }
    },
  }
}

function gitFailure(cause: unknown, noun: string): unknown {
  if (!(cause instanceof GitError)) return cause
  const mends = {
    absent: 'install it, or scan the files alone',
    silent: 'check the repository, or give more time with --git-timeout',
    failed: 'name a repository with all its objects',
  }
  const what = cause.reason === 'absent' ? cause.message : `git cannot show the ${noun}: ${cause.message}`
  return new Failure('denied', what, mends[cause.reason], { cause })
}

/** Opens a pipe, such as `<(git diff)` of a shell, or a device: it can be read once, and from its beginning alone. */
function openStream(path: string, cwd: string): Readable | undefined {
  const file = resolve(cwd, path)
  try {
    const stats = statSync(file)
    const isStream = stats.isFIFO() || stats.isCharacterDevice() || stats.isBlockDevice()
    return isStream ? createReadStream(file) : undefined
  } catch (cause) {
    throw fileFailure(path, cause)
  }
}

async function scanFiles(
  frame: Frame,
  path: string,
  { binary, ignored }: SourceOptions,
  git: GitOptions,
  options: ScanOptions & { readonly maxBytes: number },
): Promise<void> {
  const { output, world } = frame
  const root = resolve(world.cwd, path)
  await scanTree(root, {
    ...options,
    binary: binary !== false,
    gitFor: ignored ? undefined : (folder) => new Git(folder, git),
    // As it was typed: a relative path is answered with relative paths.
    nameOf: (found) => join(path, relative(root, found)).split(sep).join('/'),
    describeFailure: (name, cause) => fileFailure(name, cause).message,
    onRefusal: (folder, complaint) =>
      output.note(harmless(`git does not tell what it ignores in ${folder}, so that is read too: ${complaint}`)),
  })
}

/** Reads a stream. Its error becomes a failure of one line. */
async function* readStream(stream: Readable, name: string): AsyncGenerator<Uint8Array> {
  try {
    yield* stream
  } catch (cause) {
    throw fileFailure(name, cause)
  }
}

function numberOf(flag: string, text: string | undefined, byDefault: number, most: number): number {
  if (text === undefined) return byDefault
  const number = Number(text)
  if (Number.isInteger(number) && number >= 1 && number <= most) return number
  const unit = flag === '--max-size' ? 'megabytes' : 'seconds'
  throw new Failure('usage', `${flag} is not a whole number of ${unit} from 1 to ${most}`, 'change it')
}

function acceptedBy(text: string | undefined): readonly UnreadReason[] {
  const names = (text ?? '').split(',').map((name) => name.trim())
  return names
    .filter((name) => name !== '')
    .map((name) => {
      const reason = UNREAD.find((reason) => reason === name)
      if (reason !== undefined) return reason
      throw new Failure('usage', `--accept-unread does not know ${name}`, `there are ${UNREAD.join(', ')}`)
    })
}
