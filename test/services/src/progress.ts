import { Worker } from 'node:worker_threads'

/** What a long command says of itself on standard error. */
export interface Progress {
  /** Says what is being done, on one line. */
  say(text: string): void
  /** Ends it; a terminal loses the line. */
  end(): void
}

export interface ProgressOptions {
  /** Milliseconds between lines where there is no terminal. Default 10000. */
  readonly everyMs?: number
  /** Where they go. Default: standard error. */
  readonly descriptor?: number
  /** Default: whether standard error is one. */
  readonly isTerminal?: boolean
}

/** Runs in a thread of its own, since what is measured keeps the main one busy for longer than ten seconds. */
const WRITER = `
  const { parentPort, workerData: { everyMs, descriptor } } = require('node:worker_threads')
  const { writeSync } = require('node:fs')
  const startedAt = performance.now()
  let text = 'begun'
  parentPort.on('message', (said) => { text = said })
  setInterval(() => {
    writeSync(descriptor, text + ' (after ' + Math.round((performance.now() - startedAt) / 1000) + ' s)\\n')
  }, everyMs)
`

/**
 * Begins to say how far a long command is. A terminal shows one line that changes; a log gets a line every ten seconds,
 * also while the command computes without a pause.
 */
export function startProgress(options: ProgressOptions = {}): Progress {
  const { everyMs = 10_000, descriptor = 2, isTerminal = process.stderr.isTTY === true } = options
  if (isTerminal) {
    return {
      say: (text) => process.stderr.write(`\r\x1b[K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`),
      end: () => process.stderr.write('\r\x1b[K'),
    }
  }
  const writer = new Worker(WRITER, { eval: true, workerData: { everyMs, descriptor } })
  writer.unref()
  return { say: (text) => writer.postMessage(text), end: () => void writer.terminate() }
}
