import type { Finder } from './finder.ts'
import { LineCount, TextLines } from './lines.ts'

/** A token in a text, and its place there. */
export interface Hit {
  readonly token: string
  readonly line: number
  readonly column: number
}

/** A text up to this length, in bytes, is held whole; of a longer one, a part at a time. */
const PIECE = 1 << 20
/** Parts begin at multiples of the widest unit, so that a part tells the alignment of UTF-16 and UTF-32. */
const ALIGNMENT = 4

/**
 * Searches texts that come in pieces. Line and column are exact in a text of up to a mebibyte. In a longer one, lines
 * are counted by the bytes of line feeds, and a column in a line that began in an earlier part is counted in bytes.
 */
export class PieceSearch {
  readonly #finder: Finder
  readonly #found: (hit: Hit) => void
  #pieces: Buffer[] = []
  #length = 0
  #count = new LineCount()

  constructor(finder: Finder, found: (hit: Hit) => void) {
    this.#finder = finder
    this.#found = found
  }

  push(bytes: Buffer): void {
    this.#pieces.push(bytes)
    this.#length += bytes.length
    if (this.#length > PIECE) this.#search(false)
  }

  /** Searches what is left. The next piece begins another text. */
  end(): void {
    this.#search(true)
    this.#pieces = []
    this.#length = 0
    this.#count = new LineCount()
  }

  #search(isLast: boolean): void {
    const [first] = this.#pieces
    const part = this.#pieces.length === 1 && first !== undefined ? first : Buffer.concat(this.#pieces)
    // A token that begins among the last bytes is looked at with the next part, when all of it is there.
    const seam = part.length - this.#finder.maxLength + 1
    const complete = isLast ? part.length : seam - (seam % ALIGNMENT)
    const lines = new TextLines(part)
    const { line: linesBefore, counted, lineStart } = this.#count
    this.#finder.search(part, (offset, token, width) => {
      if (offset >= complete) return
      const { line, column } = lines.at(offset, width)
      const charactersBefore = line === 1 ? Math.floor((counted - lineStart) / width) : 0
      this.#found({ token, line: linesBefore + line - 1, column: charactersBefore + column })
    })
    if (isLast) return
    this.#count.count(part.subarray(0, complete))
    this.#pieces = [part.subarray(complete)]
    this.#length = part.length - complete
  }
}
