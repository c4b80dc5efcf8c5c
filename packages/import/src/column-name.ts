/**
 * A column's name without what only its spelling decides: case, separators, blanks, invisible characters and width. So
 * `Expires-At`, `expiresAt`, `EXPIRES_AT` and a name behind a byte order mark are one.
 */
export function plainName(name: string): string {
  const known = plainNames.get(name)
  if (known !== undefined) return known
  const plain = name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
  if (plainNames.size >= MAX_KNOWN) plainNames.clear()
  if (name.length <= SHOWN) plainNames.set(name, plain)
  return plain
}

/** Names that are remembered: a table has a few, and each row asks for all of them. */
const MAX_KNOWN = 2000
const plainNames = new Map<string, string>()

/** The words of a column's name in lower case: `userIsActive`, `user_is_active` and `User is active` have the same three. */
export function wordsOf(name: string): readonly string[] {
  const parted = name
    .normalize('NFKC')
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
  return parted.toLowerCase().match(/\p{L}+|\p{N}+/gu) ?? []
}

const SHOWN = 64
/** Letters and digits mixed in one run: a file without a heading has keys where names should be. */
const TOKEN_LIKE = /(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{16,}/

/** A column's name as a message may repeat it: cut where it could be a key. */
export function shownName(name: string): string {
  if (name === '') return '(no name)'
  const isToken = name.length > SHOWN || TOKEN_LIKE.test(name)
  // A regular expression would keep the last text that it matched.
  NOTHING.test('')
  return isToken ? `${name.slice(0, 6)}…` : name
}

const NOTHING = /^/
