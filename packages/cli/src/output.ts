import { escapeUnsafe, harmless, harmlessJson } from './harmless.ts'
import { mapPainted, paintAnsi, paintMark, type Style } from './paint.ts'
import type { Terminal, World } from './world.ts'

/** One line, or several. A line break inside of a line is text, and is printed as `\u000a`. */
export type Lines = string | readonly string[]

/**
 * Where a command writes: data to standard output, and all else (messages, progress, questions) to standard error, so
 * that a pipe carries nothing but data.
 *
 * Every line passes through `escapeUnsafe()`, whatever it is made of, so no text of others can move the cursor, begin a
 * line, or give a command to a CI system. `script()` alone writes text as it is.
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

  /** Writes data. */
  data(lines: Lines): void {
    this.#world.stdout.write(render(lines))
  }

  /** Writes data for a program, as one line of JSON. */
  json(value: unknown): void {
    this.script(harmlessJson(value))
  }

  /** Writes text that this program made for another one, such as a script of a shell. It must hold no text of others. */
  script(text: string): void {
    this.#world.stdout.write(`${text}\n`)
  }

  /** Writes a message. */
  note(lines: Lines): void {
    this.#world.stderr.write(render(lines))
  }

  /** Rewrites the last line of the terminal; an empty text takes it away. Only where `isWatched`. */
  progress(text: string): void {
    const { columns = 80 } = this.#world.stderr
    this.#world.stderr.write(`\r\u001b[2K${escapeUnsafe(text).slice(0, columns - 1)}`)
  }

  /** Data in colour, where colour is wanted. */
  paint(style: Style, text: string): string {
    return wantsColour(this.#world, this.#world.stdout) ? paintMark(style, harmless(text)) : text
  }

  /** A message in colour, where colour is wanted. */
  paintNote(style: Style, text: string): string {
    return wantsColour(this.#world, this.#world.stderr) ? paintMark(style, harmless(text)) : text
  }
}

function render(lines: Lines): string {
  const each = typeof lines === 'string' ? [lines] : lines
  return each.map((line) => `${mapPainted(line, escapeUnsafe, paintAnsi)}\n`).join('')
}

/** https://no-color.org: any value but an empty one. FORCE_COLOR is for those who page or record coloured output. */
function wantsColour({ env }: World, stream: Terminal): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '') return env.FORCE_COLOR !== '0'
  return stream.isTTY === true && env.TERM !== 'dumb'
}
