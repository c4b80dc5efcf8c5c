import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { PassThrough, Readable, Writable } from 'node:stream'
import { run } from '../src/program.ts'

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

interface Circumstances {
  readonly env?: Record<string, string>
  readonly cwd?: string
  readonly stdin?: string
  /** Whether standard output and error are a terminal of 80 columns. */
  readonly isTerminal?: boolean
  /** What happens while a command runs on and on, with what it has printed so far; at its end the command is ended. */
  readonly meanwhile?: (stdout: string, stderr: string) => Promise<void>
}

/** Settings of most tests: the keys are those of test/vectors. */
export const ACME: Record<string, string> = { BEARWARD_PREFIX: 'acme', BEARWARD_ENVIRONMENTS: 'live,test' }

/** Runs one command line in this process, in a world of its own. */
export async function bearward(argv: readonly string[], circumstances: Circumstances = {}): Promise<Ran> {
  const { env = ACME, cwd = '/', stdin = '', isTerminal = false, meanwhile } = circumstances
  const stdout = new Recorder(isTerminal)
  const stderr = new Recorder(isTerminal)
  const interrupted = async () => meanwhile?.(stdout.text, stderr.text)
  const code = await run(argv, { stdin: Readable.from([Buffer.from(stdin)]), stdout, stderr, env, cwd, interrupted })
  return { code, stdout: stdout.text, stderr: stderr.text }
}

/** Runs one command line in a process of its own, as a user to whom permissions apply. */
export function asNobody(
  argv: readonly string[],
  cwd: string,
): { status: number | null; stdout: string; stderr: string } {
  const program = JSON.stringify(join(import.meta.dirname, '../src/program.ts'))
  // `nobody` may not be able to read the program where it lies: it is loaded before the user is changed.
  const text = `process.argv[1] = 'bearward'; const { run } = await import(${program});
    ${process.getuid?.() === 0 ? 'process.setgroups([]); process.setgid(65534); process.setuid(65534);' : ''}
    const { stdin, stdout, stderr, env } = process
    process.exitCode = await run(${JSON.stringify(argv)}, { stdin, stdout, stderr, env, cwd: ${JSON.stringify(cwd)} })`
  const env = { ...process.env, ...ACME }
  return spawnSync(process.execPath, ['--input-type=module', '--eval', text], { encoding: 'utf8', env })
}

/** A stream that keeps what is written to it. */
export class Recorder extends Writable {
  readonly isTTY: boolean
  readonly columns = 80
  text = ''

  constructor(isTTY: boolean) {
    super({ decodeStrings: false })
    this.isTTY = isTTY
  }

  override _write(chunk: string | Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString()
    done()
  }
}

/** A terminal on which somebody types. */
export function typing(text: string): PassThrough & { isTTY: boolean } {
  const stream = Object.assign(new PassThrough(), { isTTY: true })
  stream.end(text)
  return stream
}
