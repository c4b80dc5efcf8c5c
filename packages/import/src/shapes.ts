/** Characters by their codes; a table and no regular expression: `RegExp.lastMatch` would keep the token. */
export type Alphabet = Uint8Array

export const LETTERS: Alphabet = alphabet('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz')
export const BASE62: Alphabet = alphabet('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz')
/** Base62 without `0`, `O`, `I` and `l`. */
export const BASE58: Alphabet = alphabet('123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz')
export const ID: Alphabet = alphabet('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-')

function alphabet(characters: string): Alphabet {
  const table = new Uint8Array(128)
  for (const character of characters) table[character.charCodeAt(0)] = 1
  return table
}

/** Whether all characters from `start` to `end` are of the alphabet; there must be one. */
export function isMadeOf(text: string, characters: Alphabet, start = 0, end: number = text.length): boolean {
  for (let index = start; index < end; index++) if (characters[text.charCodeAt(index)] !== 1) return false
  return start < end
}

/** One prefix or several. */
export type Prefixes = string | readonly string[]

/**
 * The prefixes that an option names; none is the empty one.
 *
 * @throws {TypeError} when one of them cannot stand in a token
 */
export function prefixesOf(maker: string, name: string, given: Prefixes | undefined): readonly string[] {
  const prefixes: readonly unknown[] = given === undefined ? [''] : Array.isArray(given) ? given : [given]
  if (
    prefixes.length === 0 ||
    !prefixes.every((each) => typeof each === 'string' && /^[\x21-\x7e]{0,64}$/.test(each))
  ) {
    throw new TypeError(
      `${maker}: option \`${name}\` must be a string of at most 64 visible characters, or a list of them`,
    )
  }
  return Object.freeze([...(prefixes as readonly string[])])
}

/** Characters of the longest. */
export function longestOf(texts: readonly string[]): number {
  return Math.max(...texts.map(({ length }) => length))
}

/** @throws {TypeError} naming the option, when it is no whole number from `least` to `most` */
export function lengthOf(maker: string, name: string, given: number | undefined, usual: number, least = 1): number {
  const length = given ?? usual
  if (!Number.isInteger(length) || length < least || length > 255) {
    throw new TypeError(`${maker}: option \`${name}\` must be a whole number from ${least} to 255`)
  }
  return length
}
