import { Attempts } from './attempts.ts'
import { type Clock, MINUTE, SECOND } from './clock.ts'
import { type Entry, type Place, type Waiter, WaitingRoom } from './waiting-room.ts'

/** A caller whose request was cancelled does not take its place. */
const TAKE_WITHIN_MS = SECOND
/** A task that runs for longer has died with its request. */
const RUN_WITHIN_MS = 10 * SECOND
const WAIT_WITHIN_MS = 10 * MINUTE
/** One id may have a quarter of the places to wait, and this many in any case. */
const LEAST_PER_ID = 8

/** Which tasks run, which wait, and which is next. */
export class TurnQueue {
  readonly #clock: Clock
  readonly #maxConcurrent: number
  readonly #maxWaiting: number
  readonly #maxPerId: number
  readonly #running = new Set<Place>()
  readonly #waiting = new WaitingRoom()
  #givenUp: Waiter[] = []
  /** Apart, so that made-up ids do not make the queue forget the attempts at ids that exist. */
  readonly #attempts: Attempts
  readonly #decoyAttempts: Attempts

  constructor(maxConcurrent: number, maxWaiting: number, clock: Clock) {
    this.#clock = clock
    this.#maxConcurrent = maxConcurrent
    this.#maxWaiting = maxWaiting
    this.#maxPerId = Math.max(Math.min(LEAST_PER_ID, maxWaiting), Math.floor(maxWaiting / 4))
    this.#attempts = new Attempts(clock)
    this.#decoyAttempts = new Attempts(clock)
  }

  /**
   * Lets a task run, wait, or be refused.
   *
   * @returns gives the task up: others take its place at once, and it is dismissed when the queue moves on
   */
  add(waiter: Waiter): () => void {
    const now = this.#clock.monotonic()
    this.#forgetDead(now)
    this.#attemptsOf(waiter).add(waiter.id)
    const entry = { waiter, expiresAt: now + (waiter.deadlineMs ?? WAIT_WITHIN_MS) }
    if (this.#canRun(waiter) || this.#makeRoom(waiter)) {
      this.#waiting.add(entry)
      this.advance()
    } else {
      waiter.refuse()
    }
    return () => {
      if (!this.#waiting.remove(entry)) return
      this.#givenUp.push(waiter)
      if (this.#givenUp.length > this.#maxWaiting) this.#dismiss()
    }
  }

  /** The task begins: from now on its place is its own until it ends. */
  take(place: Place, deadlineMs: number | undefined): void {
    place.expiresAt = this.#clock.monotonic() + Math.max(RUN_WITHIN_MS, 2 * (deadlineMs ?? 0))
  }

  /** The task has ended. */
  giveBack(place: Place): void {
    this.#running.delete(place)
    this.advance()
  }

  /** Calls the tasks that may run now. */
  advance(): void {
    const now = this.#clock.monotonic()
    this.#dismiss()
    this.#forgetDead(now)
    while (this.#running.size < this.#maxConcurrent) {
      const next = this.#next()
      if (next === undefined) return
      const { waiter } = next
      const mustRun = !waiter.isDecoy || this.#waiting.real === 0
      if (mustRun && !this.#hasPlaceFor(waiter)) return
      this.#waiting.remove(next)
      waiter.call(mustRun ? this.#placeFor(waiter, now) : undefined)
    }
  }

  #dismiss(): void {
    const givenUp = this.#givenUp
    this.#givenUp = []
    for (const waiter of givenUp) waiter.dismiss()
  }

  /** Milliseconds until a place may have been lost to a request that was cancelled. */
  get lostWithinMs(): number {
    const now = this.#clock.monotonic()
    let within = RUN_WITHIN_MS
    for (const { expiresAt } of this.#running) within = Math.min(within, expiresAt - now)
    // Never at once: where the clock stands still, this would be asked again and again.
    return Math.max(1, within)
  }

  #canRun(waiter: Waiter): boolean {
    return this.#waiting.size === 0 && this.#hasPlaceFor(waiter)
  }

  /** Decoys leave a place free for a task that counts, where there is more than one. */
  #hasPlaceFor({ isDecoy }: Waiter): boolean {
    if (this.#running.size >= this.#maxConcurrent) return false
    if (!isDecoy || this.#maxConcurrent === 1) return true
    let decoys = 0
    for (const place of this.#running) if (place.isDecoy) decoys++
    return decoys < this.#maxConcurrent - 1
  }

  #placeFor({ isDecoy }: Waiter, now: number): Place {
    const place = { isDecoy, expiresAt: now + TAKE_WITHIN_MS }
    this.#running.add(place)
    return place
  }

  /** The id with the fewest attempts goes first; of its tasks, and of ids that are equal, the one that came first. */
  #next(): Entry | undefined {
    let next: Entry | undefined
    let fewest = Number.POSITIVE_INFINITY
    for (const entry of this.#waiting) {
      const attempts = this.#attemptsOf(entry.waiter).of(entry.waiter.id)
      if (attempts >= fewest) continue
      next = entry
      fewest = attempts
    }
    return next
  }

  /** Makes room for one more task, if it may wait. An id that exists and one that does not are treated alike. */
  #makeRoom(waiter: Waiter): boolean {
    if (waiter.id !== undefined && this.#waiting.countOf(waiter.id) >= this.#maxPerId) return false
    const isFull = this.#waiting.real >= this.#maxWaiting
    const victim = isFull ? this.#victimOf(waiter) : undefined
    if (isFull && victim === undefined) return false
    if (waiter.isDecoy) {
      if (this.#waiting.decoys >= this.#maxWaiting) this.#letOldestDecoyGo()
    } else if (victim !== undefined) {
      this.#waiting.remove(victim)
      victim.waiter.refuse()
    }
    return true
  }

  /** The task that makes room in a full queue: the latest one about the id with the most tasks or, of equals, the most attempts. */
  #victimOf(waiter: Waiter): Entry | undefined {
    let victim: Entry | undefined
    let most = { tasks: this.#waiting.countOf(waiter.id) + 1, attempts: this.#attemptsOf(waiter).of(waiter.id) }
    for (const entry of this.#waiting) {
      const { id, isDecoy } = entry.waiter
      if (isDecoy) continue
      const load = { tasks: this.#waiting.countOf(id), attempts: this.#attempts.of(id) }
      const difference = load.tasks - most.tasks || load.attempts - most.attempts
      if (difference < 0 || (difference === 0 && victim === undefined)) continue
      victim = entry
      most = load
    }
    return victim
  }

  #letOldestDecoyGo(): void {
    for (const entry of this.#waiting) {
      if (!entry.waiter.isDecoy) continue
      this.#waiting.remove(entry)
      entry.waiter.call(undefined)
      return
    }
  }

  #attemptsOf({ isDecoy }: Waiter): Attempts {
    return isDecoy ? this.#decoyAttempts : this.#attempts
  }

  /** On some runtimes a request that is cancelled neither gives its place back nor gives up waiting. */
  #forgetDead(now: number): void {
    for (const place of this.#running) if (now >= place.expiresAt) this.#running.delete(place)
    for (const entry of this.#waiting) if (now >= entry.expiresAt) this.#waiting.remove(entry)
  }
}
