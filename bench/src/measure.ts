import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { SuiteName } from './suites.ts'
import type { Order } from './worker.ts'

/** How long and how often to measure. */
export interface Effort {
  readonly rounds: number
  /** CPU milliseconds of one turn of one candidate. */
  readonly turnMs: number
  /** CPU milliseconds before the first round, for the compiler to finish. */
  readonly warmUpMs: number
  /** One process for all instead of one for each: quicker, and what the compiler learns from one sways the next. */
  readonly shared: boolean
}

export const THOROUGH: Effort = { rounds: 15, turnMs: 40, warmUpMs: 400, shared: false }
export const QUICK: Effort = { rounds: 1, turnMs: 1, warmUpMs: 0, shared: true }

/** One thing to measure: a candidate of a suite, for so many keys or characters. */
export interface Subject {
  readonly suite: SuiteName
  readonly candidate: string
  readonly size: number
}

/** Nanoseconds of CPU time an operation, one figure for each round. */
export type Rounds = readonly number[]

/**
 * Measures the subjects in turns, so that whatever slows the machine down slows all of them. Each has a process of its
 * own, unless the effort is `shared`: what the compiler learns from one must not slow or help the next.
 */
export async function measure(subjects: readonly Subject[], effort: Effort): Promise<Rounds[]> {
  const { shared } = effort
  const workers = shared ? [new Worker()] : subjects.map(() => new Worker())
  const workerOf = (index: number): Worker => workers[shared ? 0 : index] as Worker
  try {
    const iterations: number[] = []
    for (const [index, subject] of subjects.entries()) iterations.push(await warmUp(workerOf(index), subject, effort))
    const rounds = subjects.map((): number[] => [])
    for (let round = 0; round < effort.rounds; round++) {
      for (let turn = 0; turn < subjects.length; turn++) {
        // Another one begins each round, so that none always follows the same one.
        const index = (turn + round) % subjects.length
        const count = iterations[index] as number
        rounds[index]?.push(await workerOf(index).run(subjects[index] as Subject, count))
      }
    }
    return rounds
  } finally {
    for (const worker of workers) worker.stop()
  }
}

/** Runs a subject until the compiler has had its time; answers how many operations fill a turn. */
async function warmUp(worker: Worker, subject: Subject, { turnMs, warmUpMs }: Effort): Promise<number> {
  let iterations = 16
  let spentMs = 0
  for (;;) {
    const turn = ((await worker.run(subject, iterations)) * iterations) / 1e6
    spentMs += turn
    if (turn < turnMs / 2) iterations *= 2
    else if (spentMs >= warmUpMs) return Math.max(1, Math.round((iterations * turnMs) / turn))
  }
}

class Worker {
  readonly #child: ChildProcess

  constructor() {
    this.#child = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), { stdio: ['ignore', 2, 2, 'ipc'] })
  }

  async run(subject: Subject, iterations: number): Promise<number> {
    const order: Order = { ...subject, iterations }
    this.#child.send(order)
    const waiting = new AbortController()
    try {
      const answer = await Promise.race([
        once(this.#child, 'message', waiting).then(([message]) => message as { microseconds: number }),
        once(this.#child, 'exit', waiting).then(([code]) => {
          throw new Error(`measuring ${subject.suite}: ${subject.candidate} ended with ${code}`)
        }),
      ])
      return (answer.microseconds * 1000) / iterations
    } finally {
      waiting.abort()
    }
  }

  stop(): void {
    this.#child.kill()
  }
}
