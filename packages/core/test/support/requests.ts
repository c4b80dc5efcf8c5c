import { ManualClock } from '../manual-clock.ts'

/** A request as an edge runtime knows it: promises and timers are its own, and end with it. */
interface Request {
  isAbandoned: boolean
  isOver: boolean
  /** Settles the promise that the test waits for, when the client has left. */
  readonly leave: () => void
}

/**
 * Requests that may be abandoned, as workerd does when a client resets its connection: what they wait for never settles, and
 * their timers never fire. A timer or promise belongs to the request whose code was running when it was made.
 */
export class Requests {
  readonly clock: ManualClock
  readonly #waiting: Request[] = []
  #current: Request | undefined

  constructor() {
    const clock = new ManualClock()
    this.clock = Object.assign(clock, {
      schedule: this.#schedulingOf(clock.schedule),
    })
  }

  /** Requests that have neither been answered nor abandoned. */
  get waiting(): number {
    return this.#waiting.length
  }

  /**
   * Runs a request. Resolves when it was answered or abandoned.
   *
   * @param answered called with what the handler answers, unless the client has left before
   */
  run<T>(handle: () => Promise<T>, answered: (answer: T) => void): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const request: Request = { isAbandoned: false, isOver: false, leave: resolve }
      this.#waiting.push(request)
      const end = (answer: T): void => {
        if (request.isAbandoned) return
        request.isOver = true
        this.#forget(request)
        answered(answer)
        resolve()
      }
      this.#current = request
      handle().then(end).catch(reject)
      this.#current = undefined
    })
  }

  /** The client of the nth request that waits goes away. */
  abandon(nth: number): void {
    const request = this.#waiting[nth]
    if (request === undefined) return
    request.isAbandoned = true
    this.#forget(request)
    request.leave()
  }

  /** Something that the current request waits for. */
  async within<T>(work: () => Promise<T>): Promise<T> {
    const request = this.#current
    const [settled] = await Promise.allSettled([work()])
    if (request?.isAbandoned === true) return new Promise<never>(() => {})
    this.#current = request
    if (settled.status === 'rejected') throw settled.reason
    return settled.value
  }

  #forget(request: Request): void {
    const index = this.#waiting.indexOf(request)
    if (index !== -1) this.#waiting.splice(index, 1)
  }

  #schedulingOf(schedule: ManualClock['schedule']): ManualClock['schedule'] {
    return (callback, delayMs) => {
      const request = this.#current
      return schedule(() => {
        if (request?.isAbandoned === true || request?.isOver === true) return
        this.#current = request
        callback()
        this.#current = undefined
      }, delayMs)
    }
  }
}
