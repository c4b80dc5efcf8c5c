/** A run of characters long enough to be a token. */
const TOKEN_LIKE = /\w{40,}/g
const SHOWN = 12

/** The password in the address of a database. */
const PASSWORD = /(:\/\/[^\s/@:]*):\S*@/g

/** Control characters, line separators, and what turns the direction of text round. */
const CONTROL = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu

/**
 * Cuts what could be a token, and passwords in addresses, so that a message can repeat what was typed: somebody may have
 * typed a secret where something else belongs.
 */
export function withoutSecrets(text: string): string {
  return text.replace(PASSWORD, '$1:…@').replace(TOKEN_LIKE, (run) => `${run.slice(0, SHOWN)}…`)
}

/** Makes text from anywhere safe to print: no line breaks, no escape sequences, nothing that turns the text round. */
export function printable(text: string): string {
  return text.replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
