import { Tokens, type Wanted } from './tokens.ts'

/** Bytes that a character takes: 1 in ASCII and UTF-8, 2 in UTF-16, 4 in UTF-32. */
export type Width = 1 | 2 | 4

/**
 * Receives each token in a piece of bytes: where its first character stands, the token, and the bytes a character takes.
 */
type FoundToken = (offset: number, token: string, width: Width) => void

/** Finds tokens in bytes, in each encoding that writes ASCII in 1, 2 or 4 bytes. */
export interface Finder {
  /** Length of the longest token in the widest encoding, in bytes. Pieces of one text must overlap by one less. */
  readonly maxLength: number
  readonly tokens: Tokens
  /** Calls `found` for each token that begins in `bytes` and whose checksum is right, in order. */
  search(bytes: Buffer, found: FoundToken): void
}

/** A piece of a head that is searched for, and the number of characters in front of it in the head. */
interface Needle {
  readonly bytes: Buffer
  readonly start: number
  readonly width: Width
}

const WIDEST = 4

/**
 * Characters behind the prefix and its `_` that are of base62 in every token, with each environment and without one.
 * Few of other texts have it in all of these places, and most fail at the first.
 */
const PROBES = [48, 17, 32, 24, 40]
const BASE62 = Uint8Array.from({ length: 256 }, (_, byte) => (/[0-9A-Za-z]/.test(String.fromCharCode(byte)) ? 1 : 0))

/**
 * Makes a finder. It compares bytes and decodes none, except the few bytes behind a head. The text before
 * and behind a token does not matter, because its checksum proves it.
 *
 * UTF-16 and UTF-32 put NULs between the characters of a token, in both byte orders. The bytes from its first character
 * to its last one are the same in both orders, so that neither byte order mark nor alignment is needed.
 */
export function createFinder(wanted: Wanted): Finder {
  const tokens = new Tokens(wanted)
  const narrow = cutNeedle(`${wanted.prefix}_`)
  const wide = [widen(narrow, 2), widen(narrow, WIDEST)]

  const head = wanted.prefix.length + 1

  const readToken = (bytes: Buffer, offset: number, width: Width): string | undefined => {
    for (const probe of PROBES) if (BASE62[bytes[offset + (head + probe) * width] ?? 0] !== 1) return undefined
    const text =
      width === 1
        ? bytes.toString('latin1', offset, offset + tokens.maxLength)
        : narrowText(bytes, offset, width, tokens.maxLength)
    return tokens.readAtStart(text)
  }
  const searchFor = ({ bytes: needle, start, width }: Needle, bytes: Buffer, found: FoundToken): void => {
    for (let at = bytes.indexOf(needle); at !== -1; at = bytes.indexOf(needle, at + 1)) {
      const offset = at - start * width
      const token = offset < 0 ? undefined : readToken(bytes, offset, width)
      if (token !== undefined) found(offset, token, width)
    }
  }

  return {
    maxLength: (tokens.maxLength - 1) * WIDEST + 1,
    tokens,
    search(bytes, found) {
      if (!bytes.includes(0)) return searchFor(narrow, bytes, found)
      const finds: Parameters<FoundToken>[] = []
      for (const needle of [narrow, ...wide]) searchFor(needle, bytes, (...find) => finds.push(find))
      for (const find of finds.sort(([a], [b]) => a - b)) found(...find)
    },
  }
}

/** The characters of ASCII that stand in every `width`-th byte, up to the first that has something else beside it. */
function narrowText(bytes: Buffer, offset: number, width: Width, maxLength: number): string {
  let text = ''
  for (let at = offset; at < bytes.length && text.length < maxLength; at += width) {
    text += String.fromCharCode(bytes[at] as number)
    for (let between = at + 1; between < at + width; between++) if (bytes[between] !== 0) return text
  }
  return text
}

/**
 * Frequency of a character in source code, roughly, in thousandths; characters that are not listed are rarer. A search
 * stops at each first character of its needle, so the choice of that character decides the speed.
 */
const FREQUENCY: ReadonlyMap<string, number> = new Map(
  'e62 t52 r41 a40 i40 n39 o38 s38 c25 l24 d22 p19 u18 m16 f14 h12 g11 y10 b9 _9 v7 x6 w5 k4 S4 T4 E4 A4 C4 I4 R4 N3'
    .split(' ')
    .map((entry) => [entry.slice(0, 1), Number(entry.slice(1))]),
)
const RAREST = 2
/** A shorter needle would be found too often. */
const SHORTEST = 4

/** Cuts a head so that its rarest character comes first. */
function cutNeedle(head: string): Needle {
  const last = Math.max(0, head.length - SHORTEST)
  let start = 0
  for (let index = 1; index <= last; index++) {
    if (frequencyOf(head[index]) < frequencyOf(head[start])) start = index
  }
  return { bytes: Buffer.from(head.slice(start), 'latin1'), start, width: 1 }
}

/** Puts NULs between the characters of a needle, and none in front of it or behind it. */
function widen({ bytes, start }: Needle, width: Width): Needle {
  const wide = Buffer.alloc((bytes.length - 1) * width + 1)
  for (const [index, byte] of bytes.entries()) wide[index * width] = byte
  return { bytes: wide, start, width }
}

function frequencyOf(character: string | undefined): number {
  return FREQUENCY.get(character ?? '') ?? RAREST
}
