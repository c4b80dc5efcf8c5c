import { styleText } from 'node:util'
import type { Terminal, World } from './world.ts'

export type Style = Parameters<typeof styleText>[0]

/**
 * Where a command writes: data to standard output, and all else (messages, progress, questions) to standard error, so
 * that a pipe carries nothing but data.
 */
export class Output {
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  /** Whether a person reads the data. */
  get isTerminal(): boolean {
    return this.#world.stdout.isTTY === true
  }

  /** Whether a person reads the messages. */
  get isWatched(): boolean {
    return this.#world.stderr.isTTY === true
  }

  /** Writes data, a line break added. */
  data(text: string): void {
    this.#world.stdout.write(`${text}\n`)
  }

  /** Writes data for a program, as one line of JSON. */
  json(value: unknown): void {
    this.data(JSON.stringify(value))
  }

  /** Writes a message. */
  note(text: string): void {
    this.#world.stderr.write(`${text}\n`)
  }

  /** Rewrites the last line of the terminal; an empty text takes it away. Only where `isWatched`. */
  progress(text: string): void {
    const { columns = 80 } = this.#world.stderr
    this.#world.stderr.write(`\r\u001b[2K${text.slice(0, columns - 1)}`)
  }

  /** Data in colour, where colour is wanted. */
  paint(style: Style, text: string): string {
    return wantsColour(this.#world, this.#world.stdout) ? styleText(style, text, { validateStream: false }) : text
  }

  /** A message in colour, where colour is wanted. */
  paintNote(style: Style, text: string): string {
    return wantsColour(this.#world, this.#world.stderr) ? styleText(style, text, { validateStream: false }) : text
  }
}

/** https://no-color.org: any value but an empty one. FORCE_COLOR is for those who page or record coloured output. */
function wantsColour({ env }: World, stream: Terminal): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '') return env.FORCE_COLOR !== '0'
  return stream.isTTY === true && env.TERM !== 'dumb'
}
