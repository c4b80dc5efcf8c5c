/** A run of characters long enough to be a token. */
const TOKEN_LIKE = /\w{40,}/g
const SHOWN = 12

/** The start of the address of a database, up to its password, which ends at the last `@` before white space. */
const BEFORE_PASSWORD = /:\/\/[^/@:]*:/

/** Control characters, line separators, and what turns the direction of text round. */
const CONTROL = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu

/**
 * Cuts what could be a token, and passwords in addresses, so that a message can repeat what was typed: somebody may have
 * typed a secret where something else belongs.
 */
export function withoutSecrets(text: string): string {
  return text.replace(/\S+/g, withoutPassword).replace(TOKEN_LIKE, (run) => `${run.slice(0, SHOWN)}…`)
}

/** Cuts the password out of characters without white space. Linear: an expression that looks for `@` from each `://` is not. */
function withoutPassword(run: string): string {
  const end = run.lastIndexOf('@')
  const head = end === -1 ? null : BEFORE_PASSWORD.exec(run.slice(0, end))
  return head === null ? run : `${run.slice(0, head.index + head[0].length)}…${run.slice(end)}`
}

/** Makes text from anywhere safe to print: no line breaks, no escape sequences, nothing that turns the text round. */
export function printable(text: string): string {
  return text.replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
