import { type ChildProcess, fork } from 'node:child_process'
import cluster from 'node:cluster'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Action, FromProcess, ProcessConfig, ToProcess } from './protocol.ts'

const PROGRAM = join(import.meta.dirname, 'process.ts')
/** Processes are started so often that reading the sources anew each time would take longer than all else. */
const NODE_COMPILE_CACHE = join(import.meta.dirname, '../../node_modules/.cache/faults')

export type Changed = Extract<FromProcess, { type: 'changed' }>

/** One process of the fleet, started again under the same name when it was killed. */
export class Member {
  readonly config: ProcessConfig
  /** Whether it is a worker of the cluster module. */
  readonly #isClustered: boolean
  #child: ChildProcess | undefined
  /** Changes under way, by their key. */
  #changes = new Map<number, { resolve(changed: Changed): void; reject(error: Error): void }>()
  #waiting = new Set<() => void>()
  #window = { from: 0, to: 0 }
  #isReady = false
  #hasFlushed = false
  isLeased = false
  /** When the lease came that it holds. */
  leasedAt = 0n

  constructor(config: ProcessConfig, isClustered: boolean) {
    this.config = config
    this.#isClustered = isClustered
  }

  async start(): Promise<void> {
    const child = this.#isClustered
      ? this.#forkWorker()
      : fork(PROGRAM, [JSON.stringify(this.config)], { env: { ...process.env, NODE_COMPILE_CACHE } })
    this.#child = child
    child.on('message', (message: FromProcess) => this.#hear(message))
    child.once('exit', () => this.#forget(child))
    await this.until(() => this.#isReady || this.#child !== child)
    if (this.#child !== child) throw new Error('a process ended before it was ready')
    this.#send({ type: 'window', ...this.#window })
  }

  /** Resolves when the condition holds; it is looked at after each message of the process. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.add(resolve))
  }

  verify(from: number, to: number): void {
    this.#window = { from, to }
    this.#send({ type: 'window', from, to })
  }

  /** @throws Error when the keyring rejects, or when the process ends */
  change(action: Action, key: number): Promise<Changed> {
    if (this.#child === undefined) return Promise.reject(new Error('the process is not running'))
    return new Promise((resolve, reject) => {
      this.#changes.set(key, { resolve, reject })
      this.#send({ type: 'change', action, key })
    })
  }

  /** Makes it forget all keys and read them again, by answers of the store that come up to so much later. */
  reread(lateMs: number): void {
    this.#send({ type: 'reread', lateMs })
  }

  /** Publishes what others have committed and not published. */
  async flush(): Promise<void> {
    this.#hasFlushed = false
    this.#send({ type: 'flush' })
    await this.until(() => this.#hasFlushed)
  }

  /** It will die when it has committed so many changes, before it has published one of them. */
  doom(changes: number): void {
    this.#send({ type: 'doom', changes })
  }

  suspend(): void {
    this.#child?.kill('SIGSTOP')
  }

  resume(): void {
    this.#child?.kill('SIGCONT')
  }

  async kill(): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const end = once(child, 'exit')
    child.kill('SIGKILL')
    await end
  }

  #forkWorker(): ChildProcess {
    cluster.setupPrimary({ exec: PROGRAM, args: [JSON.stringify(this.config)] })
    return cluster.fork({ NODE_COMPILE_CACHE }).process
  }

  #send(message: ToProcess): void {
    if (this.#child?.connected) this.#child.send(message, () => {})
  }

  #hear(message: FromProcess): void {
    if (message.type === 'ready') this.#isReady = true
    else if (message.type === 'flushed') this.#hasFlushed = true
    else if (message.type === 'lease') {
      this.isLeased = message.isHeld
      this.leasedAt = BigInt(message.at)
    } else {
      const change = this.#changes.get(message.key)
      this.#changes.delete(message.key)
      if (message.type === 'changed') change?.resolve(message)
      else change?.reject(new Error(message.reason))
    }
    this.#wake()
  }

  #forget(child: ChildProcess): void {
    if (this.#child !== child) return
    this.#child = undefined
    this.#isReady = false
    this.isLeased = false
    for (const { reject } of this.#changes.values()) reject(new Error('the process has ended'))
    this.#changes.clear()
    this.#wake()
  }

  #wake(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const wake of waiting) wake()
  }
}
