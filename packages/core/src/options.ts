import { type CacheOptions, type CacheSettings, checkCache } from './cache-options.ts'
import { type Clock, systemClock } from './clock.ts'
import { type Digester, sha256 } from './digest.ts'
import type { KeyRecord } from './record.ts'
import type { CredentialSources } from './request.ts'
import type { Resolve } from './resolver.ts'
import { checkScopeName } from './scopes.ts'
import { type SecretHash, scrypt } from './secret-hash.ts'
import type { TokenFormat } from './token.ts'
import { wholeNumber } from './whole-number.ts'

/**
 * @typeParam K your record type, inferred from `resolve`
 * @typeParam S your scopes, inferred from `scopes`
 */
export interface VerifierOptions<K extends KeyRecord, S extends string> {
  /** From digest to your row, or `null`. Throwing means that the store could not be asked: 503. */
  readonly resolve: Resolve<K>
  /**
   * Whether `resolve` looks for all of `context.digests` in one query, and is asked once. Its record must then carry its
   * `digest`. Default `false`: a token that is unknown under the first digest is asked for again under each other one.
   */
  readonly oneQuery?: boolean | undefined
  /** Formats of the tokens that are looked up at all. Default: every token of the header's grammar. */
  readonly format?: TokenFormat | readonly TokenFormat[] | undefined
  /** From token to stored digest. Default `sha256()`. */
  readonly digest?: Digester | undefined
  /** Default: none; every request asks the resolver. */
  readonly cache?: CacheOptions | undefined
  /** Milliseconds for one resolver call, 1 to 600 000. Default 5000; then the answer is 503. */
  readonly deadlineMs?: number | undefined
  /** RFC 9110 §11.5 protection space, in every challenge. Printable ASCII. Default `'api'`. */
  readonly realm?: string | undefined
  /** Characters of the longest token that is read, 16 to 8192. Default 512. */
  readonly maxTokenLength?: number | undefined
  /** The scopes there are. Given once, they are checked by the compiler wherever a scope is named. */
  readonly scopes?: readonly S[] | undefined
  /** Whether a granted `posts:*` or `*` is a wildcard. Default `false`. */
  readonly scopePatterns?: boolean | undefined
  /** Where credentials may stand besides `Authorization: Bearer`. Default: nowhere. */
  readonly credentials?: CredentialSources | undefined
  /** Checks `secretHash` of records found by id. Default `scrypt()`. */
  readonly secretHash?: SecretHash | undefined
  /**
   * A last condition on the row, asked when it is read: an owner who is suspended, an environment that this server
   * does not serve. Must answer `true` or `false` at once; throwing means 503.
   */
  readonly accept?: ((key: K) => boolean) | undefined
  /** Where time comes from. Default `systemClock`. */
  readonly clock?: Clock | undefined
}

/** Options after they were checked, with every default filled in. */
export interface Settings<K extends KeyRecord> {
  readonly resolve: Resolve<K>
  readonly oneQuery: boolean
  readonly formats: readonly TokenFormat[]
  readonly digest: Digester
  readonly cache: CacheSettings | undefined
  readonly deadlineMs: number
  readonly realm: string
  readonly maxTokenLength: number
  readonly scopePatterns: boolean
  readonly credentials: CredentialSources
  /** Made when the first record asks for it: a runtime without scrypt is no obstacle to those who use none. */
  readonly secretHash: () => SecretHash
  /** True when `secretHash` was given. */
  readonly hasSecretHash: boolean
  readonly accept: ((key: K) => boolean) | undefined
  readonly clock: Clock
}

const KNOWN = new Set([
  'resolve',
  'oneQuery',
  'format',
  'digest',
  'cache',
  'deadlineMs',
  'realm',
  'maxTokenLength',
  'scopes',
  'scopePatterns',
  'credentials',
  'secretHash',
  'accept',
  'clock',
])

/** @throws {TypeError} naming the first option that cannot be used, and what it must be */
export function checkOptions<K extends KeyRecord, S extends string>(options: VerifierOptions<K, S>): Settings<K> {
  if (typeof options !== 'object' || options === null) fail('options must be an object with `resolve`')
  for (const name of Object.keys(options)) if (!KNOWN.has(name)) fail(`there is no option \`${name}\``)

  const {
    resolve,
    oneQuery = false,
    digest = sha256(),
    realm = 'api',
    scopes = [],
    scopePatterns = false,
    accept,
    clock = systemClock,
  } = options
  if (typeof resolve !== 'function') fail('option `resolve` must be a function from digest to record')
  if (typeof oneQuery !== 'boolean') fail('option `oneQuery` must be true or false')
  if (typeof digest?.digest !== 'function' || !Array.isArray(digest.older)) {
    fail('option `digest` must be made by sha256() or hmacSha256()')
  }
  if (!Array.isArray(scopes)) fail('option `scopes` must be a list of scopes')
  for (const scope of scopes) checkScopeName('createVerifier: option `scopes`', scope)
  if (typeof scopePatterns !== 'boolean') fail('option `scopePatterns` must be true or false')
  if (accept !== undefined && typeof accept !== 'function')
    fail('option `accept` must be a function from record to boolean')
  if (typeof clock?.now !== 'function' || typeof clock.monotonic !== 'function') {
    fail('option `clock` must have the functions now() and monotonic()')
  }
  const maxTokenLength = wholeNumber('createVerifier', 'maxTokenLength', options.maxTokenLength, 512, 16, 8192)

  return Object.freeze({
    resolve,
    oneQuery,
    formats: checkFormats(options.format, maxTokenLength),
    digest,
    cache: checkCache(options.cache),
    deadlineMs: wholeNumber('createVerifier', 'deadlineMs', options.deadlineMs, 5000, 1, 600_000),
    realm,
    maxTokenLength,
    scopePatterns,
    credentials: checkCredentials(options.credentials),
    secretHash: checkSecretHash(options.secretHash),
    hasSecretHash: options.secretHash !== undefined,
    accept,
    clock,
  })
}

function checkFormats(
  format: TokenFormat | readonly TokenFormat[] | undefined,
  maxTokenLength: number,
): readonly TokenFormat[] {
  if (format === undefined) return []
  const formats: readonly TokenFormat[] = Array.isArray(format) ? [...format] : [format as TokenFormat]
  // An empty list would let everything through: whoever wrote it meant the opposite.
  if (formats.length === 0) fail('option `format` must name at least one format; leave it out to look up every token')
  for (const one of formats) {
    if (typeof one?.parse !== 'function') fail('option `format` must be made by keyFormat(), or be a list of formats')
    if (one.maxLength !== undefined && one.maxLength > maxTokenLength) {
      fail(`option \`maxTokenLength\` must be at least ${one.maxLength}, the length of a token of \`format\``)
    }
  }
  return Object.freeze(formats)
}

/** RFC 9110 §5.1: a field name is a token. */
const FIELD_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

function checkCredentials(sources: CredentialSources = {}): CredentialSources {
  if (typeof sources !== 'object' || sources === null) fail('option `credentials` must be an object of sources')
  const { bearer = true, basic = false, header, query } = sources
  for (const name of Object.keys(sources)) {
    if (!['bearer', 'basic', 'header', 'query'].includes(name)) fail(`option \`credentials\` has no source \`${name}\``)
  }
  if (typeof bearer !== 'boolean') fail('option `credentials.bearer` must be true or false')
  if (typeof basic !== 'boolean') fail('option `credentials.basic` must be true or false')
  if (
    header !== undefined &&
    (typeof header !== 'string' || !FIELD_NAME.test(header) || header.toLowerCase() === 'authorization')
  ) {
    fail('option `credentials.header` must be a header name other than Authorization')
  }
  if (query !== undefined && (typeof query !== 'string' || query === '')) {
    fail('option `credentials.query` must be the name of a query parameter')
  }
  if (!bearer && !basic && header === undefined && query === undefined) fail('option `credentials` leaves no source')
  return Object.freeze({
    bearer,
    basic,
    ...(header !== undefined && { header }),
    ...(query !== undefined && { query }),
  })
}

function checkSecretHash(secretHash: SecretHash | undefined): () => SecretHash {
  if (secretHash !== undefined) {
    if (typeof secretHash?.verify !== 'function') fail('option `secretHash` must be made by scrypt()')
    return () => secretHash
  }
  let made: SecretHash | undefined
  return () => {
    made ??= scrypt()
    return made
  }
}

function fail(message: string): never {
  throw new TypeError(`createVerifier: ${message}`)
}
