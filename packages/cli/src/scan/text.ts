import { DiffReader } from './diff.ts'
import type { Finder } from './finder.ts'

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
/** A line is held whole up to this many bytes, and searched part by part beyond. */
const LONGEST_LINE = 1 << 20

/** A line of a text, or a part of a long one. */
interface Part {
  readonly bytes: Buffer
  /** Bytes of the line in front of these; parts overlap. */
  readonly offset: number
  readonly isLast: boolean
}

/**
 * Searches a text line by line: plain text, all of it; in a diff the lines that were added, and what stands around it,
 * such as the message of a commit.
 *
 * @param outside is shown each line that no diff has added
 */
export async function* searchText(
  pieces: AsyncIterable<Uint8Array>,
  finder: Finder,
  outside: (line: string) => void = () => {},
): AsyncGenerator<TokenInText> {
  const diff = new DiffReader()
  let number = 0
  let added: ReturnType<DiffReader['read']>
  for await (const { bytes, offset, isLast } of partsOf(pieces, finder.maxLength - 1)) {
    if (offset === 0) {
      number++
      const text = bytes.toString('latin1')
      // What a line is, its beginning tells.
      added = diff.read(text)
      if (added === undefined) outside(text)
    }
    if (added === 'other') continue
    const marks = added?.marks ?? 0
    // A token that begins among the last bytes is looked at with the next part, when all of it is there.
    const complete = isLast ? bytes.length : bytes.length - finder.maxLength + 1
    for (const { token, at } of tokensOf(bytes, finder)) {
      if (at >= complete) continue
      const column = offset === 0 ? bytes.toString('utf8', marks, at).length + 1 : offset + at - marks + 1
      yield { token, path: added?.path, line: added?.line ?? number, column }
    }
  }
}

function tokensOf(bytes: Buffer, finder: Finder): { token: string; at: number }[] {
  const tokens: { token: string; at: number }[] = []
  finder.search(bytes, (at, token) => tokens.push({ token, at }))
  return tokens
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
