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
  for await (const line of linesOf(pieces)) {
    number++
    const text = line.toString('latin1')
    const added = diff.read(text)
    if (added === 'other') continue
    if (added === undefined) outside(text)
    for (const { token, offset } of tokensOf(line, finder)) {
      const column = line.toString('utf8', added?.marks ?? 0, offset).length + 1
      yield { token, path: added?.path, line: added?.line ?? number, column }
    }
  }
}

function tokensOf(line: Buffer, finder: Finder): { token: string; offset: number }[] {
  const tokens: { token: string; offset: number }[] = []
  finder.search(line, (offset, token) => tokens.push({ token, offset }))
  return tokens
}

async function* linesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let begun: Buffer[] = []
  for await (const bytes of pieces) {
    const piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let start = 0
    for (let feed = piece.indexOf(LINE_FEED); feed !== -1; feed = piece.indexOf(LINE_FEED, start)) {
      const end = piece.subarray(start, feed)
      yield begun.length === 0 ? end : Buffer.concat([...begun, end])
      begun = []
      start = feed + 1
    }
    if (start < piece.length) begun.push(piece.subarray(start))
  }
  if (begun.length > 0) yield Buffer.concat(begun)
}
