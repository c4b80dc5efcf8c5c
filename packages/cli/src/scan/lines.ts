import { readSync } from 'node:fs'
import type { Width } from './finder.ts'

/** A place in a text: both are counted from 1, columns in UTF-16 code units. */
interface LineAndColumn {
  readonly line: number
  readonly column: number
}

/** From the offset in bytes of a character of ASCII to line and column. Offsets must be asked in order. */
export interface Lines {
  at(offset: number, width?: Width): LineAndColumn
}

const LINE_FEED = 10
const BYTE_ORDER_MARK = 0xfeff
const PIECE = 1 << 16
/** A column is counted in characters in a line as long as this, in bytes; behind it, bytes are counted. */
const LONGEST_LINE = 1 << 20

/**
 * Counts the lines in front of a character. In UTF-16 and UTF-32 the position of that character tells the alignment and
 * the byte order: the low byte comes first or last in a unit.
 */
export class LineCount {
  line = 1
  /** Offset of the first byte of the line. */
  lineStart = 0
  /** Bytes that were counted. */
  counted = 0
  readonly #width: Width
  readonly #low: number

  constructor(width: Width = 1, low = 0) {
    this.#width = width
    this.#low = low
  }

  /** True when the low byte of a unit is its last one. */
  get isBigEndian(): boolean {
    return this.#width > 1 && this.#low === this.#width - 1
  }

  count(piece: Buffer): void {
    for (let feed = piece.indexOf(LINE_FEED); feed !== -1; feed = piece.indexOf(LINE_FEED, feed + 1)) {
      if (!this.#isFeed(piece, feed)) continue
      this.line++
      this.lineStart = this.counted + feed + (this.isBigEndian ? 1 : this.#width)
    }
    this.counted += piece.length
  }

  /** A line feed of UTF-16 has a NUL beside it, where another character that holds its byte has something else. */
  #isFeed(piece: Buffer, feed: number): boolean {
    if ((this.counted + feed) % this.#width !== this.#low) return false
    const step = this.isBigEndian ? -1 : 1
    for (let index = 1; index < this.#width; index++) if ((piece[feed + index * step] ?? 0) !== 0) return false
    return true
  }
}

/** Lines that are counted only when something was found, for each encoding by itself. */
abstract class LazyLines implements Lines {
  readonly #counts = new Map<string, LineCount>()

  at(offset: number, width: Width = 1): LineAndColumn {
    const low = offset % width
    const count = this.#counts.get(`${width} ${low}`) ?? new LineCount(width, low)
    this.#counts.set(`${width} ${low}`, count)
    this.countTo(count, offset)
    const length = offset - (count.isBigEndian ? width - 1 : 0) - count.lineStart
    if (length > LONGEST_LINE) return { line: count.line, column: Math.floor(length / width) + 1 }
    const before = this.bytesAt(count.lineStart, length)
    return { line: count.line, column: columnOf(before, width, count.isBigEndian, count.line === 1) }
  }

  protected abstract countTo(count: LineCount, offset: number): void
  protected abstract bytesAt(offset: number, length: number): Buffer
}

/** Lines of a text in memory. */
export class TextLines extends LazyLines {
  readonly #text: Buffer

  constructor(text: Buffer) {
    super()
    this.#text = text
  }

  protected override countTo(count: LineCount, offset: number): void {
    count.count(this.#text.subarray(count.counted, offset))
  }

  protected override bytesAt(offset: number, length: number): Buffer {
    return this.#text.subarray(offset, offset + length)
  }
}

/** Lines of an open file: the file is read once more, up to the place that was found. */
export class FileLines extends LazyLines {
  readonly #file: number

  constructor(file: number) {
    super()
    this.#file = file
  }

  protected override countTo(count: LineCount, offset: number): void {
    while (count.counted < offset) {
      const piece = this.bytesAt(count.counted, Math.min(PIECE, offset - count.counted))
      if (piece.length === 0) break
      count.count(piece)
    }
  }

  protected override bytesAt(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length)
    let filled = 0
    while (filled < length) {
      const read = readSync(this.#file, bytes, filled, length - filled, offset + filled)
      if (read === 0) break
      filled += read
    }
    return bytes.subarray(0, filled)
  }
}

/** The column behind a piece of a line. A byte order mark, in front of a text, is no part of its first line. */
export function columnOf(before: Buffer, width: Width, isBigEndian: boolean, isFirstLine: boolean): number {
  if (width === 1) {
    const text = before.toString('utf8')
    return text.length + (isFirstLine && text.charCodeAt(0) === BYTE_ORDER_MARK ? 0 : 1)
  }
  const unit = (index: number): number =>
    isBigEndian ? before.readUIntBE(index * width, width) : before.readUIntLE(index * width, width)
  const units = Math.max(0, Math.floor(before.length / width))
  let column = units + (isFirstLine && units > 0 && unit(0) === BYTE_ORDER_MARK ? 0 : 1)
  // UTF-16 writes two code units where UTF-32 writes one.
  if (width === 4) for (let index = 0; index < units; index++) if (unit(index) > 0xffff) column++
  return column
}
