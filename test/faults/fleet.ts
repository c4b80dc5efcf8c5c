import { type ChildProcess, fork } from 'node:child_process'
import cluster from 'node:cluster'
import { once } from 'node:events'
import { join } from 'node:path'
import type { FromProcess, ProcessConfig, ToProcess } from './protocol.ts'

const PROGRAM = join(import.meta.dirname, 'process.ts')

export type Revoked = Extract<FromProcess, { type: 'revoked' }>

/** One process of the fleet, started again under the same name when it was killed. */
export class Member {
  readonly config: ProcessConfig
  /** Whether it is a worker of the cluster module. */
  readonly #isClustered: boolean
  #child: ChildProcess | undefined
  #revocations = new Map<number, { resolve(revoked: Revoked): void; reject(error: Error): void }>()
  #waiting = new Set<() => void>()
  #window = { from: 0, to: 0 }
  #isReady = false
  isLeased = false
  /** When the lease came that it holds. */
  leasedAt = 0n

  constructor(config: ProcessConfig, isClustered: boolean) {
    this.config = config
    this.#isClustered = isClustered
  }

  async start(): Promise<void> {
    const child = this.#isClustered ? this.#forkWorker() : fork(PROGRAM, [JSON.stringify(this.config)])
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
  revoke(key: number): Promise<Revoked> {
    return new Promise((resolve, reject) => {
      this.#revocations.set(key, { resolve, reject })
      this.#send({ type: 'revoke', key })
    })
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
    return cluster.fork().process
  }

  #send(message: ToProcess): void {
    if (this.#child?.connected) this.#child.send(message, () => {})
  }

  #hear(message: FromProcess): void {
    if (message.type === 'ready') this.#isReady = true
    else if (message.type === 'lease') {
      this.isLeased = message.isHeld
      this.leasedAt = BigInt(message.at)
    } else {
      const revocation = this.#revocations.get(message.key)
      this.#revocations.delete(message.key)
      if (message.type === 'revoked') revocation?.resolve(message)
      else revocation?.reject(new Error(message.reason))
    }
    this.#wake()
  }

  #forget(child: ChildProcess): void {
    if (this.#child !== child) return
    this.#child = undefined
    this.#isReady = false
    this.isLeased = false
    for (const { reject } of this.#revocations.values()) reject(new Error('the process has ended'))
    this.#revocations.clear()
    this.#wake()
  }

  #wake(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const wake of waiting) wake()
  }
}
