import { refusal } from './refusal.ts'

/** What opens a quotation, with all that may close it. */
const CLOSES: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '`': '`',
  '´': '´',
  '“': '”“',
  '”': '”',
  '„': '“”',
  '‘': '’‘',
  '’': '’',
  '‚': '‘’',
  '«': '»',
  '»': '«',
  '‹': '›',
  '<': '>',
}

const MAX_LENGTH = 8192

/** Blanks, line breaks, the mark of a byte order, and what has no width. */
const AROUND = /^[\s\0\u200b-\u200d\u2060\ufeff]+|[\s\0\u200b-\u200d\u2060\ufeff]+$/g

/** `DATABASE_URL=`, as it stands in a file of variables. The end of the name tells it from `password=`. */
const ASSIGNMENT =
  /^(?:export\s+|set\s+|\$env:)?\w*(?:URL|URI|DSN|ADDRESS|CONNECTION|CONNECTION_STRING)\s*[=:]\s*(?!\/\/)/

/**
 * Takes off an address what was pasted with it: quotes, blanks and line breaks around it, the name of a variable in front.
 *
 * @throws {Failure} when nothing is left, a quote stands at its start alone, or a control character inside
 */
export function unwrap(typed: string): string {
  if (typed.length > MAX_LENGTH) throw refusal('is longer than any')
  let text = typed
  for (let before = ''; before !== text; ) {
    before = text
    text = withoutQuotes(text.replace(AROUND, '')).replace(ASSIGNMENT, '')
  }
  if (text === '') throw refusal('is empty')
  if (CLOSES[text.charAt(0)] !== undefined)
    throw refusal('begins with a quote and does not end with one', 'take it off')
  if (/\p{Cc}|[\u2028\u2029]/u.test(text)) throw refusal('has a line break or a control character inside')
  return text
}

function withoutQuotes(text: string): string {
  // As a string of JSON within a string shows it.
  if (text.startsWith('\\"') && text.endsWith('\\"') && text.length >= 4) return text.slice(2, -2)
  if (text.length < 2 || CLOSES[text.charAt(0)]?.includes(text.charAt(text.length - 1)) !== true) return text
  return text.slice(1, -1)
}
