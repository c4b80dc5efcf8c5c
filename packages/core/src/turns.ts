import { type Clock, schedule, systemClock } from './clock.ts'
import { TurnQueue } from './turn-queue.ts'
import type { Place, Turn } from './waiting-room.ts'

/** Runs tasks: a set number at once, and no more than a set number that wait. */
export type Turns = {
  /** The result of a task. */
  <T>(signal: AbortSignal, task: () => Promise<T>, turn?: Turn & { readonly isDecoy?: false | undefined }): Promise<T>
  /** The result of a task that may be left out: then `undefined`. */
  <T>(signal: AbortSignal, task: () => Promise<T>, turn: Turn): Promise<T | undefined>
}

/**
 * Lets a set number of tasks run at once, a set number wait, and refuses the rest: for work that is slow on purpose. Ids take
 * turns: the id that was asked about the least in the last minute goes first. One id may have a quarter of the places to wait, and eight
 * in any case. In a full queue a task makes room for one about an id that asks for less.
 *
 * @param maxConcurrent tasks that run at the same time, at least 1
 * @param maxWaiting tasks that may wait for their turn
 * @param clock where time comes from. Default `systemClock`
 * @returns a function that rejects when too many wait, or when its signal fires before the task's turn
 * @example
 * ```ts
 * import { takeTurns } from '@bearward/core/formats'
 *
 * const turns = takeTurns(2, 64)
 * const isRight = await turns(AbortSignal.timeout(5000), async () => true, { id: 'key_1', deadlineMs: 5000 })
 * ```
 */
export function takeTurns(maxConcurrent: number, maxWaiting: number, clock: Clock = systemClock): Turns {
  const queue = new TurnQueue(maxConcurrent, maxWaiting, clock)
  const run = async <T>(signal: AbortSignal, task: () => Promise<T>, turn: Turn = {}): Promise<T | undefined> => {
    const called = turnOf(queue, clock, signal, turn)
    const place = called instanceof Promise ? await called : called
    if (place === undefined) {
      await nextTurn()
      return undefined
    }
    try {
      queue.take(place, turn.deadlineMs)
      // The request may have been given up while it waited: then the work is not worth a thread.
      signal.throwIfAborted()
      return await task()
    } finally {
      queue.giveBack(place)
    }
  }
  return run as Turns
}

/**
 * Waits for a task's turn.
 *
 * @returns its place, at once where one is free; `undefined` for a decoy that is left out
 */
function turnOf(queue: TurnQueue, clock: Clock, signal: AbortSignal, turn: Turn): Place | Promise<Place | undefined> {
  const wait = new Wait()
  const giveUp = queue.add({
    id: turn.id,
    deadlineMs: turn.deadlineMs,
    isDecoy: turn.isDecoy ?? false,
    call: (place) => wait.end(place),
    refuse: () => wait.fail(new Error('secretHash: too many checks are waiting')),
    dismiss: () => wait.fail(signal.reason),
  })
  if (wait.place !== undefined) return wait.place
  if (!wait.isOver) {
    signal.addEventListener('abort', giveUp)
    const cancelTimer = watch(queue, clock)
    wait.onEnd = () => {
      signal.removeEventListener('abort', giveUp)
      cancelTimer()
    }
    if (signal.aborted) giveUp()
  }
  return wait.promise
}

/**
 * Lets everything else have its turn. Each decoy that comes to a full queue lets an older one go: callers that ask again at once
 * would never leave the microtasks, and no check would end.
 */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => schedule(systemClock, 0, resolve, true))
}

class Wait {
  readonly promise: Promise<Place | undefined>
  place: Place | undefined
  isOver = false
  onEnd = (): void => {}
  #resolve: (place: Place | undefined) => void = () => {}
  #reject: (error: unknown) => void = () => {}

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  end(place: Place | undefined): void {
    this.place = place
    this.isOver = true
    this.onEnd()
    this.#resolve(place)
  }

  fail(error: unknown): void {
    this.isOver = true
    this.onEnd()
    this.#reject(error)
  }
}

/** Moves the queue on when requests that held its places were cancelled. Each waiting request does so by a timer of its own. */
function watch(queue: TurnQueue, clock: Clock): () => void {
  let cancel = (): void => {}
  let isOver = false
  const look = (): void => {
    queue.advance()
    if (!isOver) arm()
  }
  const arm = (): void => {
    try {
      cancel = schedule(clock, queue.lostWithinMs, look)
    } catch {
      // Without timers the next task that comes or ends moves the queue on.
    }
  }
  arm()
  return () => {
    isOver = true
    cancel()
  }
}
