/** A run of characters long enough to be a token. */
const TOKEN_LIKE = /\w{40,}/g
const SHOWN = 12

/** More than any message needs. It bounds what looking for secrets costs. */
const MAX_LENGTH = 8192

/** The value of a parameter that is called a password, as `key=value` lists, ADO and JDBC write it. */
const NAMED_PASSWORD =
  /((?:pass(?:word|wd|phrase)?|pwd)(?:["']\s*:|\s*=)\s*)(?:'(?:[^'\\]|\\.)*'|"[^"]*"|(?:\\.|\S)+)/gi

/**
 * Cuts what could be a token, and passwords in addresses of databases, so that a message can repeat what was typed:
 * a secret may have been typed where something else belongs.
 */
export function withoutSecrets(text: string): string {
  const short = text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH).replace(/\S+$/, '')}…`
  return withoutPasswords(short).replace(TOKEN_LIKE, (run) => `${run.slice(0, SHOWN)}…`)
}

function withoutPasswords(text: string): string {
  const words = text.replace(NAMED_PASSWORD, '$1…').split(/(\s+)/)
  const last = words.findLastIndex((word) => word.includes('@'))
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    const colon = passwordStart(word)
    if (colon === -1) continue
    const at = word.lastIndexOf('@')
    // A password with a blank in it goes on in the next word.
    const end = at === -1 ? Math.max(last, index) : index
    const ending = words[end] ?? ''
    const rest = ending.includes('@') ? ending.slice(ending.lastIndexOf('@')) : ''
    words.splice(index, end - index + 1, `${word.slice(0, colon + 1)}…${rest}`)
  }
  return words.join('')
}

/** What stands behind the colon of an address that has no password. */
const PORT_OR_END = /^\d*(?:[/?#,;.)\]'"]|$)/

/**
 * Where in `scheme://user:password@host` and `user:password@tcp(host)` the password begins. The last `@` ends it, since
 * passwords with one are often not encoded. Without an `@`, what follows the colon and is no port may be a password.
 *
 * @returns the place of the colon in front of it; -1 if there is none
 */
function passwordStart(word: string): number {
  const scheme = word.indexOf('://')
  const start = scheme === -1 ? 0 : scheme + 3
  const colon = word.indexOf(':', start)
  if (colon === -1 || word.lastIndexOf('@') > colon) return colon
  if (scheme === -1 || word[start] === '[' || PORT_OR_END.test(word.slice(colon + 1))) return -1
  return colon
}
