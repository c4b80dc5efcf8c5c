import {
  type Channel,
  type Clock,
  type Digester,
  type KeyFormat,
  localChannel,
  sha256,
  systemClock,
} from '@bearward/core'
import { isMetadataSchema, type MetadataSchema } from './declared-metadata.ts'
import { checkImports, type ForeignFormat } from './foreign.ts'
import { isScopeName, SCOPE_NAMES } from './input.ts'
import type { Metadata } from './key.ts'
import type { KeyStore } from './store.ts'

/**
 * @typeParam S your scopes, inferred from `scopes`
 * @typeParam M your metadata as it is stored, inferred from `metadata`
 * @typeParam E your environments, inferred from `format`
 * @typeParam I your metadata as callers give it, inferred from `metadata`
 */
export interface KeyringOptions<
  S extends string = string,
  M extends object = Metadata,
  E extends string = string,
  I = M,
> {
  /** Where the keys are kept: `memoryStore()`, one of `@bearward/sql`, or your own. */
  readonly store: KeyStore
  /** What new tokens look like; made by `keyFormat()`. Its environments are the ones that keys may be issued for. */
  readonly format: KeyFormat<E>
  /** From token to stored digest. Default `sha256()`. */
  readonly digest?: Digester | undefined
  /** How the other processes are told of changes. Default `localChannel()`: this process alone. */
  readonly channel?: Channel | undefined
  /** The scopes there are. Given once, they are checked by the compiler and at run time wherever keys are given scopes. */
  readonly scopes?: readonly S[] | undefined
  /**
   * A Standard Schema of the metadata, as Zod, Valibot and ArkType make them. Metadata is checked against it where keys are
   * issued, updated and imported, and has its type in every answer and as `principal.key.metadata`. Default: anything that
   * JSON can write.
   */
  readonly metadata?: MetadataSchema<I, M> | undefined
  /** Whether keys may be given `posts:*` or `*`, and whether the verifier takes them as wildcards. Default `false`. */
  readonly scopePatterns?: boolean | undefined
  /**
   * Tokens that other systems issued and that verifiers accept beside the keyring's own, once their keys were imported;
   * see `@bearward/import`. Default none.
   */
  readonly imports?: readonly ForeignFormat[] | undefined
  /** Ids of new keys. Must be unique and hold 1 to 64 characters. Default `key_` and 21 random base62 characters. */
  readonly ids?: (() => string) | undefined
  /** Where time comes from. Default `systemClock`. */
  readonly clock?: Clock | undefined
}

/** Options after they were checked, with every default filled in. */
export interface KeyringSettings {
  readonly store: KeyStore
  readonly format: KeyFormat
  readonly digest: Digester
  readonly channel: Channel
  readonly scopes: readonly string[]
  readonly metadata: MetadataSchema<unknown, object> | undefined
  readonly scopePatterns: boolean
  readonly imports: readonly ForeignFormat[]
  readonly ids: () => string
  readonly clock: Clock
}

const KNOWN = ['store', 'format', 'digest', 'channel', 'scopes', 'metadata', 'scopePatterns', 'imports', 'ids', 'clock']

const STORE_METHODS: readonly (keyof KeyStore)[] = [
  'findByDigest',
  'findById',
  'list',
  'listEnding',
  'commit',
  'audit',
  'recordUse',
  'usage',
  'outbox',
  'close',
]

/** @throws {TypeError} naming the first option that cannot be used, and what it must be */
export function checkKeyringOptions(options: KeyringOptions): KeyringSettings {
  if (typeof options !== 'object' || options === null) fail('options must be an object with `store` and `format`')
  for (const name of Object.keys(options)) if (!KNOWN.includes(name)) fail(`there is no option \`${name}\``)

  const { store, format, digest = sha256(), scopes = [], scopePatterns = false, ids, clock = systemClock } = options
  const { metadata } = options
  const imports = checkImports(options.imports ?? [])
  if (typeof store !== 'object' || store === null || STORE_METHODS.some((name) => typeof store[name] !== 'function')) {
    fail('option `store` must be a KeyStore, such as memoryStore()')
  }
  if ([format?.generate, format?.parse, format?.hint].some((method) => typeof method !== 'function')) {
    fail('option `format` must be made by keyFormat()')
  }
  // Verifiers look such a token up by the id in it, and here its digest alone is kept. No token is made to find that out: at module
  // scope some runtimes have no random numbers.
  if (format.hasId === true) fail('option `format` must be made by keyFormat()')
  if (typeof digest?.digest !== 'function') fail('option `digest` must be made by sha256() or hmacSha256()')
  if (!Array.isArray(scopes)) fail('option `scopes` must be a list of scopes')
  if (!scopes.every(isScopeName)) fail(`option \`scopes\` must hold ${SCOPE_NAMES}`)
  if (metadata !== undefined && !isMetadataSchema(metadata)) {
    fail('option `metadata` must be a Standard Schema, such as one of Zod, Valibot or ArkType')
  }
  if (typeof scopePatterns !== 'boolean') fail('option `scopePatterns` must be true or false')
  if (ids !== undefined && typeof ids !== 'function') fail('option `ids` must be a function that makes an id')
  if (typeof clock?.now !== 'function' || typeof clock.monotonic !== 'function') {
    fail('option `clock` must have the functions now() and monotonic()')
  }
  const { channel = localChannel({ clock }) } = options
  if (typeof channel?.publish !== 'function' || typeof channel.subscribe !== 'function') {
    fail('option `channel` must be a Channel, such as localChannel()')
  }
  return Object.freeze({
    store,
    format,
    digest,
    channel,
    scopes: Object.freeze([...scopes]),
    metadata,
    scopePatterns,
    imports,
    ids: ids ?? randomId,
    clock,
  })
}

function fail(message: string): never {
  throw new TypeError(`createKeyring: ${message}`)
}

const ID_LENGTH = 21
const ID_CHARACTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** An id is public and need not be unguessable, only unlikely to come twice: 125 random bits. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(ID_LENGTH * 2))
  let id = 'key_'
  for (const byte of bytes) {
    // The last multiple of 62 in a byte: bytes from there on would favour some characters.
    if (byte < 248 && id.length < ID_LENGTH + 4) id += ID_CHARACTERS[byte % 62]
  }
  return id.length < ID_LENGTH + 4 ? randomId() : id
}
