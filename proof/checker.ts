import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findInstallation, type Installation } from '@internal/services'
import { readTrace, type Trace } from './trace.ts'

const run = promisify(execFile)

/** What an exploration found. */
export interface Exploration {
  readonly states: number
  readonly rules: number
  readonly seconds: number
  /** The violated invariant and the shortest way to it; `undefined` when every reachable state satisfies all. */
  readonly violation: { readonly invariant: string; readonly trace: Trace } | undefined
  /** How many states satisfied each probe. */
  readonly probes: ReadonlyMap<string, number>
}

/** Explores models with Rumur: every reachable state, breadth first, in one thread so that two runs agree. */
export class Checker {
  readonly #rumur: Installation
  readonly #compiler: Installation

  private constructor(rumur: Installation, compiler: Installation) {
    this.#rumur = rumur
    this.#compiler = compiler
  }

  /** Finds Rumur and a C compiler on the machine, or takes Debian's. */
  static async open(): Promise<Checker> {
    const rumur = await findInstallation(
      '/usr/bin/rumur',
      'rumur',
      'libgmp10',
      'libgmpxx4ldbl',
      'libstdc++6',
      'libgcc-s1',
    )
    const compiler = await findInstallation('/usr/bin/cc', ...COMPILER)
    return new Checker(rumur, compiler)
  }

  /** @throws {Error} when the model does not compile */
  async explore(source: string, signal?: AbortSignal): Promise<Exploration> {
    const folder = await mkdtemp(join(tmpdir(), 'bearward-proof-'))
    try {
      await writeFile(join(folder, 'model.m'), source)
      await this.#compile(folder)
      return readReport(await outputOf(join(folder, 'model'), signal))
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  async #compile(folder: string): Promise<void> {
    const flags = ['--deadlock-detection', 'off', '--threads', '1', '--output', 'model.c', 'model.m']
    await run(join(this.#rumur.root, 'usr/bin/rumur'), flags, { cwd: folder, env: envOf(this.#rumur) })
    const { root } = this.#compiler
    const isUnpacked = root !== '/'
    const compiler = join(root, isUnpacked ? 'usr/bin/gcc-12' : 'usr/bin/cc')
    const own = isUnpacked ? [`--sysroot=${root}`, `-B${join(root, 'usr/bin')}`] : []
    const options = ['-std=c11', '-O2', '-mcx16', ...own, '-o', 'model', 'model.c', '-lpthread']
    await run(compiler, options, { cwd: folder, env: envOf(this.#compiler) })
  }
}

/** The compiler that Debian unpacks without root, with the headers and libraries of C. */
const COMPILER = [
  'gcc-12',
  'cpp-12',
  'binutils',
  'binutils-x86-64-linux-gnu',
  'binutils-common',
  'libbinutils',
  'libctf0',
  'libctf-nobfd0',
  'libgprofng0',
  'libgcc-12-dev',
  'libc6-dev',
  'libc6',
  'linux-libc-dev',
  'libmpc3',
  'libmpfr6',
  'libgmp10',
  'libisl23',
  'libzstd1',
  'zlib1g',
  'libjansson4',
]

function envOf({ env }: Installation): NodeJS.ProcessEnv {
  return { ...process.env, ...env }
}

/** Keeps what the program says besides its progress, which may be many megabytes. */
async function outputOf(program: string, signal: AbortSignal | undefined): Promise<string> {
  const child = spawn(program, [], { stdio: ['ignore', 'pipe', 'inherit'], signal })
  let kept = ''
  let line = ''
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (text: string) => {
    const lines = (line + text).split('\n')
    line = lines.pop() ?? ''
    for (const each of lines) if (!each.includes('states explored in')) kept += `${each}\n`
  })
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve())
  })
  return kept + line
}

function readReport(output: string): Exploration {
  const [, states, rules, seconds] = /(\d+) states, (\d+) rules fired in (\d+)s/.exec(output) ?? []
  if (states === undefined) throw new Error(`the exploration did not end: ${output.slice(-2000)}`)
  const probes = new Map<string, number>()
  for (const [, name = '', hits] of output.matchAll(/cover "([^"]+)" (?:hit (\d+) times|not hit)/g)) {
    probes.set(name, Number(hits ?? 0))
  }
  const [, invariant] = /invariant "([^"]+)" failed/.exec(output) ?? []
  // A probe that no state satisfies is an error to Rumur; here it is part of the answer.
  const isClean = output.includes('No error found.') || [...probes.values()].includes(0)
  if (invariant === undefined && !isClean) throw new Error(output.slice(-2000))
  return {
    states: Number(states),
    rules: Number(rules),
    seconds: Number(seconds),
    violation: invariant === undefined ? undefined : { invariant, trace: readTrace(output) },
    probes,
  }
}
