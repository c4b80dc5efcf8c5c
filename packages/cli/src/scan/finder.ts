import type { KeyFormat } from '@bearward/core'

/** Is told of each token in a piece of bytes: where it begins, and what it is. */
type FoundToken = (offset: number, token: string) => void

/** Finds the tokens of one format in bytes. */
export interface Finder {
  /** Length of the longest token, in bytes. Pieces of one text must overlap by one less. */
  readonly maxLength: number
  /** Calls `found` for each token that begins in `bytes` and whose checksum is right, in order. */
  search(bytes: Buffer, found: FoundToken): void
}

/** A piece of a head that is searched for, and where in the head it stands. */
interface Needle {
  readonly bytes: Buffer
  readonly start: number
}

/**
 * Makes a finder. Bytes are compared, never decoded: only where a head is found, the few bytes of one token are. What
 * stands before or behind a token does not matter, because its checksum proves it.
 */
export function createFinder(format: KeyFormat): Finder {
  const { maxLength } = format
  const shape = new RegExp(`^(?:${format.pattern.source})`)
  const needles = chooseNeedles(format)

  const readToken = (bytes: Buffer, offset: number): string | undefined => {
    const text = bytes.toString('latin1', offset, offset + maxLength)
    const token = shape.exec(text)?.[0]
    return token !== undefined && format.parse(token) !== null ? token : undefined
  }

  return {
    maxLength,
    search(bytes, found) {
      const finds = needles.flatMap(({ bytes: needle, start }) => {
        const offsets: number[] = []
        for (let at = bytes.indexOf(needle); at !== -1; at = bytes.indexOf(needle, at + 1)) offsets.push(at - start)
        return offsets
      })
      if (needles.length > 1) finds.sort((a, b) => a - b)
      for (const offset of finds) {
        const token = offset < 0 ? undefined : readToken(bytes, offset)
        if (token !== undefined) found(offset, token)
      }
    },
  }
}

/**
 * How often a character stands in source code, roughly, in thousandths; what is not listed is rarer. A search stops at
 * each first character of its needle, so that the choice of it decides the speed.
 */
const FREQUENCY: ReadonlyMap<string, number> = new Map(
  'e62 t52 r41 a40 i40 n39 o38 s38 c25 l24 d22 p19 u18 m16 f14 h12 g11 y10 b9 _9 v7 x6 w5 k4 S4 T4 E4 A4 C4 I4 R4 N3'
    .split(' ')
    .map((entry) => [entry.slice(0, 1), Number(entry.slice(1))]),
)
const RAREST = 2
/** Cost of walking over a character, in the same unit as stopping at a thousandth of them. */
const WALK = 6
/** A shorter needle would be found too often. */
const SHORTEST = 4

/** One needle that all heads share, or one for each head: whichever the bytes are searched for in less time. */
function chooseNeedles({ prefix, environments }: KeyFormat): readonly Needle[] {
  const shared = [cutNeedle(`${prefix}_`)]
  if (environments.length === 0) return shared
  const each = environments.map((name) => cutNeedle(`${prefix}_${name}_`))
  return costOf(each) < costOf(shared) ? each : shared
}

/** Cuts a head so that its rarest character comes first. */
function cutNeedle(head: string): Needle {
  const last = Math.max(0, head.length - SHORTEST)
  let start = 0
  for (let index = 1; index <= last; index++) {
    if (frequencyOf(head[index]) < frequencyOf(head[start])) start = index
  }
  return { bytes: Buffer.from(head.slice(start), 'latin1'), start }
}

function costOf(needles: readonly Needle[]): number {
  return needles.reduce((sum, { bytes }) => sum + WALK + frequencyOf(String.fromCharCode(bytes[0] ?? 0)), 0)
}

function frequencyOf(character: string | undefined): number {
  return FREQUENCY.get(character ?? '') ?? RAREST
}
