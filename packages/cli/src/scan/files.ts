import { closeSync, openSync, readSync } from 'node:fs'
import type { Finder } from './finder.ts'
import { FileLines, type Lines, TextLines } from './lines.ts'

/** What became of a file. */
export type FileOutcome = 'read' | 'binary' | 'huge'

/** What is not read. */
export interface FileLimits {
  /** Whether files that look binary are read. */
  readonly binary: boolean
  /** A longer file is not read to its end, in bytes. */
  readonly maxBytes: number
}

/** Is told of each token of a file, in order. */
export type FoundAt = (token: string, line: number, column: number) => void

/** Read at once. It stays in the processor's cache while it is searched, and most files are shorter. */
const PIECE = 1 << 20
/** As git does it: a file with a NUL among its first bytes is binary. */
const SAMPLE = 8000

/** Reads files piece by piece into one buffer, and searches them. Constant memory, whatever their length. */
export class FileSearch {
  readonly #finder: Finder
  readonly #limits: FileLimits
  readonly #buffer: Buffer = Buffer.allocUnsafeSlow(PIECE)
  /** Bytes read so far, over all files. */
  bytesRead = 0

  constructor(finder: Finder, limits: FileLimits) {
    this.#finder = finder
    this.#limits = limits
  }

  /**
   * Searches one file.
   *
   * @throws what the file system throws
   */
  search(path: string, found: FoundAt): FileOutcome {
    const file = openSync(path, 'r')
    try {
      const length = readSync(file, this.#buffer, 0, PIECE, 0)
      this.bytesRead += length
      const sample = this.#buffer.subarray(0, Math.min(length, SAMPLE))
      const encoding = wideEncoding(sample)
      if (encoding !== undefined) return this.#searchWide(file, encoding, found)
      if (!this.#limits.binary && sample.includes(0)) return 'binary'
      return this.#searchPieces(file, length, found)
    } finally {
      closeSync(file)
    }
  }

  #searchPieces(file: number, firstLength: number, found: FoundAt): FileOutcome {
    const lines = new FileLines(file)
    /** Offset in the file of the first byte of the buffer. */
    let base = 0
    let filled = firstLength
    let isLast = filled < PIECE
    for (;;) {
      if (base + filled > this.#limits.maxBytes) return 'huge'
      // A token that begins among the last bytes is looked at with the next piece, when all of it is there.
      const complete = isLast ? filled : filled - this.#finder.maxLength + 1
      this.#searchPiece(this.#buffer.subarray(0, filled), base, complete, lines, found)
      if (isLast) return 'read'
      this.#buffer.copyWithin(0, complete, filled)
      base += complete
      const kept = filled - complete
      const length = readSync(file, this.#buffer, kept, PIECE - kept, base + kept)
      this.bytesRead += length
      filled = kept + length
      isLast = filled < PIECE
    }
  }

  #searchPiece(piece: Buffer, base: number, complete: number, lines: Lines, found: FoundAt): void {
    this.#finder.search(piece, (offset, token) => {
      if (offset >= complete) return
      const { line, column } = lines.at(base + offset)
      found(token, line, column)
    })
  }

  /** UTF-16, as PowerShell's `>` writes it. Rare, so it is decoded at once, and its length is bounded the more tightly. */
  #searchWide(file: number, encoding: string, found: FoundAt): FileOutcome {
    const maxBytes = Math.min(this.#limits.maxBytes, 64 * PIECE)
    const pieces: Buffer[] = []
    for (let total = 0; ; ) {
      const length = readSync(file, this.#buffer, 0, PIECE, total)
      if (length === 0) break
      total += length
      if (total > maxBytes) return 'huge'
      pieces.push(Buffer.from(this.#buffer.subarray(0, length)))
    }
    const text = Buffer.from(new TextDecoder(encoding).decode(Buffer.concat(pieces)))
    this.#searchPiece(text, 0, text.length, new TextLines(text), found)
    return 'read'
  }
}

/** The encoding that a byte order mark tells. */
function wideEncoding(sample: Buffer): string | undefined {
  if (sample[0] === 0xff && sample[1] === 0xfe) return 'utf-16le'
  if (sample[0] === 0xfe && sample[1] === 0xff) return 'utf-16be'
  return undefined
}
