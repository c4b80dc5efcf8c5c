import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { promisify } from 'node:util'
import { run as runProgram } from '../../packages/cli/src/program.ts'

const main = join(import.meta.dirname, '../../packages/cli/src/main.ts')

/** What a program printed, and how it ended. */
export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end, whatever its exit code. Rejects when it cannot be started. */
export async function run(
  file: string,
  argv: readonly string[],
  options: { cwd?: string; env?: Record<string, string | undefined>; stdin?: string } = {},
): Promise<Ran> {
  const { cwd, env = {}, stdin } = options
  const running = promisify(execFile)(file, argv, { ...(cwd && { cwd }), env: { ...quietEnvironment(), ...env } })
  if (stdin !== undefined) running.child.stdin?.end(stdin)
  try {
    return { code: 0, ...(await running) }
  } catch (cause) {
    const { code, stdout, stderr } = cause as { code?: unknown; stdout: string; stderr: string }
    if (typeof code !== 'number') throw cause
    return { code, stdout, stderr }
  }
}

/** Runs the command line in this process, in a world of its own: many times as quick. */
export async function runHere(
  argv: readonly string[],
  { cwd, env, stdin = '' }: { cwd: string; env: Record<string, string>; stdin?: string },
): Promise<Ran> {
  const printed = { stdout: '', stderr: '' }
  const stream = (name: keyof typeof printed): Writable =>
    new Writable({
      decodeStrings: false,
      write(text: string, _encoding, done) {
        printed[name] += text
        done()
      },
    })
  const world = {
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    env,
    cwd,
    interrupted: async () => {},
  }
  return { code: await runProgram(argv, world), ...printed }
}

/** Runs the command line from its sources. */
export function bearward(...argv: string[]): Promise<Ran> {
  return run(process.execPath, [main, ...argv], { env: ACME })
}

/** A line of shell that runs it, for programs that start others. */
export const BEARWARD: string = `'${process.execPath}' '${main}'`

export const ACME: Record<string, string> = { BEARWARD_PREFIX: 'acme', BEARWARD_ENVIRONMENTS: 'live,test' }

/** Without what the test runner passes on, and with git as it comes. */
function quietEnvironment(): Record<string, string | undefined> {
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_|FORCE_COLOR|VITEST|GIT_)/.test(name))
  const who = { NAME: 'Test', EMAIL: 'test@example.com' }
  return {
    ...Object.fromEntries(own),
    NO_COLOR: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    ...Object.fromEntries(
      Object.entries(who).flatMap(([name, value]) =>
        [`GIT_AUTHOR_${name}`, `GIT_COMMITTER_${name}`].map((each) => [each, value]),
      ),
    ),
  }
}
