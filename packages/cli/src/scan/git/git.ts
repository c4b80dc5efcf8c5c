import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { devNull } from 'node:os'
import { parse } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/**
 * Configuration in front of every command. The author of a repository may be an attacker: its configuration can name
 * programs that git would run, and files beside its objects can claim that commits have other parents.
 */
const CONFIGURATION = {
  'core.fsmonitor': 'false',
  'core.untrackedCache': 'false',
  'core.commitGraph': 'false',
  'core.multiPackIndex': 'false',
  'core.hooksPath': devNull,
  'core.sshCommand': 'false',
  'core.alternateRefsCommand': '',
  'credential.helper': '',
  'protocol.allow': 'never',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'submodule.recurse': 'false',
  'advice.graftFileDeprecated': 'false',
}

/** Variables of git that choose a file of the user's own, and nothing of what is scanned. */
const KEPT = new Set(['GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM', 'GIT_CONFIG_NOSYSTEM'])

/**
 * The environment of every command of git: nothing is fetched, nothing is written, and no variable of git decides what
 * is read. A hook sets several, such as `GIT_DIR`, which names another repository than the one to scan.
 */
function gitEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const inherited = Object.entries(env).filter(([name]) => !/^GIT_/i.test(name) || KEPT.has(name.toUpperCase()))
  return {
    ...Object.fromEntries(inherited),
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_GRAFT_FILE: devNull,
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
  }
}

/** Why git did not do what it was asked: it is not there, it was silent for too long, or it complained. */
export class GitError extends Error {
  readonly reason: 'absent' | 'silent' | 'failed'

  constructor(reason: GitError['reason'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'GitError'
    this.reason = reason
  }
}

/** Settings of a run of git. */
export interface GitOptions {
  /** Longest time that git may take until it prints something, in milliseconds. It is killed after that. */
  readonly silenceMs: number
  /** The index to read. Default that of the repository. */
  readonly indexFile?: string
}

/** Git says this of every partial clone. The objects that are not there are counted by their ids. */
const EXPECTED = /^warning: This repository uses promisor remotes\. .*\n/

/** Longest complaint of git that is kept. */
const LONGEST_COMPLAINT = 1000

/** Runs git on the repository that a folder is in. */
export class Git {
  readonly #folder: string
  readonly #options: GitOptions

  constructor(folder: string, options: GitOptions) {
    this.#folder = folder
    this.#options = options
  }

  /**
   * Runs a command, and yields what it prints.
   *
   * @param input what the command reads; an error in it is thrown
   * @throws {GitError} when git cannot be run, fails, is silent for too long, or warns: a warning may say that something
   * was left out
   */
  read(argv: readonly string[], input?: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
    return this.#run(argv, input ?? Readable.from([]), true)
  }

  /** Runs a command, and returns all that it prints. Throws as `read` does, and not because of a warning. */
  async output(argv: readonly string[]): Promise<Buffer> {
    const pieces: Buffer[] = []
    for await (const piece of this.#run(argv, Readable.from([]), false)) pieces.push(piece)
    return Buffer.concat(pieces)
  }

  async *#run(argv: readonly string[], input: AsyncIterable<Uint8Array>, isStrict: boolean): AsyncGenerator<Buffer> {
    const { silenceMs, indexFile } = this.#options
    const settings = Object.entries(CONFIGURATION).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const git = spawn('git', ['-C', this.#folder, '--no-pager', '--literal-pathspecs', ...settings, ...argv], {
      // Windows looks for a program in this folder first, and it must not be one that is scanned.
      cwd: parse(process.execPath).root,
      env: { ...gitEnvironment(process.env), ...(indexFile === undefined ? {} : { GIT_INDEX_FILE: indexFile }) },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let complaint = ''
    git.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(0, LONGEST_COMPLAINT)
    })
    const closed = once(git, 'close')
    const feeding = feed(input, git.stdin)
    // Both are awaited below, after the output.
    for (const promise of [closed, feeding]) promise.catch(() => {})
    try {
      const pieces = git.stdout[Symbol.asyncIterator]()
      for (;;) {
        const { done, value } = await within(silenceMs, pieces.next())
        if (done) break
        yield value
      }
      await feeding
      const [code] = await within(silenceMs, closed)
      if (code === 0 && !(isStrict && complaint.replace(EXPECTED, '') !== '')) return
      throw new GitError('failed', firstLine(complaint) || `exit code ${code}`)
    } catch (cause) {
      // A program that could not be started closes its pipes first.
      if (git.pid !== undefined) throw cause
      throw new GitError('absent', 'git cannot be run', { cause })
    } finally {
      git.kill('SIGKILL')
      git.stdout.destroy()
    }
  }
}

/** Writes the input of a command. A command that stops reading reports why by its exit code. */
async function feed(input: AsyncIterable<Uint8Array>, stdin: NodeJS.WritableStream): Promise<void> {
  try {
    await pipeline(Readable.from(input), stdin)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code !== 'EPIPE' && code !== 'ERR_STREAM_PREMATURE_CLOSE') throw cause
  }
}

async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const message = `git printed nothing for ${milliseconds / 1000} seconds and was stopped`
    timer = setTimeout(() => reject(new GitError('silent', message)), milliseconds)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

function firstLine(complaint: string): string {
  const lines = complaint.split('\n').filter((line) => line !== '')
  return (lines.find((line) => line.startsWith('fatal: ')) ?? lines[0] ?? '').replace(/^(?:fatal|error|warning): /, '')
}
