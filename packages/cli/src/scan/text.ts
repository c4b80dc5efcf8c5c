import type { Coverage } from './coverage.ts'
import { type AddedLine, DiffReader } from './diff.ts'
import { withoutEscapes } from './escapes.ts'
import type { Finder } from './finder.ts'
import { columnOf } from './lines.ts'
import { Omissions } from './omissions.ts'

/** A token in a text that came in pieces. */
export interface TokenInText {
  readonly token: string
  /** In a diff, the file that the line was added to. */
  readonly path: string | undefined
  /** In that file, otherwise in the text itself. */
  readonly line: number
  readonly column: number
}

const LINE_FEED = 10
/** Bytes at the beginning of a line within a hunk that can tell what it is. */
const MOST_MARKS = 66
/** First bytes of the lines in front of a hunk: `diff`, `index`, `---`, `+++`, `@@`, `\`, and what stands in place of one. */
const HEADS: ReadonlySet<number> = new Set(Buffer.from('di-+@\\BC', 'latin1'))
const NONE: readonly never[] = []
/** A line is held whole up to this many bytes, and searched part by part beyond. */
const LONGEST_LINE = 1 << 20
/** Tokens in lines that a hunk takes away are kept until it ends. More of them are reported at once. */
const MOST_PENDING = 10_000
/** Marks of `git diff --word-diff` and of colours: such a line also holds added text, and its first character tells nothing. */
const WORD_MARKS = ['{+', '\u001b']

/** A line of a text, or a part of a long one. */
interface Part {
  readonly bytes: Buffer
  /** Bytes of the line in front of these; parts overlap. */
  readonly offset: number
  readonly isLast: boolean
}

/**
 * Searches a text line by line: plain text, all of it; in a diff the lines that were added, and what stands around it,
 * such as the message of a commit. What looks like a hunk and is none is plain text.
 */
export async function* searchText(
  pieces: AsyncIterable<Uint8Array>,
  finder: Finder,
  coverage: Coverage,
): AsyncGenerator<TokenInText> {
  const search = new TextSearch(finder, coverage)
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      coverage.bytes += piece.length
      yield piece
    }
  }
  for await (const part of partsOf(counted(), finder.maxLength - 1)) yield* search.read(part)
  yield* search.end()
}

/** The state of a search in one text. */
class TextSearch {
  readonly #finder: Finder
  readonly #coverage: Coverage
  readonly #diff = new DiffReader()
  readonly #omissions = new Omissions()
  /** Tokens in lines that a hunk, which has not ended yet, does not add. */
  #pending: TokenInText[] = []
  #number = 0
  #place: AddedLine | 'other' | undefined

  constructor(finder: Finder, coverage: Coverage) {
    this.#finder = finder
    this.#coverage = coverage
  }

  read(part: Part): readonly TokenInText[] {
    const visible = withoutEscapes(part.bytes)
    const broken = part.offset === 0 ? this.#begin(visible) : []
    const found = this.#tokensIn(part, visible)
    const isTakenAway = this.#place === 'other' && !WORD_MARKS.some((mark) => part.bytes.includes(mark))
    if (!isTakenAway) return broken.length === 0 ? found : [...broken, ...found]
    this.#pending.push(...found)
    return this.#pending.length < MOST_PENDING ? broken : [...broken, ...this.#takePending()]
  }

  /** Ends the text. A diff that ends within a hunk was cut off. */
  end(): readonly TokenInText[] {
    if (this.#number === 0) this.#coverage.miss('empty', '-')
    this.#noteOmission(undefined)
    if (!this.#diff.isInHunk) return []
    this.#coverage.miss('cut', this.#diff.path)
    return this.#pending
  }

  /** Looks at the beginning of a line, which tells what the line is. Returns tokens of a hunk that it breaks off. */
  #begin(visible: Buffer): readonly TokenInText[] {
    this.#number++
    const hunkGoesOn = this.#diff.isInHunk
    this.#place = hunkGoesOn ? this.#diff.read(visible.toString('latin1', 0, MOST_MARKS)) : undefined
    const isBroken = this.#diff.isBroken
    if (this.#place === undefined) {
      const line = HEADS.has(visible[0] ?? 0) ? visible.toString('latin1') : ''
      this.#diff.read(line)
      this.#noteOmission(line)
    }
    if (isBroken) return this.#takePending()
    if (!hunkGoesOn) this.#pending = []
    return NONE
  }

  #noteOmission(line: string | undefined): void {
    const file = this.#omissions.read(line)
    if (file !== undefined) this.#coverage.miss('omitted', this.#finder.tokens.mask(file))
  }

  #takePending(): readonly TokenInText[] {
    const pending = this.#pending
    this.#pending = []
    return pending
  }

  #tokensIn(part: Part, visible: Buffer): readonly TokenInText[] {
    const found = this.#search(visible, part, visible === part.bytes)
    if (visible === part.bytes) return found
    // A token may follow an escape in such a way that it would be taken away with it.
    const tokens = new Set(found.map(({ token }) => token))
    return [...found, ...this.#search(part.bytes, part, true).filter(({ token }) => !tokens.has(token))]
  }

  #search(bytes: Buffer, { offset, isLast }: Part, isExact: boolean): TokenInText[] {
    const added = typeof this.#place === 'object' ? this.#place : undefined
    const marks = added?.marks ?? 0
    // A token that begins among the last bytes is looked at with the next part, when all of it is there.
    const complete = isLast || !isExact ? bytes.length : bytes.length - this.#finder.maxLength + 1
    const isFirst = this.#number === 1
    const found: TokenInText[] = []
    this.#finder.search(bytes, (at, token, width) => {
      if (at >= complete) return
      // Of a unit of UTF-16 or UTF-32 that the line feed has cut, the line begins with the rest.
      const inLine = bytes.subarray(Math.min(marks, at), at - ((at - marks) % width))
      const column =
        offset === 0
          ? columnOf(inLine, width, (at - marks) % width === width - 1, isFirst)
          : Math.floor((offset + at - marks) / width) + 1
      found.push({ token, path: added?.path, line: added?.line ?? this.#number, column })
    })
    return found
  }
}

async function* partsOf(pieces: AsyncIterable<Uint8Array>, overlap: number): AsyncGenerator<Part> {
  let begun: Buffer[] = []
  let length = 0
  let offset = 0
  for await (const bytes of pieces) {
    const piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let start = 0
    for (let feed = piece.indexOf(LINE_FEED); feed !== -1; feed = piece.indexOf(LINE_FEED, start)) {
      const end = piece.subarray(start, feed)
      yield { bytes: begun.length === 0 ? end : Buffer.concat([...begun, end]), offset, isLast: true }
      begun = []
      length = offset = 0
      start = feed + 1
    }
    if (start < piece.length) begun.push(piece.subarray(start))
    length += piece.length - start
    if (length <= LONGEST_LINE) continue
    const part = Buffer.concat(begun)
    yield { bytes: part, offset, isLast: false }
    offset += part.length - overlap
    begun = [part.subarray(part.length - overlap)]
    length = overlap
  }
  if (begun.length > 0) yield { bytes: Buffer.concat(begun), offset, isLast: true }
}
