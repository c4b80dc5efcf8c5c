/** An encoding of Unicode, with or without a byte order mark. */
export interface Encoding {
  readonly name: string
  readonly width: 1 | 2 | 4
  readonly isBigEndian: boolean
  readonly mark: boolean
}

/** UTF-8, UTF-16 and UTF-32, in both byte orders, with a mark and without. */
export const ENCODINGS: readonly Encoding[] = ([1, 2, 4] as const).flatMap((width) =>
  (width === 1 ? [false] : [false, true]).flatMap((isBigEndian) =>
    [false, true].map((mark) => ({
      name: `UTF-${8 * width}${width === 1 ? '' : isBigEndian ? 'BE' : 'LE'}`,
      width,
      isBigEndian,
      mark,
    })),
  ),
)

export function encode(text: string, { width, isBigEndian, mark }: Encoding): Buffer {
  const marked = mark ? `\ufeff${text}` : text
  if (width === 1) return Buffer.from(marked)
  if (width === 2) return isBigEndian ? Buffer.from(marked, 'utf16le').swap16() : Buffer.from(marked, 'utf16le')
  const characters = Array.from(marked, (character) => character.codePointAt(0) ?? 0)
  const bytes = Buffer.alloc(4 * characters.length)
  for (const [index, code] of characters.entries()) {
    if (isBigEndian) bytes.writeUInt32BE(code, 4 * index)
    else bytes.writeUInt32LE(code, 4 * index)
  }
  return bytes
}
