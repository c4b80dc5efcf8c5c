import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { killFamily, signalFamily } from './family.ts'
import { type Guard, startGuard } from './guard.ts'
import { freePort } from './port.ts'
import type { Server } from './server.ts'

/** A program with its arguments, and as whom it runs. */
export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly uid?: number
  readonly gid?: number
}

/** What differs between the servers. */
export interface Recipe {
  readonly name: string
  /** Ends the server in good order, without waiting for its clients. */
  readonly stopSignal: NodeJS.Signals
  /** Ends the server when its clients have gone, where it has such a signal. */
  readonly patientSignal?: NodeJS.Signals
  /** What the server writes to its log once it answers. */
  readonly ready: RegExp
  /** Fills the folder, and says what makes the data. */
  prepare(folder: string): Promise<readonly Command[]>
  serve(folder: string, port: number): Command
  url(port: number): string
}

const READY_WITHIN_MS = 60_000
const STOPPED_WITHIN_MS = 10_000
/** A client that has just said goodbye may be read by the server only now; ended by force, it would be told of an error. */
const CLIENTS_GONE_WITHIN_MS = 300
const ASK_AGAIN_MS = 500
const PORT_TAKEN = /address already in use/i

/** Starts a server as a process of its own, in a temporary folder. */
export async function startOwnServer(recipe: Recipe): Promise<Server> {
  const server = new OwnServer(recipe, startGuard(recipe.name, recipe.stopSignal))
  try {
    await server.create()
    return server
  } catch (error) {
    await server.close()
    throw error
  }
}

class OwnServer implements Server {
  port = 0
  readonly #recipe: Recipe
  readonly #guard: Guard
  #child: ChildProcess | undefined

  constructor(recipe: Recipe, guard: Guard) {
    this.#recipe = recipe
    this.#guard = guard
  }

  get url(): string {
    return this.#recipe.url(this.port)
  }

  get pid(): number {
    return this.#running().pid as number
  }

  get dataDir(): string {
    return join(this.#guard.folder, 'data')
  }

  async create(): Promise<void> {
    for (const command of await this.#recipe.prepare(this.#guard.folder)) {
      const code = await ended(this.#spawn(command))
      if (code !== 0) throw new Error(`${command.file} failed (${code}):\n${this.#log().slice(-4000)}`)
    }
    for (let tries = 1; ; tries++) {
      this.port = await freePort()
      try {
        return await this.restart()
      } catch (error) {
        // Another process was quicker to take the port.
        if (tries === 5 || !PORT_TAKEN.test(String(error))) throw error
      }
    }
  }

  async restart(): Promise<void> {
    await this.stop()
    const { name, ready, serve } = this.#recipe
    const logged = this.#log().length
    const child = this.#spawn(serve(this.#guard.folder, this.port))
    const deadline = performance.now() + READY_WITHIN_MS

    for (;;) {
      const log = this.#log().slice(logged)
      if (ready.test(log)) return
      if (this.#child !== child) throw new Error(`${name} ended before it was ready:\n${log.slice(-4000)}`)
      if (performance.now() > deadline) throw new Error(`${name} was not ready in time:\n${log.slice(-4000)}`)
      await wait(10)
    }
  }

  async stop(signal: NodeJS.Signals = this.#recipe.stopSignal): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    const end = ended(child)
    child.kill(signal)
    // A process that stands still obeys no signal.
    this.resume()
    // Redis forgets one that comes while it finishes its first copy of a primary.
    const again = setInterval(() => child.kill(signal), ASK_AGAIN_MS)
    await end.finally(() => clearInterval(again))
  }

  async kill(): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    const end = ended(child)
    await killFamily(this.pid)
    await end
  }

  pause(): void {
    signalFamily(this.pid, 'SIGSTOP')
  }

  resume(): void {
    signalFamily(this.pid, 'SIGCONT')
  }

  async close(): Promise<void> {
    await this.#stopPatiently()
    const late = new AbortController()
    await Promise.race([this.stop(), wait(STOPPED_WITHIN_MS, undefined, { signal: late.signal }).catch(() => {})])
    late.abort()
    await this.kill()
    this.#guard.dismiss()
  }

  async #stopPatiently(): Promise<void> {
    const { patientSignal } = this.#recipe
    const child = this.#child
    if (patientSignal === undefined || child === undefined) return
    const late = new AbortController()
    const end = ended(child)
    child.kill(patientSignal)
    await Promise.race([end, wait(CLIENTS_GONE_WITHIN_MS, undefined, { signal: late.signal }).catch(() => {})])
    late.abort()
  }

  #running(): ChildProcess {
    if (this.#child === undefined) throw new Error(`${this.#recipe.name} is not running`)
    return this.#child
  }

  /** Its output goes to a file: a pipe that nobody reads would fill and hold the server up. */
  #spawn({ file, args, env, ...owner }: Command): ChildProcess {
    const log = openSync(this.#logFile(), 'a')
    const child = spawn(file, args, {
      ...owner,
      cwd: this.#guard.folder,
      // A group of its own: Ctrl-C ends this process first, and the guard then ends the server.
      detached: true,
      env: { ...process.env, ...env },
      stdio: ['ignore', log, log],
    })
    this.#guard.watch(child.pid)
    closeSync(log)
    child.unref()
    child.once('error', (error) => appendFileSync(this.#logFile(), `${error}\n`))
    this.#child = child
    child.once('close', () => {
      this.#child = undefined
      this.#guard.watch(undefined)
    })
    return child
  }

  #logFile(): string {
    return join(this.#guard.folder, 'log')
  }

  #log(): string {
    try {
      return readFileSync(this.#logFile(), 'utf8')
    } catch {
      return ''
    }
  }
}

/** Waits for the end, and keeps this process for so long. */
function ended(child: ChildProcess): Promise<number | null> {
  child.ref()
  return new Promise((resolve) => child.once('close', resolve))
}
