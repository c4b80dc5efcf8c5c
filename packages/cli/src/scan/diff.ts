/** A line that a diff has added. */
export interface AddedLine {
  /** Path of the new file. */
  readonly path: string
  /** In the new file, counted from 1. */
  readonly line: number
  /** Characters in front of the line that are not of the file. */
  readonly marks: number
}

const HUNK = /^(@{2,})(?: -\d+(?:,\d+)?)+ \+(\d+)(?:,(\d+))? @{2,}/

/**
 * Reads the lines of unified diffs, as git writes them: says of each line whether it is one that was added, and where.
 * Counts lines as the heads of the hunks say, so that nothing in a file can pass for a head. Understands combined diffs
 * too, which show what a merge has added by itself.
 */
export class DiffReader {
  #path: string | undefined
  /** Lines that the hunk still has: of the new file, and of each old one. */
  #newLeft = 0
  #oldLeft: readonly number[] = []
  #line = 0

  /**
   * Takes the next line, without its line break.
   *
   * @param line in latin1, one character a byte
   * @returns where it stands, if it was added; `'other'` for the other lines of a hunk; `undefined` outside of one
   */
  read(line: string): AddedLine | 'other' | undefined {
    if (this.#newLeft > 0 || this.#oldLeft.some((left) => left > 0)) return this.#readInHunk(line)
    if (line.startsWith('diff --')) {
      this.#path = undefined
    } else if (line.startsWith('+++ ')) {
      this.#path = readPath(line.slice(4))
    } else if (line.startsWith('@@')) {
      this.#openHunk(line)
    }
    return undefined
  }

  #openHunk(line: string): void {
    const [, ats = '', start, length = '1'] = HUNK.exec(line) ?? []
    if (start === undefined || this.#path === undefined) return
    this.#line = Number(start)
    this.#newLeft = Number(length)
    const olds = [...line.slice(ats.length).matchAll(/ -\d+(?:,(\d+))?/g)].slice(0, ats.length - 1)
    this.#oldLeft = olds.map(([, old = '1']) => Number(old))
  }

  #readInHunk(line: string): AddedLine | 'other' {
    if (line.startsWith('\\')) return 'other' // "\ No newline at end of file"
    const marks = this.#oldLeft.length
    const columns = line.slice(0, marks).padEnd(marks)
    // A minus says: in that parent, and gone. Otherwise the line is there, and a blank says: in that parent too.
    const isGone = columns.includes('-')
    this.#oldLeft = this.#oldLeft.map((left, parent) => (columns[parent] === (isGone ? '-' : ' ') ? left - 1 : left))
    if (isGone) return 'other'
    this.#newLeft--
    const number = this.#line++
    return columns.includes('+') ? { path: this.#path ?? '', line: number, marks } : 'other'
  }
}

/** `b/src/index.ts`, or quoted as git does it with what is no plain ASCII. */
function readPath(field: string): string {
  const unquoted = field.startsWith('"') ? unquote(field) : fromBytes(field.replace(/\t.*$/, ''))
  // Of a file that is gone, nothing was added, but what was taken away must be told from text.
  return unquoted === '/dev/null' ? unquoted : unquoted.replace(/^[a-z]\//, '')
}

const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 }

function unquote(field: string): string {
  const bytes: number[] = []
  for (const [, octal, letter, plain = ''] of field.slice(1, -1).matchAll(/\\([0-7]{3})|\\(.)|([^\\]+)/gs)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8))
    else if (letter !== undefined) bytes.push(ESCAPES[letter] ?? letter.charCodeAt(0))
    else bytes.push(...Buffer.from(plain, 'latin1'))
  }
  return Buffer.from(bytes).toString('utf8')
}

function fromBytes(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8')
}
