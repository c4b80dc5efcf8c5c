import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { isCompressed } from './compressed.ts'
import type { Finder } from './finder.ts'
import { FileLines, type Lines } from './lines.ts'

/** The outcome of reading a file. A `compressed` file was searched as it stands, and not inside. */
export type FileOutcome = 'read' | 'binary' | 'huge' | 'compressed' | 'special'

/** What is not read. */
export interface FileLimits {
  /** Whether files that look binary are read. */
  readonly binary: boolean
  /** A longer file is not read to its end, in bytes. */
  readonly maxBytes: number
}

/** Receives each token of a file, in order. */
export type FoundAt = (token: string, line: number, column: number) => void

/** Read at once. It stays in the processor's cache while it is searched, and most files are shorter. */
const PIECE = 1 << 20
/** As git does it: a file with a NUL among its first bytes is binary. */
const SAMPLE = 8000
/** A pipe that took the place of a file since its folder was listed must not hold up the scan. Not on Windows. */
const OPEN = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** Reads files piece by piece into one buffer, and searches them. Constant memory for any length of file. */
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
  search(path: string | Buffer, found: FoundAt): FileOutcome {
    const file = openSync(path, OPEN)
    try {
      const stats = fstatSync(file)
      if (!stats.isFile()) return 'special'
      const length = this.#fill(file, 0, 0, stats.size)
      const sample = this.#buffer.subarray(0, Math.min(length, SAMPLE))
      if (!this.#limits.binary && sample.includes(0) && !hasWideMark(sample)) return 'binary'
      const outcome = isCompressed(sample) ? 'compressed' : 'read'
      return this.#searchPieces(file, length, stats.size, found) ? outcome : 'huge'
    } finally {
      closeSync(file)
    }
  }

  /**
   * Reads until the buffer is full or the file has ended. One call may return less: a file of `/proc`, or of a network.
   *
   * @param kept bytes that the buffer has already
   * @param size of the file; 0 where the file system does not tell it
   * @returns bytes in the buffer
   */
  #fill(file: number, kept: number, position: number, size: number): number {
    let filled = kept
    while (filled < PIECE) {
      const length = readSync(file, this.#buffer, filled, PIECE - filled, position + filled - kept)
      filled += length
      this.bytesRead += length
      if (length === 0 || position + filled - kept === size) break
    }
    return filled
  }

  /** Returns whether the file was searched to its end. */
  #searchPieces(file: number, firstLength: number, size: number, found: FoundAt): boolean {
    const lines = new FileLines(file)
    /** Offset in the file of the first byte of the buffer. */
    let base = 0
    let filled = firstLength
    for (;;) {
      const isLast = filled < PIECE
      // A token that begins among the last bytes is looked at with the next piece, when all of it is there.
      const complete = isLast ? filled : filled - this.#finder.maxLength + 1
      this.#searchPiece(this.#buffer.subarray(0, filled), base, complete, lines, found)
      if (base + filled > this.#limits.maxBytes) return false
      if (isLast) return true
      this.#buffer.copyWithin(0, complete, filled)
      base += complete
      const kept = filled - complete
      filled = this.#fill(file, kept, base + kept, size)
    }
  }

  #searchPiece(piece: Buffer, base: number, complete: number, lines: Lines, found: FoundAt): void {
    this.#finder.search(piece, (offset, token, width) => {
      if (offset >= complete) return
      const { line, column } = lines.at(base + offset, width)
      found(token, line, column)
    })
  }
}

/** Returns true for a byte order mark of UTF-16, and of UTF-32 little-endian, which begins with the same bytes. */
function hasWideMark(sample: Buffer): boolean {
  return sample.length >= 2 && [0xfeff, 0xfffe].includes(sample.readUInt16BE(0))
}
