import type { Clock } from '@bearward/core'
import type { Random } from './random.ts'
import { asRequest, currentRequest } from './request.ts'
import type { Timeline } from './timeline.ts'

/** How a process can stand still: a signal stops it while both clocks go on; asleep, the monotonic one stands still too. */
export type Pause = 'stopped' | 'asleep'

type State = 'up' | Pause | 'dead'

/** The process whose code is running; variants that read a clock ask it. */
export const processor: { running: Host | undefined } = { running: undefined }

/** One process: its clocks, which both run wrong by up to 1 %, and what waits for it while it stands still. */
export class Host implements Clock {
  readonly name: string
  readonly #timeline: Timeline
  readonly #random: Random
  readonly #wallRate: number
  readonly #monotonicRate: number
  #state: State = 'up'
  #readAt: number
  #wall: number
  #monotonic: number
  /** What came in from each source, in its order; a source is gone when its queue is empty. */
  readonly #mourners: (() => void)[] = []
  readonly #inbox = new Map<unknown, (() => void)[]>()

  constructor(name: string, timeline: Timeline, random: Random, maxDrift: number) {
    this.name = name
    this.#timeline = timeline
    this.#random = random
    // The extremes break first.
    const drift = (): number => 1 + maxDrift * random.pick([-1, 1, random.between(-1, 1)])
    this.#wallRate = drift()
    this.#monotonicRate = drift()
    this.#readAt = timeline.now
    this.#wall = 1_800_000_000_000 + random.between(-5000, 5000)
    this.#monotonic = random.between(0, 10_000)
  }

  get isDead(): boolean {
    return this.#state === 'dead'
  }

  get isUp(): boolean {
    return this.#state === 'up'
  }

  readonly now = (): number => {
    this.#advance()
    return Math.floor(this.#wall)
  }

  readonly monotonic = (): number => {
    this.#advance()
    return this.#monotonic
  }

  readonly schedule = (callback: () => void, delayMs: number): (() => void) => {
    const dueAt = this.monotonic() + Math.max(delayMs, 1)
    const request = currentRequest()
    let cancel = nothing
    const arm = (): void => {
      const leftMs = Math.max(0, dueAt - this.monotonic()) / this.#monotonicRate
      cancel = this.#timeline.after(Math.max(leftMs, 0.01), () => {
        if (this.isDead) return
        // A timer stands still while the machine sleeps.
        if (this.monotonic() < dueAt) arm()
        else this.deliver({}, () => isCancelled || request?.isOver === true || asRequest(request, callback))
      })
    }
    let isCancelled = false
    arm()
    return () => {
      isCancelled = true
      cancel()
    }
  }

  /** Runs code of this process as soon as it can run; what one source sends stays in its order. */
  deliver(source: unknown, run: () => void): void {
    if (this.isDead) return
    const queue = this.#inbox.get(source)
    if (queue !== undefined) queue.push(run)
    else if (this.#state === 'up') this.#enter(run)
    else this.#inbox.set(source, [run])
  }

  pause(how: Pause): void {
    if (this.#state !== 'up') return
    this.#advance()
    this.#state = how
  }

  /** What has come in meanwhile is taken up source by source, in any order; requests may come before messages. */
  resume(): void {
    if (this.#state !== 'stopped' && this.#state !== 'asleep') return
    this.#advance()
    this.#state = 'up'
    this.#takeNext()
  }

  crash(): void {
    if (this.isDead) return
    this.#state = 'dead'
    this.#inbox.clear()
    for (const tell of this.#mourners) tell()
  }

  /** For whoever waits for an answer of this process that will never come. */
  onDeath(tell: () => void): void {
    this.#mourners.push(tell)
  }

  /** Somebody sets the wall clock. */
  setWall(byMs: number): void {
    this.#advance()
    this.#wall += byMs
  }

  #takeNext(): void {
    if (this.#inbox.size === 0) return
    this.#timeline.after(this.#random.between(0, 0.5), () => {
      if (this.#state !== 'up' || this.#inbox.size === 0) return
      const source = this.#random.pick([...this.#inbox.keys()])
      const queue = this.#inbox.get(source) as (() => void)[]
      const run = queue.shift()
      if (queue.length === 0) this.#inbox.delete(source)
      if (run !== undefined) this.#enter(run)
      this.#takeNext()
    })
  }

  #enter(run: () => void): void {
    processor.running = this
    this.#timeline.touched()
    run()
  }

  #advance(): void {
    const passed = this.#timeline.now - this.#readAt
    if (passed === 0) return
    this.#readAt = this.#timeline.now
    this.#wall += passed * this.#wallRate
    if (this.#state !== 'asleep') this.#monotonic += passed * this.#monotonicRate
  }
}

function nothing(): void {}
