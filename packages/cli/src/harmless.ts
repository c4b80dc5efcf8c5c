/** Characters that a terminal obeys, that end a line, or that turn the direction of text. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu
/** GitHub Actions obeys a line that begins with `::`. */
const COMMAND = /^(\s*):(?=:)/

/** Makes a piece of foreign text safe to print in a terminal or a CI log. */
export function harmless(text: string): string {
  return text
    .replace(UNSAFE, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`)
    .replace(COMMAND, '$1\\u003a')
}
