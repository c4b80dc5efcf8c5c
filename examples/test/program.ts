import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll } from 'vitest'

export interface RunningProgram {
  /** All that it has written so far. */
  readonly output: () => string
  /** Sends the signal and answers the exit code, or the signal that it died of. */
  readonly stop: (signal: NodeJS.Signals) => Promise<number | NodeJS.Signals | null>
  /** Answers the exit code once it has ended by itself. */
  readonly ended: Promise<number | NodeJS.Signals | null>
}

const running = new Set<ChildProcess>()
// Also after a test that timed out.
afterAll(() => {
  for (const child of running) child.kill()
})

/** Runs the `start` script of an example with this Node. */
export function startProgram(
  example: string,
  { args = [], env = {} }: { args?: readonly string[]; env?: NodeJS.ProcessEnv } = {},
): RunningProgram & { readonly until: (text: string) => Promise<string> } {
  const folder = join(import.meta.dirname, '..', example)
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const [command, ...words] = String(manifest.scripts.start).split(' ')
  if (command !== 'node') throw new Error(`${example}: the start script is expected to run node, not ${command}`)
  const { PORT: _port, DATABASE: _database, ...inherited } = process.env
  const child = spawn(process.execPath, [...words, ...args], { cwd: folder, env: { ...inherited, ...env } })
  running.add(child.once('close', () => running.delete(child)))
  return { ...watch(child), stop: (signal) => stop(child, signal) }
}

function watch(child: ChildProcess) {
  let written = ''
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals | null)
  const until = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (written.includes(text)) resolve(written)
      }
      child.stdout?.on('data', look)
      look()
      ended.then((code) => reject(new Error(`ended with ${code} before it wrote '${text}':\n${written}`)), reject)
    })
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      written += chunk
    })
  }
  return { output: () => written, ended, until }
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode ?? child.signalCode
  const closed = once(child, 'close')
  child.kill(signal)
  const [code, died] = await closed
  return code ?? died
}

export interface Api extends RunningProgram {
  readonly origin: string
  readonly admin: IssuedKey
  readonly reader: IssuedKey
}

interface IssuedKey {
  readonly id: string
  readonly token: string
}

/** Starts an example that serves an API, and reads its address and its first keys from what it prints. */
export async function startApi(example: string, env: NodeJS.ProcessEnv = {}): Promise<Api> {
  const program = startProgram(example, { env })
  const printed = await program.until('listening on ')
  const keyOf = (name: string): IssuedKey => {
    const [, id, token] = new RegExp(`^${name} key (\\S+), shown this once: (\\S+)$`, 'm').exec(printed) ?? []
    if (id === undefined || token === undefined) throw new Error(`no ${name} key in:\n${printed}`)
    return { id, token }
  }
  const origin = /listening on (\S+)/.exec(printed)?.[1] ?? ''
  return { ...program, origin, admin: keyOf('admin'), reader: keyOf('reader') }
}
