import { type Clock, SECOND, schedule, systemClock } from '@bearward/core'
import type { Output } from './output.ts'

/** Where no terminal shows progress, a line is written so often: a log shows that the command still runs, and how far it is. */
const EVERY_MS: number = 10 * SECOND

/**
 * How far a long command has come. A person at a terminal sees one line that changes. In a log or a pipe, standard error gets
 * a line every ten seconds, also while nothing is reported.
 */
export class Progress {
  readonly #output: Output
  readonly #name: string
  readonly #clock: Clock
  readonly #startedAt: number
  #text: string
  #writtenAt: number
  #cancel: () => void = () => {}

  /**
   * @param name of the command, in front of each line of a log
   * @param text what is being done until `update()` says how far it is
   */
  constructor(output: Output, name: string, text: string, clock: Clock = systemClock) {
    this.#output = output
    this.#name = name
    this.#text = text
    this.#clock = clock
    this.#startedAt = this.#writtenAt = clock.monotonic()
    if (!output.isWatched) this.#schedule()
  }

  /** Says how far the command is. */
  update(text: string): void {
    this.#text = text
    if (this.#output.isWatched) this.#output.progress(text)
    // A command that is busy may keep timers waiting.
    else if (this.#clock.monotonic() - this.#writtenAt >= EVERY_MS) this.#write()
  }

  /** Takes the line off a terminal, to write something else there. The next `update()` brings it back. */
  clear(): void {
    if (this.#output.isWatched) this.#output.progress('')
  }

  /** Ends it. */
  end(): void {
    this.#cancel()
    this.clear()
  }

  #schedule(): void {
    const dueMs = this.#writtenAt + EVERY_MS - this.#clock.monotonic()
    this.#cancel = schedule(this.#clock, Math.max(0, dueMs), () => {
      if (this.#clock.monotonic() - this.#writtenAt >= EVERY_MS) this.#write()
      this.#schedule()
    })
  }

  #write(): void {
    this.#writtenAt = this.#clock.monotonic()
    const seconds = Math.round((this.#writtenAt - this.#startedAt) / SECOND)
    this.#output.note(`${this.#name}: ${this.#text} (after ${seconds} s)`)
  }
}
