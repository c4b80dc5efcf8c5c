import { type Clock, schedule } from './clock.ts'

/** Options of `SharedWork`. */
export interface SharedWorkOptions {
  readonly clock: Clock
  /** Milliseconds without progress after which work that another request began counts as lost, from 1 on. */
  readonly patienceMs: number
}

/**
 * Work that is shared.
 *
 * @param progress says that the work goes on, where it may take longer than `patienceMs`; `false` when it was taken for lost and
 *   has been begun again: then it must end
 */
export type Work<T> = (progress: () => boolean) => Promise<T>

interface Run<T> {
  result: Promise<T>
  progressAt: number
}

/** Stands in until the work has returned its promise. */
const NOT_BEGUN = new Promise<never>(() => {})

/**
 * Work that all who need it at the same time share, such as opening a connection. Some runtimes cancel a request together with its
 * promises and timers. So a request that waits for the work of another one waits by a timer of its own, and begins it again when
 * it was lost.
 *
 * @typeParam T the result of the work
 * @example
 * ```ts
 * import { SharedWork, systemClock } from '@bearward/core'
 *
 * const opening = new SharedWork<string>({ clock: systemClock, patienceMs: 3000 })
 * const open = async (): Promise<string> => 'connection'
 * const [one, other] = await Promise.all([opening.run(open), opening.run(open)]) // opened once
 * ```
 */
export class SharedWork<T> {
  readonly #clock: Clock
  readonly #patienceMs: number
  #current: Run<T> | undefined

  constructor({ clock, patienceMs }: SharedWorkOptions) {
    this.#clock = clock
    this.#patienceMs = patienceMs
  }

  /** True while work is in progress that has not been lost. */
  get isInProgress(): boolean {
    return this.#current !== undefined && this.#leftMs(this.#current) > 0
  }

  /**
   * The result of the work in progress, or of work that is begun now.
   *
   * @throws what the work throws
   */
  run(work: Work<T>): Promise<T> {
    const current = this.#current
    return current !== undefined && this.isInProgress ? this.#join(current, () => this.#begin(work)) : this.#begin(work)
  }

  /** Resolves when no work is in progress any more; never rejects. */
  async settled(): Promise<void> {
    while (this.#current !== undefined && this.isInProgress) {
      const current = this.#current
      await this.#join<unknown>(current, async () => {}).catch(() => {})
    }
  }

  #begin(work: Work<T>): Promise<T> {
    const run: Run<T> = { result: NOT_BEGUN, progressAt: this.#clock.monotonic() }
    this.#current = run
    const progress = (): boolean => {
      if (this.#current !== run) return false
      run.progressAt = this.#clock.monotonic()
      return true
    }
    run.result = attempt(work, progress).finally(() => {
      if (this.#current === run) this.#current = undefined
    })
    return run.result
  }

  /** @param instead what is done when the work was lost */
  async #join<R>(run: Run<T>, instead: () => Promise<R>): Promise<T | R> {
    const result = await this.#resultOf(run)
    if (result !== undefined) return result.value
    const current = this.#current
    return current !== undefined && current !== run && this.isInProgress ? this.#join(current, instead) : instead()
  }

  /** @returns `undefined` when the work was lost */
  #resultOf(run: Run<T>): Promise<{ readonly value: T } | undefined> {
    return new Promise((resolve, reject) => {
      let cancel = (): void => {}
      let isOver = false
      const end = (): void => {
        isOver = true
        cancel()
      }
      const lose = (): void => {
        end()
        resolve(undefined)
      }
      const watch = (): void => {
        const { progressAt } = run
        try {
          cancel = schedule(this.#clock, this.#leftMs(run), () => {
            if (isOver) return
            if (run.progressAt === progressAt) lose()
            else watch()
          })
        } catch {
          // Without a timer there would be no end to the wait.
          lose()
        }
      }
      run.result.then((value) => resolve({ value }), reject).finally(end)
      watch()
    })
  }

  #leftMs({ progressAt }: Run<T>): number {
    return progressAt + this.#patienceMs - this.#clock.monotonic()
  }
}

/** Turns an error that the work throws at once into a rejection, so that the work does not stay in progress. */
async function attempt<T>(work: Work<T>, progress: () => boolean): Promise<T> {
  return work(progress)
}
