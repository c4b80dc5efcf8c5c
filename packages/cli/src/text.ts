/** A run of characters long enough to be a token. */
const TOKEN_LIKE = /\w{40,}/g
const SHOWN = 12

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/**
 * Cuts what could be a token, so that a message can repeat what was typed: somebody may have typed a token where
 * something else belongs.
 */
export function withoutTokens(text: string): string {
  return text.replace(TOKEN_LIKE, (run) => `${run.slice(0, SHOWN)}…`)
}

/** Makes text from anywhere safe to print: no line breaks, no escape sequences, nothing that turns the text round. */
export function printable(text: string): string {
  return text.replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
