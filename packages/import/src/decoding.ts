/** Bytes or text in pieces: a file's stream, standard input, the body of a response. */
export type Pieces = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>

/** A byte order mark, in text. */
const MARK = '\ufeff'
/** Bytes by which an encoding is told. */
const HEAD = 4

/**
 * Text in pieces, without the byte order mark at its beginning: UTF-8, or UTF-16 as Windows and spreadsheets write it. Text
 * stays text.
 *
 * @param reader its name, for messages
 * @throws {Error} when bytes are neither; a character that is replaced would change a name or an owner without a word
 */
export async function* decoded(reader: string, pieces: Pieces): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined
  let head: Uint8Array = new Uint8Array()
  let isFirst = true
  const decode = (bytes: Uint8Array, stream: boolean): string => {
    decoder ??= new TextDecoder(encodingOf(bytes), { fatal: true })
    try {
      return decoder.decode(bytes, { stream })
    } catch (cause) {
      throw new Error(`${reader}: the text is neither UTF-8 nor UTF-16`, { cause })
    }
  }
  for await (const piece of pieces) {
    let text = ''
    if (typeof piece === 'string') text = piece
    else if (decoder !== undefined) text = decode(piece, true)
    else {
      head = joined(head, piece)
      if (head.length >= HEAD) text = decode(head, true)
    }
    if (text === '') continue
    yield isFirst && text.startsWith(MARK) ? text.slice(1) : text
    isFirst = false
  }
  const rest = decoder === undefined ? decode(head, false) : decode(new Uint8Array(), false)
  if (rest !== '') yield rest
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}

/** By the mark; without one, by the zero that every second byte of ASCII in UTF-16 is. */
function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  if (second === 0 && first !== 0) return 'utf-16le'
  return first === 0 && second !== 0 ? 'utf-16be' : 'utf-8'
}
