import type { CredentialSources } from './request.ts'

/** The text in the place of a secret. */
const REDACTED = '[redacted]'
/** The text in the place of a value that cannot be read, or that lies deeper than `MAX_DEPTH`. */
const UNREADABLE = '[unreadable]'
const MAX_DEPTH = 16

/** Names of header fields, parameters and properties that hold secrets, without `-` and `_`, in lower case. */
const SECRET_NAMES = [
  'authorization',
  'proxyauthorization',
  'cookie',
  'setcookie',
  'xapikey',
  'apikey',
  'accesstoken',
  'token',
]

// Each expression is linear: it starts at the beginning of a word alone, and stops where the next one may start.

/** RFC 9110 §11.4 credentials of a scheme that carries keys; a challenge begins with its realm. */
const CREDENTIALS = /(bearer|basic)(\s+|%20)(?!realm=)[^\s"',;&\\\p{Cc}]+/giu
/** The rest of a line behind `Cookie:`, which holds several values. */
const COOKIES = /((?:set-)?cookie\\*["']?\s*[:=]\s*\\*["']?)[^"'\\\p{Cc}]+/giu
/** A name up to its value: `name=`, `name: `, `"name":`, and `'name', ` before a quote, as `rawHeaders` has it. */
const NAME = /(?<![\w%.[\]-])([\w%.[\]-]{1,128})(?:\\*["']?\s*[:=]\s*|\\*["']\s*,\s*(?=\\*["']))/g
/** The value behind a name: in quotes, or up to what ends one in an address, a line or an object. */
const VALUE = /(\\*["'])[^"'\\\p{Cc}]*|(?:(?:bearer|basic)\s+)?[^\s"',;&#}\]\\\p{Cc}]+/iuy
/** Characters in a row of which a token consists; identifiers of 32 hexadecimal digits are shorter. */
const TOKEN_LIKE = /\w{40,}/g

/** Takes secrets out of a value: a text, or a plain object or array of values. Everything else comes back as it is. */
export type Redact = <T>(value: T) => T

/** Options of {@link redactor}. */
export interface RedactorOptions {
  /** The option of the verifier: its header and its query parameter hold secrets. Default: none beside the usual names. */
  readonly credentials?: CredentialSources | undefined
  /** Further names of fields, parameters and properties that hold secrets, in any case. Default: none. */
  readonly names?: readonly string[] | undefined
}

/**
 * Makes a function that takes keys out of what an application is about to log: tokens of 40 characters or more, credentials
 * behind `Bearer` and `Basic`, and the values of `Authorization`, `Cookie`, `X-API-Key`, `access_token`, `api_key`, `token` and the
 * names that you add, in addresses, header fields, JSON and objects. Time is linear in the length.
 *
 * The function copies plain objects, arrays, errors, `Headers`, `URL` and `URLSearchParams`, and changes nothing that it is given.
 * Instances of other classes come back as they are.
 *
 * @param options the verifier's `credentials`, and further names
 * @throws {TypeError} naming the option that cannot be used
 * @example
 * ```ts
 * import { redactor } from '@bearward/core'
 *
 * const redact = redactor({ credentials: { header: 'X-Key', query: 'k' } })
 * redact('GET /v1/posts?k=a-key&page=2') // 'GET /v1/posts?k=[redacted]&page=2'
 * redact({ authorization: 'Bearer a-key', host: 'api.example' }) // { authorization: '[redacted]', host: 'api.example' }
 * ```
 */
export function redactor(options: RedactorOptions = {}): Redact {
  const names = secretNames(options)
  const isSecret = (name: string): boolean => segmentsOf(name).some((segment) => names.has(normalised(segment)))
  const text = (value: string): string => redactText(value, isSecret)
  return <T>(value: T): T => redactValue(value, { text, isSecret, copies: new Map() }, 0) as T
}

function secretNames(options: RedactorOptions): ReadonlySet<string> {
  if (typeof options !== 'object' || options === null) fail('options must be an object')
  for (const name of Object.keys(options)) {
    if (name !== 'credentials' && name !== 'names') fail(`there is no option \`${name}\``)
  }
  const { credentials = {}, names = [] } = options
  if (typeof credentials !== 'object' || credentials === null) fail('option `credentials` must be that of the verifier')
  if (!Array.isArray(names)) fail('option `names` must be a list of names')
  const added = [...names, credentials.header ?? 'authorization', credentials.query ?? 'authorization']
  for (const name of added) {
    if (typeof name !== 'string' || normalised(name) === '') fail('a name must be a string of letters and digits')
  }
  return new Set([...SECRET_NAMES, ...added.map(normalised)])
}

function fail(message: string): never {
  throw new TypeError(`redactor: ${message}`)
}

function normalised(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, '')
}

type IsSecret = (name: string) => boolean

function redactText(text: string, isSecret: IsSecret): string {
  const redacted = redactNamed(text.replace(COOKIES, `$1${REDACTED}`), isSecret)
    .replace(CREDENTIALS, `$1$2${REDACTED}`)
    .replace(TOKEN_LIKE, REDACTED)
  // `RegExp.input` keeps the text that was matched last.
  TOKEN_LIKE.test('_'.repeat(40))
  TOKEN_LIKE.lastIndex = 0
  return redacted
}

/** A value is read only behind a secret name: the value of another may be an address with a secret in it. */
function redactNamed(text: string, isSecret: IsSecret): string {
  const parts: string[] = []
  let done = 0
  NAME.lastIndex = 0
  for (let found = NAME.exec(text); found !== null; found = NAME.exec(text)) {
    if (!isSecret(found[1] ?? '')) continue
    VALUE.lastIndex = NAME.lastIndex
    const value = VALUE.exec(text)
    if (value === null) continue
    parts.push(text.slice(done, NAME.lastIndex), value[1] ?? '', REDACTED)
    done = VALUE.lastIndex
    NAME.lastIndex = done
  }
  return parts.join('') + text.slice(done)
}

/** The names in `headers.authorization`, `api_key[0]` and `api%5Fkey`. */
function segmentsOf(name: string): string[] {
  let decoded = name
  try {
    decoded = decodeURIComponent(name)
  } catch {
    // Not percent-encoded after all: the name is taken as it stands.
  }
  return decoded.split(/[.[\]]/)
}

interface RedactionContext {
  readonly text: (value: string) => string
  readonly isSecret: IsSecret
  /** Copies by their original, so that a cycle stays one. */
  readonly copies: Map<object, unknown>
}

function redactValue(value: unknown, context: RedactionContext, depth: number): unknown {
  if (typeof value === 'string') return context.text(value)
  if (typeof value !== 'object' || value === null) return value
  const known = context.copies.get(value)
  if (known !== undefined) return known
  if (depth > MAX_DEPTH) return UNREADABLE
  if (value instanceof URL) return new URL(context.text(value.href))
  if (value instanceof URLSearchParams) return new URLSearchParams(context.text(String(value)))
  if (typeof Headers === 'function' && value instanceof Headers) return redactHeaders(value, context)
  if (Array.isArray(value)) return redactArray(value, context, depth)
  return isPlain(value) || value instanceof Error ? redactObject(value, context, depth) : value
}

/** Also an object that a serializer has made with a prototype of its own, which is no class. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as { constructor?: unknown } | null
  return prototype === null || prototype.constructor === Object
}

function redactHeaders(headers: Headers, { text, isSecret }: RedactionContext): Headers {
  return new Headers([...headers].map(([name, value]) => [name, isSecret(name) ? REDACTED : text(value)]))
}

function redactArray(values: readonly unknown[], context: RedactionContext, depth: number): unknown[] {
  const copy: unknown[] = []
  context.copies.set(values, copy)
  for (const value of values) {
    // `rawHeaders` of Node and entries of `Headers` have each value behind its name.
    const name = copy.length > 0 ? values[copy.length - 1] : undefined
    const isBehindName = typeof name === 'string' && context.isSecret(name)
    copy.push(isBehindName && typeof value === 'string' ? REDACTED : redactValue(value, context, depth + 1))
  }
  return copy
}

function redactObject(value: object, context: RedactionContext, depth: number): object {
  const copy = Object.create(Object.getPrototypeOf(value) as object | null) as object
  context.copies.set(value, copy)
  // Symbols too: some loggers keep the written line under one. Of an error, `message` and `stack` are not enumerable.
  for (const key of Reflect.ownKeys(value)) {
    const { enumerable = false } = Object.getOwnPropertyDescriptor(value, key) ?? {}
    const isSecret = typeof key === 'string' && context.isSecret(key)
    const redacted = isSecret ? REDACTED : readProperty(value, key, context, depth)
    Object.defineProperty(copy, key, { value: redacted, enumerable, writable: true, configurable: true })
  }
  return copy
}

function readProperty(value: object, key: string | symbol, context: RedactionContext, depth: number): unknown {
  try {
    return redactValue((value as Record<string | symbol, unknown>)[key], context, depth + 1)
  } catch {
    // A getter of the application's that throws must not end the request that is being logged.
    return UNREADABLE
  }
}
