import { fromHex, toHex } from './hex.ts'
import { builtin } from './runtime.ts'

/** What a digester answers: at once where the runtime can, otherwise a promise. */
export type MaybePromise<T> = T | Promise<T>

/**
 * From token to digest: 64 lower-case hex characters. `sha256()` and `hmacSha256()` make one; the token stops here.
 */
export interface Digester {
  /** The digest that is stored for new keys and that names cache entries. */
  digest(token: string): MaybePromise<string>
  /** Digests under peppers that are being replaced, tried in order when the first one finds nothing. */
  readonly older: readonly ((token: string) => MaybePromise<string>)[]
}

/**
 * SHA-256 of the token's UTF-8 bytes. Enough for tokens with 128 random bits or more: there is nothing to guess, so
 * a slow hash would only slow the server down (OWASP Cryptographic Storage; RFC 6819 §5.1.4.1.3).
 *
 * @returns the default of `createVerifier({ digest })`; synchronous where the runtime has `crypto.hash`
 * @example
 * ```ts
 * import { sha256 } from '@bearward/core'
 *
 * const stored = await sha256().digest('acme_live_…') // what to keep instead of the token
 * ```
 */
export function sha256(): Digester {
  const hash = builtin('node:crypto')?.hash
  const digest = hash
    ? (token: string) => hash('sha256', token, 'hex')
    : async (token: string) => toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(token))))
  return Object.freeze({ digest, older: [] })
}

/** What `hmacSha256()` takes. */
export interface HmacSha256Options {
  /**
   * Secret keys by name, each at least 32 bytes: a string (taken as UTF-8) or bytes. All of them verify. Keep them
   * outside the database: a stolen table is then of no use even against tokens that are too short.
   */
  readonly peppers: Readonly<Record<string, string | Uint8Array>>
  /** Name of the pepper that new keys are stored under. */
  readonly current: string
}

/**
 * HMAC-SHA-256 (RFC 2104) of the token under a named pepper. To replace a pepper, add the new one, make it current,
 * and drop the old one when its keys are gone. A token that is unknown under the current pepper costs one lookup more
 * for each other pepper, unless the resolver looks for all of them in one query (`oneQuery`).
 *
 * @param options the peppers and which of them is current
 * @throws {TypeError} when a pepper is shorter than 32 bytes or `current` names none
 * @example
 * ```ts
 * import { createVerifier, hmacSha256 } from '@bearward/core'
 *
 * const peppers = { 2026: 'at-least-32-bytes-of-secret-from-your-vault' }
 * createVerifier({ resolve: () => null, digest: hmacSha256({ peppers, current: '2026' }) })
 * ```
 */
export function hmacSha256(options: HmacSha256Options): Digester {
  const { peppers, current } = options ?? {}
  if (typeof peppers !== 'object' || peppers === null) {
    throw new TypeError('hmacSha256: option `peppers` must be an object from name to secret')
  }
  if (typeof current !== 'string' || !Object.hasOwn(peppers, current)) {
    throw new TypeError('hmacSha256: option `current` must be the name of one of the `peppers`')
  }
  const keyed = Object.entries(peppers).map(([name, secret]) => ({
    name,
    mac: hmac(pepperBytes(secret)),
  }))
  const [first, ...older] = keyed.sort((a, b) => Number(b.name === current) - Number(a.name === current))
  return Object.freeze({
    digest: (first as (typeof keyed)[number]).mac,
    older: Object.freeze(older.map(({ mac }) => mac)),
  })
}

const MIN_PEPPER_BYTES = 32
const encoder = new TextEncoder()

function pepperBytes(secret: unknown): Uint8Array<ArrayBuffer> {
  const bytes = typeof secret === 'string' ? encoder.encode(secret) : secret
  if (!(bytes instanceof Uint8Array) || bytes.length < MIN_PEPPER_BYTES) {
    throw new TypeError(`hmacSha256: every pepper must be a string or Uint8Array of ${MIN_PEPPER_BYTES} bytes or more`)
  }
  return new Uint8Array(bytes)
}

function hmac(key: Uint8Array<ArrayBuffer>): (token: string) => MaybePromise<string> {
  const hash = builtin('node:crypto')?.hash
  return hash ? hmacByHash(key, hash) : hmacByWebCrypto(key)
}

const BLOCK_BYTES = 64
const DIGEST_BYTES = 32

/** RFC 2104 §2 with two one-shot hashes over prepared pads: less than half the price of `createHmac`. */
function hmacByHash(
  key: Uint8Array<ArrayBuffer>,
  hash: (algorithm: string, data: Uint8Array, encoding: 'hex') => string,
): (token: string) => string {
  const block = key.length > BLOCK_BYTES ? fromHex(hash('sha256', key, 'hex')) : key
  const outer = new Uint8Array(BLOCK_BYTES + DIGEST_BYTES).fill(0x5c, 0, BLOCK_BYTES)
  const innerPad = new Uint8Array(BLOCK_BYTES).fill(0x36)
  for (let index = 0; index < block.length; index++) {
    outer[index] = 0x5c ^ (block[index] as number)
    innerPad[index] = 0x36 ^ (block[index] as number)
  }
  return (token) => {
    const inner = new Uint8Array(BLOCK_BYTES + token.length * 3)
    inner.set(innerPad)
    const { written } = encoder.encodeInto(token, inner.subarray(BLOCK_BYTES))
    outer.set(fromHex(hash('sha256', inner.subarray(0, BLOCK_BYTES + written), 'hex')), BLOCK_BYTES)
    return hash('sha256', outer, 'hex')
  }
}

function hmacByWebCrypto(key: Uint8Array<ArrayBuffer>): (token: string) => Promise<string> {
  let imported: Promise<CryptoKey> | undefined
  return async (token) => {
    imported ??= crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
    return toHex(new Uint8Array(await crypto.subtle.sign('HMAC', await imported, encoder.encode(token))))
  }
}
