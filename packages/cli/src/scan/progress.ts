import type { Output } from '../output.ts'
import type { Coverage } from './coverage.ts'

/** Between two lines for a log, in milliseconds. */
const EVERY = 10_000
/** Calls between two updates of a terminal. */
const CALLS_BETWEEN_UPDATES = 64
const MEGABYTE = 1_000_000

/** Calls a function again and again, until what it returns is called. */
export type Repeat = (call: () => void, everyMs: number) => () => void

function repeat(call: () => void, everyMs: number): () => void {
  const timer = setInterval(call, everyMs).unref()
  return () => clearInterval(timer)
}

/** Tells how far a scan has got: a terminal in a line that is rewritten, a log in a line every ten seconds. */
export class ScanProgress {
  readonly #output: Output
  readonly #coverage: Coverage
  readonly #stop: () => void
  #calls = 0

  constructor(output: Output, coverage: Coverage, repeated: Repeat = repeat) {
    this.#output = output
    this.#coverage = coverage
    this.#stop = output.isWatched ? () => {} : repeated(() => output.note(`Scanning: ${this.#text()}`), EVERY)
  }

  /** Is called while the scan goes on. */
  readonly update = (): void => {
    if (this.#output.isWatched && this.#calls++ % CALLS_BETWEEN_UPDATES === 0) this.#output.progress(this.#text())
  }

  /** Takes the line away again. */
  readonly end = (): void => {
    this.#stop()
    if (this.#output.isWatched) this.#output.progress('')
  }

  #text(): string {
    const { files, bytes, noun } = this.#coverage
    const megabytes = `${Math.round(bytes / MEGABYTE)} MB`
    return noun === undefined ? megabytes : `${files} ${noun}s, ${megabytes}`
  }
}
