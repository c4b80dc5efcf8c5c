/** Units of UTF-16 that are shown of one text; a path of Linux is never longer. */
const MAX_SHOWN = 4096

/**
 * Characters that a terminal obeys, that end a line, that are invisible, or that turn the direction of text: controls (C0,
 * DEL, C1), format characters (bidi controls, zero-width, tags), line and paragraph separators, halves of characters,
 * what Unicode says to ignore, and code points that are no characters.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu

/** GitHub Actions obeys a line that begins with `::`, after blanks, https://docs.github.com/actions/reference/workflow-commands */
const COMMAND_AT_START = /^(\s*):(?=:)/

/** The same commands by their names, where a text may come to stand at the start of a line. */
const NAMED_COMMAND =
  /:(?=:(?:add-mask|add-matcher|add-path|debug|echo|endgroup|error|group|notice|remove-matcher|save-state|set-env|set-output|stop-commands|warning)(?![\w-]))/gi

/** `##[error]` of GitHub, `##vso[…]` of Azure and `##teamcity[…]`: obeyed anywhere on a line. */
const HASH_COMMAND = /#(?=#[\w.-]*\[)/g

/**
 * Makes a piece of text from anyone else safe to print in a terminal, a CI log or a mail: it stays on its line, changes
 * nothing around it, and is no command of a CI system. What is unsafe is shown as `\u001b`; a text of more than 4096 units
 * is cut. Doing it twice changes nothing.
 */
export function harmless(text: string): string {
  return escapeUnsafe(text.length <= MAX_SHOWN ? text : `${wholeCharacters(text, MAX_SHOWN - 1)}…`)
}

/** The same without a limit to its length, for a line that is made of several texts. */
export function escapeUnsafe(line: string): string {
  return line
    .replace(UNSAFE, escapeOne)
    .replace(COMMAND_AT_START, `$1${escapeOne(':')}`)
    .replace(NAMED_COMMAND, escapeOne)
    .replace(HASH_COMMAND, escapeOne)
}

/** JSON on one line with every unsafe character escaped by the rules of JSON: a reader gets the same value. */
export function harmlessJson(value: unknown): string {
  // Outside of strings, JSON has none of these characters.
  return JSON.stringify(value)
    .replace(UNSAFE, escapeUnits)
    .replace(NAMED_COMMAND, escapeOne)
    .replace(HASH_COMMAND, escapeOne)
}

function escapeOne(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16)
  return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`
}

function escapeUnits(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}

/** The first units of a text, without half of a character at the end. */
function wholeCharacters(text: string, length: number): string {
  const last = text.charCodeAt(length - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length)
}
