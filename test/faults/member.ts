import { type ChildProcess, fork } from 'node:child_process'
import cluster from 'node:cluster'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Answer, OrderName, Orders, Setting } from './orders.ts'

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url))

/** How processes are started: each by itself, or as workers of a cluster. */
export type Start = 'fork' | 'cluster'

const running = new Set<ChildProcess>()
// A process that stands still would outlive this one.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** A process of the test, as seen from outside. It can be killed and started again. */
export class Member {
  readonly name: string
  readonly #setting: Setting
  readonly #start: Start
  readonly #waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>()
  readonly files: string[] = []
  #child: ChildProcess | undefined
  #asked = 0

  constructor(name: string, setting: Setting, start: Start) {
    this.name = name
    this.#setting = setting
    this.#start = start
  }

  get pid(): number {
    return this.#child?.pid as number
  }

  /** Starts the process, or another one after it was killed. */
  async start(): Promise<void> {
    const file = `${this.#setting.file}.${this.files.length}`
    this.files.push(file)
    const child = startChild(this.#start, { FAULTS_SETTING: JSON.stringify({ ...this.#setting, file }) })
    this.#child = child
    running.add(child)
    child.once('exit', () => {
      running.delete(child)
      for (const { reject } of this.#waiting.values()) reject(new Error(`${this.name} has ended`))
      this.#waiting.clear()
    })
    const isReady = once(child, 'message')
    await Promise.race([isReady, endedEarly(child, this.name)])
    child.on('message', (answer: Answer) => this.#receive(answer))
  }

  ask<Name extends OrderName>(name: Name, ...args: Parameters<Orders[Name]>): ReturnType<Orders[Name]> {
    const id = ++this.#asked
    const answered = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    this.#child?.send({ id, name, args }, (error) => {
      if (error) this.#waiting.get(id)?.reject(error)
    })
    return answered as ReturnType<Orders[Name]>
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** Ends it in good order, if it can. */
  async close(): Promise<void> {
    this.signal('SIGCONT')
    const late = setTimeout(() => this.signal('SIGKILL'), 2000)
    await this.ask('close').catch(() => {})
    clearTimeout(late)
    await this.#end('SIGKILL')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }

  #receive({ id, result, error }: Answer): void {
    const asked = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error === undefined) asked?.resolve(result as never)
    else asked?.reject(new Error(`${this.name}: ${error}`))
  }
}

function startChild(start: Start, env: Record<string, string>): ChildProcess {
  if (start === 'fork') return fork(WORKER, { env: { ...process.env, ...env }, execArgv: [] })
  cluster.setupPrimary({ exec: WORKER, execArgv: [] })
  return cluster.fork(env).process
}

async function endedEarly(child: ChildProcess, name: string): Promise<never> {
  const [code, signal] = await once(child, 'exit')
  throw new Error(`${name} ended before it was ready (${signal ?? code})`)
}
