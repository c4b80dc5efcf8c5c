import { readSync } from 'node:fs'

/** From an offset in bytes to line and column. Offsets must be asked in order. */
export interface Lines {
  at(offset: number): { readonly line: number; readonly column: number }
}

const LINE_FEED = 10
const PIECE = 1 << 16
/** A column is counted in a line as long as this; behind it, bytes are counted. */
const LONGEST_LINE = 1 << 20

/** Lines of a text in memory. */
export class TextLines implements Lines {
  readonly #text: Buffer
  #line = 1
  #lineStart = 0

  constructor(text: Buffer) {
    this.#text = text
  }

  at(offset: number): { line: number; column: number } {
    for (let feed = this.#feedAfter(this.#lineStart, offset); feed !== -1; feed = this.#feedAfter(feed + 1, offset)) {
      this.#line++
      this.#lineStart = feed + 1
    }
    return { line: this.#line, column: columnOf(this.#text.subarray(this.#lineStart, offset)) }
  }

  #feedAfter(start: number, end: number): number {
    const feed = this.#text.indexOf(LINE_FEED, start)
    return feed < end ? feed : -1
  }
}

/**
 * Lines of an open file, counted only when something was found in it: the file is then read once more, as far as that.
 */
export class FileLines implements Lines {
  readonly #file: number
  #line = 1
  #lineStart = 0
  #counted = 0

  constructor(file: number) {
    this.#file = file
  }

  at(offset: number): { line: number; column: number } {
    const piece = Buffer.allocUnsafe(PIECE)
    while (this.#counted < offset) {
      const length = readSync(this.#file, piece, 0, Math.min(PIECE, offset - this.#counted), this.#counted)
      if (length === 0) break
      this.#count(piece.subarray(0, length))
    }
    return { line: this.#line, column: this.#columnAt(offset) }
  }

  #count(piece: Buffer): void {
    for (let feed = piece.indexOf(LINE_FEED); feed !== -1; feed = piece.indexOf(LINE_FEED, feed + 1)) {
      this.#line++
      this.#lineStart = this.#counted + feed + 1
    }
    this.#counted += piece.length
  }

  #columnAt(offset: number): number {
    const length = offset - this.#lineStart
    if (length > LONGEST_LINE) return length + 1
    const before = Buffer.alloc(length)
    return columnOf(before.subarray(0, readSync(this.#file, before, 0, length, this.#lineStart)))
  }
}

function columnOf(before: Buffer): number {
  return before.toString('utf8').length + 1
}
