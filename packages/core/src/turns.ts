/** Runs tasks: a set number at once, and no more than a set number that wait. */
export type Turns = <T>(signal: AbortSignal, task: () => Promise<T>) => Promise<T>

/**
 * Lets a set number of tasks run at once, a set number wait, and refuses the rest: for work that is slow on purpose.
 *
 * @param maxConcurrent tasks that run at the same time, at least 1
 * @param maxWaiting tasks that may wait for their turn; one more is refused
 * @returns a function that rejects when too many wait, or when its signal fires before the task's turn
 * @example
 * ```ts
 * import { takeTurns } from '@bearward/core/formats'
 *
 * const turns = takeTurns(2, 64)
 * const isRight = await turns(AbortSignal.timeout(5000), async () => true)
 * ```
 */
export function takeTurns(maxConcurrent: number, maxWaiting: number): Turns {
  let running = 0
  const waiting: (() => void)[] = []
  return async (signal, task) => {
    if (running >= maxConcurrent) {
      if (waiting.length >= maxWaiting) throw new Error('secretHash: too many checks are waiting')
      await new Promise<void>((turn) => waiting.push(turn))
    } else {
      running++
    }
    try {
      // The request may have been given up while it waited: then the work is not worth a thread.
      signal.throwIfAborted()
      return await task()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}
