import {
  BASE62,
  CHECKSUM_LENGTH,
  CRC_START,
  checksum,
  crcOver,
  crcOverBase62,
  crcValue,
  isBase62,
  readBase62,
} from './checksum.ts'
import type { MaybePromise } from './digest.ts'
import { wholeNumber } from './whole-number.ts'

/** What a format reads out of a token without asking anyone. */
export interface ParsedToken {
  /** The prefix of the format that took the token. */
  readonly prefix?: string
  /** The environment that stands in the token, such as `live`. */
  readonly environment?: string
  /** The id of the key, where the format carries one; the key is then looked up by it. */
  readonly id?: string
  /** Only beside `id`: the part of the token that the stored hash was made from. Never keep it. */
  readonly secret?: string
  /**
   * Other digests that a key of this format may be stored under, such as those of the system that issued it. Asked when
   * the key must be looked up; each must prove the token as a digest of all of it does. The verifier's own come first.
   */
  readonly alsoStoredAs?: (token: string) => MaybePromise<readonly string[]>
}

/**
 * One way a token may look. A verifier with formats refuses every other token before it digests anything or asks the
 * resolver. Make one with `keyFormat()`, `idKeyFormat()`, `pairFormat()` or `anyToken()`, or write your own: `parse`
 * must be pure, must not keep the token, and must not throw.
 */
export interface TokenFormat {
  /** Reads a token, or answers `null` when it is not of this format. */
  parse(token: string): ParsedToken | null
  /** Length of the longest token of this format, where there is one. Checked against `maxTokenLength`. */
  readonly maxLength?: number
}

/**
 * A format that tokens can be issued in.
 *
 * @typeParam E the environments, or `string` where the format has none
 */
export interface KeyFormat<E extends string = string> extends TokenFormat {
  readonly prefix: string
  readonly environments: readonly E[]
  readonly maxLength: number
  /** True when its tokens carry the id of their key, as those of `idKeyFormat()` do. Default `false`. */
  readonly hasId?: boolean | undefined
  /**
   * A new token from the runtime's CSPRNG.
   *
   * @param environment one of `environments`; default the first of them
   * @throws {TypeError} when the format has no such environment
   */
  generate(environment?: string): string
  /**
   * What a list may show of a token: everything before the random part and four characters of it, `acme_live_4fTq…`.
   *
   * @throws {TypeError} when the token is not of this format; the message does not repeat it
   */
  hint(token: string): string
  /** Finds tokens of this format in any text. Not anchored, no flags, plain enough for every scanner's dialect. */
  readonly pattern: RegExp
}

/** Fills the array with random bytes and nothing else; `crypto.getRandomValues` is one. */
export type RandomBytes = (bytes: Uint8Array<ArrayBuffer>) => unknown

/**
 * What `keyFormat()` takes.
 *
 * @typeParam E the environments, inferred from `environments`
 */
export interface KeyFormatOptions<E extends string = string> {
  /** Stands first in every token: letters and digits, single `_` inside, 1 to 32 characters. */
  readonly prefix: string
  /** Stands second: lower-case letters and digits, 1 to 16 characters each. Default none. */
  readonly environments?: readonly E[]
  /** Source of random bytes. Default the runtime's CSPRNG; give another in tests alone. */
  readonly random?: RandomBytes
}

/** 43 base62 characters: log2(62^43) is 256.03, so the random part holds 256 bits. */
const SECRET_LENGTH = 43
const HINT_LENGTH = 4
const PREFIX = /^[A-Za-z0-9]+(?:_[A-Za-z0-9]+)*$/
const ENVIRONMENT = /^[a-z0-9]{1,16}$/

/**
 * The format of Bearward's own keys, `acme_live_<43 base62><6 base62>`: 256 random bits and a CRC-32 over all that
 * stands before it. No `-`, so that a double click takes it whole. A random string is refused without a lookup.
 *
 * @param options the prefix and, if keys come in several kinds, the environments
 * @returns a format to give to `createVerifier({ format })`
 * @throws {TypeError} naming the option that cannot be used
 * @example
 * ```ts
 * import { keyFormat } from '@bearward/core'
 *
 * const format = keyFormat({ prefix: 'acme', environments: ['live', 'test'] })
 * const token = format.generate('live')
 * format.parse(token) // { prefix: 'acme', environment: 'live' }
 * format.hint(token)  // 'acme_live_4fTq…'
 * ```
 */
export function keyFormat<const E extends string = string>(options: KeyFormatOptions<E>): KeyFormat<E> {
  const bodyLength = SECRET_LENGTH + CHECKSUM_LENGTH
  const { prefix, environments, random, heads, maxLength, headOf } = layoutOf('keyFormat', options, bodyLength)

  const readFrom: TokenReader = (value, start) => {
    const head = headOf(value, start)
    if (head === undefined) return null
    const checksumStart = value.length - CHECKSUM_LENGTH
    const crc = crcOverBase62(head.crc, value, start + head.text.length, checksumStart)
    if (crc === undefined) return null
    return readBase62(value, checksumStart, value.length) === crcValue(crc) ? head.parsed : null
  }
  const parse = (token: string): ParsedToken | null => readFrom(token, 0)

  const format: KeyFormat<E> = Object.freeze({
    prefix,
    environments,
    maxLength,
    parse,
    generate(environment?: string) {
      const unchecked = headFor(heads, environment).text + randomBase62(SECRET_LENGTH, random)
      return unchecked + checksum(unchecked)
    },
    hint: (token: string) => hintOf(token, parse(token) && headOf(token)),
    pattern: new RegExp(headPattern(prefix, environments) + base62Pattern(bodyLength)),
  })
  readers.set(format, readFrom)
  return format
}

/**
 * Reads the token that `value` ends with, from `start` on. What it takes is a token of the header's grammar too, so the
 * header need not look at each character again, and no piece of a string is read, which costs more than a whole one.
 */
export type TokenReader = (value: string, start: number) => ParsedToken | null

const readers = new WeakMap<TokenFormat, TokenReader>()

/** The reader of the format that is asked first, if that is one of `keyFormat()`. */
export function readerOf(formats: readonly TokenFormat[]): TokenReader | undefined {
  const [first] = formats
  return first && readers.get(first)
}

/** What `idKeyFormat()` takes. */
export interface IdKeyFormatOptions<E extends string = string> extends KeyFormatOptions<E> {
  /** Characters of the id. Default 16, 4 to 64. */
  readonly idLength?: number
  /** Characters of the secret. Default 43 (256 bits), 22 (131 bits) to 128. */
  readonly secretLength?: number
}

/**
 * Keys with an id in them, `acme_<id>_<secret>`, both base62. The resolver is given the id as `context.id` and must
 * return a record that holds the `digest` of the secret, or its `secretHash`: without one of them the answer is 503.
 *
 * @param options prefix, environments and lengths
 * @throws {TypeError} naming the option that cannot be used
 * @example
 * ```ts
 * import { createVerifier, idKeyFormat, type KeyRecord } from '@bearward/core'
 *
 * const rows = new Map<string, KeyRecord>()
 * createVerifier({
 *   format: idKeyFormat({ prefix: 'acme' }),
 *   resolve: (digest, { id }) => rows.get(id ?? ''), // a row with `digest` or `secretHash`
 * })
 * ```
 */
export function idKeyFormat<const E extends string = string>(options: IdKeyFormatOptions<E>): KeyFormat<E> {
  const idLength = wholeNumber('idKeyFormat', 'idLength', options?.idLength, 16, 4, 64)
  const secretLength = wholeNumber('idKeyFormat', 'secretLength', options?.secretLength, SECRET_LENGTH, 22, 128)
  const bodyLength = idLength + 1 + secretLength
  const { prefix, environments, random, heads, maxLength, headOf } = layoutOf('idKeyFormat', options, bodyLength)

  const parse = (token: string): ParsedToken | null => {
    const head = headOf(token)
    if (head === undefined) return null
    const idStart = head.text.length
    const idEnd = idStart + idLength
    if (token[idEnd] !== '_' || !isBase62(token, idStart, idEnd) || !isBase62(token, idEnd + 1, token.length))
      return null
    return { ...head.parsed, id: token.slice(idStart, idEnd), secret: token.slice(idEnd + 1) }
  }

  return Object.freeze({
    prefix,
    environments,
    maxLength,
    hasId: true,
    parse,
    generate(environment?: string) {
      const id = randomBase62(idLength, random)
      return `${headFor(heads, environment).text}${id}_${randomBase62(secretLength, random)}`
    },
    // The id is no secret, so a list may show all of it and nothing of what follows.
    hint(token: string) {
      const head = parse(token) && headOf(token)
      if (!head) throw new TypeError('hint: the token is not of this format')
      return `${token.slice(0, head.text.length + idLength)}_…`
    },
    pattern: new RegExp(
      `${headPattern(prefix, environments)}${base62Pattern(idLength)}_${base62Pattern(secretLength)}`,
    ),
  })
}

/** What `pairFormat()` takes. */
export interface PairFormatOptions {
  /** What stands between id and secret: one of `: | . _ ~`. Default `:`, as in Basic credentials (RFC 7617 §2). */
  readonly separator?: ':' | '|' | '.' | '_' | '~'
}

/**
 * An id and a secret in one token, `<id>:<secret>`, cut at the first separator. The resolver is given the id as
 * `context.id`; its record must hold the `digest` of the secret or its salted scrypt hash as `secretHash`.
 *
 * @param options the separator
 * @throws {TypeError} when the separator cannot be used
 * @example
 * ```ts
 * import { createVerifier, pairFormat } from '@bearward/core'
 *
 * createVerifier({
 *   format: pairFormat(),
 *   credentials: { basic: true },
 *   resolve: (digest, { id }) => (id === 'acct_1' ? { id, secretHash: 'f1…hash.9a…salt' } : null),
 * })
 * ```
 */
export function pairFormat(options: PairFormatOptions = {}): TokenFormat {
  const { separator = ':' } = options
  if (![':', '|', '.', '_', '~'].includes(separator)) {
    throw new TypeError('pairFormat: option `separator` must be one of : | . _ ~')
  }
  return Object.freeze({
    parse(token: string) {
      const cut = token.indexOf(separator)
      if (cut <= 0 || cut === token.length - 1) return null
      return { id: token.slice(0, cut), secret: token.slice(cut + 1) }
    },
  })
}

/**
 * Takes every token of the header's grammar: for keys that another system issued, beside a format of your own. Each
 * bad token then costs a lookup, unless `pattern` refuses it first.
 *
 * @param pattern what such a token looks like; must match from start to end. Default: anything
 * @throws {TypeError} when `pattern` is no regular expression, or has the flag `g` or `y`
 * @example
 * ```ts
 * import { anyToken, createVerifier, keyFormat } from '@bearward/core'
 *
 * createVerifier({
 *   format: [keyFormat({ prefix: 'acme' }), anyToken(/^[0-9a-f]{40}$/)],
 *   resolve: () => null,
 * })
 * ```
 */
export function anyToken(pattern?: RegExp): TokenFormat {
  if (pattern !== undefined && (!(pattern instanceof RegExp) || pattern.global || pattern.sticky)) {
    throw new TypeError('anyToken: `pattern` must be a regular expression without the flags g and y')
  }
  return Object.freeze({
    parse(token: string) {
      const matches = pattern === undefined || pattern.test(token)
      // `RegExp.lastMatch` and its kin would keep the token after the request.
      if (pattern !== undefined) NOTHING.test('')
      return matches ? ANY : null
    },
  })
}

const NOTHING = /^/

const ANY: ParsedToken = Object.freeze({})

/** The gate: what no format takes is refused before it costs a digest or a lookup. Without formats all may pass. */
export function parseToken(token: string, formats: readonly TokenFormat[]): ParsedToken | null {
  if (formats.length === 0) return ANY
  for (const format of formats) {
    const parsed = format.parse(token)
    if (parsed !== null) return parsed
  }
  return null
}

/** What stands before the random part of a token, and what is known once it was seen. */
interface Head {
  readonly text: string
  /** The running CRC over `text`, so that a request does not pay for it. */
  readonly crc: number
  readonly parsed: ParsedToken
}

function headsOf(prefix: string, environments: readonly string[]): readonly Head[] {
  const head = (text: string, parsed: ParsedToken): Head => ({
    text,
    crc: crcOver(CRC_START, text),
    parsed: Object.freeze(parsed),
  })
  if (environments.length === 0) return [head(`${prefix}_`, { prefix })]
  return environments.map((environment) => head(`${prefix}_${environment}_`, { prefix, environment }))
}

/** What all formats with a prefix share: their heads, and a body of fixed length behind each. */
interface Layout<E extends string> extends Required<KeyFormatOptions<E>> {
  readonly heads: readonly Head[]
  readonly maxLength: number
  /** The head of the token that `value` ends with, from `start` on (default 0), if its length is right too. */
  readonly headOf: (value: string, start?: number) => Head | undefined
}

function layoutOf<E extends string>(maker: string, options: KeyFormatOptions<E>, bodyLength: number): Layout<E> {
  const checked = checkFormatOptions(maker, options)
  const heads = headsOf(checked.prefix, checked.environments)
  const headOf = (value: string, start = 0): Head | undefined => {
    for (const head of heads) {
      if (value.length === start + head.text.length + bodyLength && value.startsWith(head.text, start)) return head
    }
    return undefined
  }
  const maxLength = Math.max(...heads.map((head) => head.text.length)) + bodyLength
  return { ...checked, heads, maxLength, headOf }
}

function headFor(heads: readonly Head[], environment: string | undefined): Head {
  const head = environment === undefined ? heads[0] : heads.find(({ parsed }) => parsed.environment === environment)
  if (head === undefined) {
    const known = heads.flatMap(({ parsed }) => parsed.environment ?? []).join(', ')
    throw new TypeError(`generate: no such environment; this format has ${known === '' ? 'none' : known}`)
  }
  return head
}

function hintOf(token: string, head: Head | null | undefined): string {
  if (!head) throw new TypeError('hint: the token is not of this format')
  return `${token.slice(0, head.text.length + HINT_LENGTH)}…`
}

/** The last multiple of 62 in a byte: bytes from here on would favour some characters. */
const USABLE_BYTES = 248
const UNUSABLE_BYTE = 255

/** Draws each character by rejection, so that all 62 are equally likely. */
function randomBase62(length: number, random: RandomBytes): string {
  const bytes = new Uint8Array(64)
  let text = ''
  while (text.length < length) {
    // A source that fills nothing, or not at once, must not make a token that anybody can guess.
    bytes.fill(UNUSABLE_BYTE)
    random(bytes)
    if (bytes.every((byte) => byte >= USABLE_BYTES)) throw new Error('generate: `random` has filled no bytes')
    for (const byte of bytes) {
      if (byte < USABLE_BYTES && text.length < length) text += BASE62[byte % 62]
    }
  }
  return text
}

function headPattern(prefix: string, environments: readonly string[]): string {
  return environments.length === 0 ? `${prefix}_` : `${prefix}_(${environments.join('|')})_`
}

function base62Pattern(length: number): string {
  return `[0-9A-Za-z]{${length}}`
}

function checkFormatOptions<E extends string>(
  maker: string,
  options: KeyFormatOptions<E>,
): Required<KeyFormatOptions<E>> {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`${maker}: options must be an object with a \`prefix\``)
  const { prefix, environments = [], random = (bytes) => crypto.getRandomValues(bytes) } = options
  if (typeof prefix !== 'string' || prefix.length > 32 || !PREFIX.test(prefix)) {
    throw new TypeError(`${maker}: option \`prefix\` must be 1 to 32 letters and digits, with single _ inside`)
  }
  if (
    !Array.isArray(environments) ||
    !environments.every((name) => typeof name === 'string' && ENVIRONMENT.test(name))
  ) {
    throw new TypeError(
      `${maker}: option \`environments\` must be a list of names of 1 to 16 lower-case letters and digits`,
    )
  }
  if (new Set(environments).size !== environments.length) {
    throw new TypeError(`${maker}: option \`environments\` names one of them twice`)
  }
  if (typeof random !== 'function')
    throw new TypeError(`${maker}: option \`random\` must be a function that fills a Uint8Array`)
  return { prefix, environments: Object.freeze([...environments]), random }
}
