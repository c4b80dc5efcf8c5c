import type { ParsedToken, TokenReader } from './token.ts'

/** A field that gave no credential, and why: nothing was there, or what was there cannot be read as exactly one. */
export interface Refused {
  readonly refused: 'missing' | 'malformed'
}

export const MISSING: Refused = Object.freeze({ refused: 'missing' })
export const MALFORMED: Refused = Object.freeze({ refused: 'malformed' })

/** A token that its format has taken already. */
interface Presented {
  readonly token: string
  readonly parsed: ParsedToken
}

/** What reading a request for credentials gives: the token, or why there is none. */
export type Credential = string | Presented | Refused

/** A header as a framework hands it over: absent, one field, or several fields of the same name. */
export type FieldValue = string | readonly string[] | null | undefined

/** Room in the field beside the token: the scheme, its spaces, and white space around the value. */
const FIELD_ALLOWANCE = 64

const SPACE = 0x20
const TAB = 0x09
const EQUALS = 0x3d
const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c

/**
 * RFC 6750 §2.1 `b64token`, with `|` and `:` because keys in the wild carry them. Padding is read apart. A table and
 * no regular expression: `RegExp.lastMatch` would keep the token after the request.
 */
const TOKEN_CHARACTER = characters('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/|:')

/** RFC 9110 §5.6.2 `tchar`: what an authentication scheme or a parameter name is made of. */
const NAME_CHARACTER = characters("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~")

const BEARER = codes('bearer')
const BASIC = codes('basic')

/** The schemes that `readAuthorization` takes credentials from; all others are somebody else's. */
export interface Schemes {
  readonly bearer: boolean
  readonly basic?: (encoded: string, maxTokenLength: number) => Credential
  /** Asked before the grammar is: no longer than `maxTokenLength` is what it takes. */
  readonly readToken?: TokenReader | undefined
}

const BEARER_ALONE: Schemes = { bearer: true }

/**
 * Reads one `Authorization` field: Bearer credentials (RFC 6750 §2.1) unless `schemes` says otherwise. The token is
 * taken as it stands: nothing is decoded, trimmed inside or folded. Linear in the length.
 */
export function readAuthorization(
  field: FieldValue,
  maxTokenLength: number,
  schemes: Schemes = BEARER_ALONE,
): Credential {
  // Basic credentials are a third longer than the token that they hold.
  const value = oneField(field, schemes.basic === undefined ? maxTokenLength : Math.ceil(maxTokenLength * 1.5))
  if (typeof value !== 'string') return value

  // What nearly every client sends; whatever differs from it by a blank is read with care below.
  if (schemes.bearer && value.charCodeAt(BEARER.length) === SPACE && isScheme(value, 0, BEARER.length, BEARER)) {
    const parsed = schemes.readToken?.(value, BEARER.length + 1) ?? null
    if (parsed !== null) return { token: value.slice(BEARER.length + 1), parsed }
    const token = readToken(value, BEARER.length + 1, value.length, maxTokenLength)
    if (token !== MALFORMED) return token
  }

  const start = skipBlanks(value, 0, value.length)
  const end = trimBlanks(value, start)
  if (start === end) return MISSING

  let schemeEnd = start
  while (schemeEnd < end && NAME_CHARACTER[value.charCodeAt(schemeEnd)] === 1) schemeEnd++
  if (schemeEnd === start || (schemeEnd < end && value.charCodeAt(schemeEnd) !== SPACE)) return MALFORMED

  // RFC 9110 §11.4: `1*SP` between scheme and credentials.
  let tokenStart = schemeEnd
  while (tokenStart < end && value.charCodeAt(tokenStart) === SPACE) tokenStart++

  if (schemes.bearer && isScheme(value, start, schemeEnd, BEARER)) {
    return readToken(value, tokenStart, end, maxTokenLength)
  }
  if (schemes.basic !== undefined && isScheme(value, start, schemeEnd, BASIC)) {
    return schemes.basic(value.slice(tokenStart, end), maxTokenLength)
  }
  return isOneSetOfCredentials(value, tokenStart, end) ? MISSING : MALFORMED
}

/** Reads a field whose whole value is the token, such as `X-API-Key`. A field that holds nothing is no credential. */
export function readWholeField(field: FieldValue, maxTokenLength: number): Credential {
  const value = oneField(field, maxTokenLength)
  if (typeof value !== 'string') return value
  const start = skipBlanks(value, 0, value.length)
  const end = trimBlanks(value, start)
  return start === end ? MISSING : readToken(value, start, end, maxTokenLength)
}

/** Reads the decoded value of a parameter, which is the token as it stands. One that holds nothing is no credential. */
export function readWholeValue(value: string, maxTokenLength: number): Credential {
  // A value over the bound is not read, also where it is blank.
  if (value.length <= maxTokenLength && skipBlanks(value, 0, value.length) === value.length) return MISSING
  return readToken(value, 0, value.length, maxTokenLength)
}

/** The part of `value` from `start` to `end`, if it is a token and nothing else. */
export function readToken(value: string, start: number, end: number, maxTokenLength: number): string | Refused {
  if (end - start > maxTokenLength) return MALFORMED
  let index = start
  while (index < end && TOKEN_CHARACTER[value.charCodeAt(index)] === 1) index++
  if (index === start) return MALFORMED
  while (index < end && value.charCodeAt(index) === EQUALS) index++
  return index === end ? value.slice(start, end) : MALFORMED
}

/** The only field there is, bounded in length before anything else reads it. */
function oneField(field: FieldValue, maxTokenLength: number): string | Refused {
  if (typeof field === 'string') return field.length > maxTokenLength + FIELD_ALLOWANCE ? MALFORMED : field
  if (field === undefined || field === null) return MISSING
  if (!Array.isArray(field)) return MALFORMED
  if (field.length === 0) return MISSING
  // RFC 6750 §2: one method per request; RFC 9110 §11.6.2 allows one field.
  return field.length === 1 && typeof field[0] === 'string' ? oneField(field[0], maxTokenLength) : MALFORMED
}

function isScheme(value: string, start: number, end: number, name: Uint8Array): boolean {
  if (end - start !== name.length) return false
  for (let index = 0; index < name.length; index++) {
    // RFC 9110 §11.1: compared without case. `name` is letters alone, for which bit 0x20 is the case.
    if ((value.charCodeAt(start + index) | 0x20) !== name[index]) return false
  }
  return true
}

/**
 * Another scheme's credentials are none of ours, as long as they are one set: `Digest a="b", c="d"` is, and
 * `Basic abc, Bearer def` is two joined by a proxy, which nobody can tell apart safely.
 */
function isOneSetOfCredentials(value: string, from: number, end: number): boolean {
  if (value.indexOf(',', from) === -1) return true
  let index = from
  while (index < end) {
    index = skipBlanks(value, index, end)
    const nameStart = index
    while (index < end && NAME_CHARACTER[value.charCodeAt(index)] === 1) index++
    if (index === nameStart) return false
    index = skipBlanks(value, index, end)
    if (value.charCodeAt(index) !== EQUALS) return false
    index = skipParameterValue(value, index + 1, end)
    // A quoted string that never ends may hide anything.
    if (index > end) return false
    if (index < end && value.charCodeAt(index) !== COMMA) return false
    index++
  }
  return true
}

function skipParameterValue(value: string, from: number, end: number): number {
  let index = skipBlanks(value, from, end)
  if (value.charCodeAt(index) === QUOTE) {
    index++
    while (index < end && value.charCodeAt(index) !== QUOTE) index += value.charCodeAt(index) === BACKSLASH ? 2 : 1
    index++
  } else {
    while (index < end && NAME_CHARACTER[value.charCodeAt(index)] === 1) index++
  }
  return skipBlanks(value, index, end)
}

function skipBlanks(value: string, from: number, end: number): number {
  let index = from
  while (index < end && isBlank(value.charCodeAt(index))) index++
  return index
}

/** RFC 9110 §5.5: white space around a field value is not part of it. */
function trimBlanks(value: string, start: number): number {
  let end = value.length
  while (end > start && isBlank(value.charCodeAt(end - 1))) end--
  return end
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB
}

function characters(allowed: string): Uint8Array {
  const table = new Uint8Array(256)
  for (let index = 0; index < allowed.length; index++) table[allowed.charCodeAt(index)] = 1
  return table
}

function codes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}
