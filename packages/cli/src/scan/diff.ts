import { nameOf, textOfName } from './names.ts'

/** A line that a diff has added. */
export interface AddedLine {
  /** Path of the new file. */
  readonly path: string
  /** In the new file, counted from 1. */
  readonly line: number
  /** Characters in front of the line that are not of the file. */
  readonly marks: number
}

const HUNK = /^(@{2,65})((?: -\d{1,10}(?:,\d{1,10})?)+) \+(\d{1,10})(?:,(\d{1,10}))? (@{2,65})/

/**
 * Reads the lines of unified diffs, as git writes them: says of each line whether it is one that was added, and where.
 * Counts lines as the heads of the hunks say, so that nothing in a file can pass for a head. Understands combined diffs
 * too, which show what a merge has added by itself.
 *
 * A hunk counts when each of its lines fits. A line that does not fit ends it, and is text: `isBroken` then says that
 * the lines before, which looked like those of a hunk, were none.
 */
export class DiffReader {
  /** The path behind `---`, when that was the line before; then the one behind `+++`, as long as hunks may follow. */
  #oldPath: string | undefined
  #path: string | undefined
  /** Lines that the hunk still has: of the new file, and of each old one. */
  #newLeft = 0
  #oldLeft: readonly number[] = []
  #line = 0
  /** True when the line that was read last broke a hunk off. */
  isBroken = false

  /** The file that the hunks are of. */
  get path(): string {
    return this.#path ?? '-'
  }

  /** True while the hunk still has lines. */
  get isInHunk(): boolean {
    return this.#newLeft > 0 || this.#oldLeft.some((left) => left > 0)
  }

  /**
   * Takes the next line, without its line break.
   *
   * @param line in latin1, one character a byte
   * @returns where it stands, if it was added; `'other'` for the other lines of a hunk; `undefined` outside of one
   */
  read(line: string): AddedLine | 'other' | undefined {
    this.isBroken = false
    if (this.isInHunk) {
      const place = this.#readInHunk(line)
      if (place !== undefined) return place
      this.isBroken = true
      this.#newLeft = 0
      this.#oldLeft = []
      this.#path = undefined
    }
    this.#readHead(line)
    return undefined
  }

  /** `---`, `+++` and `@@` follow each other, and after a hunk another one may. Any other line begins anew. */
  #readHead(line: string): void {
    const oldPath = this.#oldPath
    this.#oldPath = undefined
    if (line.startsWith('--- ')) {
      this.#oldPath = readPath(line.slice(4))
      this.#path = undefined
    } else if (line.startsWith('+++ ')) {
      this.#path = oldPath === undefined ? undefined : withoutPrefix(readPath(line.slice(4)), oldPath)
    } else if (line.startsWith('@@') && this.#path !== undefined) {
      this.#openHunk(line)
    } else if (!line.startsWith('\\')) {
      this.#path = undefined
    }
  }

  #openHunk(line: string): void {
    const [, ats = '', olds = '', start, length = '1', atsBehind] = HUNK.exec(line) ?? []
    const lengths = [...olds.matchAll(/ -\d+(?:,(\d+))?/g)].map(([, old = '1']) => Number(old))
    if (start === undefined || ats !== atsBehind || lengths.length !== ats.length - 1) {
      this.#path = undefined
      return
    }
    this.#line = Number(start)
    this.#newLeft = Number(length)
    this.#oldLeft = lengths
  }

  /** Returns `undefined` for a line that does not fit. */
  #readInHunk(line: string): AddedLine | 'other' | undefined {
    if (line.startsWith('\\')) return 'other' // "\ No newline at end of file"
    const marks = this.#oldLeft.length
    // Programs that trim lines leave nothing of an empty one.
    const columns = (line === '\r' ? '' : line).slice(0, marks).padEnd(marks)
    // A minus says: in that parent, and gone. Otherwise the line is there, and a blank says: in that parent too.
    const isGone = columns.includes('-')
    if (!/^(?:[ +]+|[ -]+)$/.test(columns)) return undefined
    const oldLeft = this.#oldLeft.map((left, parent) => (columns[parent] === (isGone ? '-' : ' ') ? left - 1 : left))
    if (oldLeft.some((left) => left < 0) || (!isGone && this.#newLeft === 0)) return undefined
    this.#oldLeft = oldLeft
    if (isGone) return 'other'
    this.#newLeft--
    const number = this.#line++
    return columns.includes('+') ? { path: this.path, line: number, marks } : 'other'
  }
}

/** `b/src/index.ts`, or quoted as git does it with what is no plain ASCII. */
function readPath(field: string): string {
  const path = field.replace(/\r$/, '')
  return path.startsWith('"') ? unquote(path) : fromBytes(path.replace(/\t.*$/, ''))
}

/** Takes `b/` away where it is no folder: the other side then has another letter, or no file. */
function withoutPrefix(path: string, oldPath: string): string {
  const isPrefixed = /^[a-z]\//.test(path) && (oldPath === '/dev/null' || /^[a-z]\//.test(oldPath))
  return isPrefixed && path.slice(0, 2) !== oldPath.slice(0, 2) ? path.slice(2) : path
}

const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 }

function unquote(field: string): string {
  const bytes: number[] = []
  for (const [, octal, letter, plain = ''] of field.slice(1, -1).matchAll(/\\([0-7]{3})|\\(.)|([^\\]+)/gs)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8))
    else if (letter !== undefined) bytes.push(ESCAPES[letter] ?? letter.charCodeAt(0))
    else bytes.push(...Buffer.from(plain, 'latin1'))
  }
  return textOfName(nameOf(Buffer.from(bytes)))
}

function fromBytes(latin1: string): string {
  return textOfName(nameOf(Buffer.from(latin1, 'latin1')))
}
