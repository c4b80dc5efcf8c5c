/** Something that will happen. */
interface Event {
  readonly at: number
  readonly order: number
  run: (() => void) | undefined
}

/** True time, which no process can read, and what happens in it: one thing after the other, in an order that the seed gives. */
export class Timeline {
  /** Milliseconds of true time. */
  now = 0
  readonly #heap: Event[] = []
  #order = 0
  #mayHavePromises = false

  /** Lets `run` happen after `delayMs`; the function that comes back takes it out again. */
  after(delayMs: number, run: () => void): () => void {
    const event: Event = { at: this.now + delayMs, order: this.#order++, run }
    this.#push(event)
    return () => {
      event.run = undefined
    }
  }

  /** Code of a process has run: what it promised itself is settled before anything else happens. */
  touched(): void {
    this.#mayHavePromises = true
  }

  async runUntil(end: number): Promise<void> {
    for (let event = this.#heap[0]; event !== undefined && event.at <= end; event = this.#heap[0]) {
      this.#pop()
      if (event.run === undefined) continue
      this.now = event.at
      event.run()
      if (!this.#mayHavePromises) continue
      this.#mayHavePromises = false
      // Every microtask comes before the next immediate.
      await new Promise((settled) => setImmediate(settled))
    }
    this.now = end
  }

  #push(event: Event): void {
    const heap = this.#heap
    let index = heap.length
    heap.push(event)
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!isBefore(event, heap[parent] as Event)) break
      heap[index] = heap[parent] as Event
      index = parent
    }
    heap[index] = event
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop() as Event
    if (heap.length === 0) return
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Event, heap[child] as Event)) child++
      if (!isBefore(heap[child] as Event, last)) break
      heap[index] = heap[child] as Event
      index = child
    }
    heap[index] = last
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order)
}
