import type { ForeignFormat, ImportRow } from '@bearward/keyring'
import type { Row } from './cells.ts'
import { Columns, fail } from './columns.ts'
import { after, hexToBase64, sha256Hex } from './hashes.ts'
import { type ReaderOptions, rulesOf } from './reader-options.ts'
import { completeRow, ownerOf, type SystemFacts } from './reading.ts'
import { isMadeOf, LETTERS, lengthOf, longestOf, type Prefixes, prefixesOf } from './shapes.ts'

/** What `betterAuthKeys()` takes. */
export interface BetterAuthKeysOptions {
  /** Prefixes of the keys, as they stand there, with their separator if they have one. Default: none. */
  readonly prefix?: Prefixes | undefined
  /** `defaultKeyLength` of the plugin. Default 64. */
  readonly length?: number | undefined
}

/**
 * Keys of better-auth's API-key plugin: a prefix and 64 letters, stored as SHA-256 in base64url. Where the plugin has
 * `disableKeyHashing`, its keys have this shape too.
 *
 * @param options prefixes and length
 * @returns a format for `createKeyring({ imports })`
 * @throws {TypeError} naming the option that cannot be used
 * @example
 * ```ts
 * import { betterAuthKeys } from '@bearward/import'
 *
 * const format = betterAuthKeys({ prefix: ['acme_', ''] })
 * ```
 */
export function betterAuthKeys(options: BetterAuthKeysOptions = {}): ForeignFormat {
  const prefixes = prefixesOf('betterAuthKeys', 'prefix', options.prefix)
  const length = lengthOf('betterAuthKeys', 'length', options.length, 64, 16)
  return Object.freeze({
    name: 'better-auth',
    maxLength: longestOf(prefixes) + length,
    recognises: (token: string) =>
      prefixes.some(
        (prefix) =>
          token.length === prefix.length + length &&
          token.startsWith(prefix) &&
          isMadeOf(token, LETTERS, prefix.length),
      ),
    digests: (token: string) => after(sha256Hex(token), (hex) => [toBase64Url(hex)]),
  })
}

/** What `betterAuthRow()` takes. */
export interface BetterAuthRowOptions extends ReaderOptions {
  /** Whether the plugin was set up with `disableKeyHashing`: the column `key` holds keys, not digests. Default `false`. */
  readonly disableKeyHashing?: boolean | undefined
}

/**
 * Reads rows of better-auth's table `apikey`, before and since 1.5, however its columns are spelt. Scopes are the permissions
 * as `resource:action`. A key whose uses are used up is imported disabled; its limits are not taken over.
 *
 * @param options whose key it is (default: `referenceId`, or `userId` before 1.5), and whether `key` is no digest
 * @throws {TypeError} naming the option that cannot be used
 * @example
 * ```ts
 * import { betterAuthRow } from '@bearward/import'
 *
 * const read = betterAuthRow({ disableKeyHashing: true })
 * ```
 */
export function betterAuthRow(options: BetterAuthRowOptions = {}): (row: Row) => ImportRow {
  const { disableKeyHashing = false } = options
  if (typeof disableKeyHashing !== 'boolean') {
    throw new TypeError('betterAuthRow: option `disableKeyHashing` must be true or false')
  }
  const rules = rulesOf('betterAuthRow', options, FIELDS)
  return (row) => {
    const columns = new Columns(row, rules)
    const key = columns.text('key')
    if (!disableKeyHashing && !/^[\w-]{43}$/.test(key)) {
      fail(['key'], 'must be SHA-256 in base64url; where it is the key itself, say `disableKeyHashing`')
    }
    const start = columns.optionalText('start')
    const facts = {
      format: 'better-auth',
      ...(disableKeyHashing ? { token: key } : { digest: key }),
      foreignId: columns.text('id'),
      hint: start === undefined ? undefined : `${start}…`,
      name: columns.optionalText('name'),
      owner: ownerOf(columns, () => columns.optionalText('referenceId', 'userId')),
      scopes: scopesOf(columns.json('permissions')),
      metadata: columns.metadata('metadata'),
      createdAt: columns.moment('createdAt'),
      lastUsedAt: columns.moment('lastRequest'),
    }
    return completeRow(columns, facts, SYSTEM)
  }
}

const FIELDS: readonly string[] =
  'key start id name referenceId userId permissions metadata createdAt lastRequest'.split(' ')

const SYSTEM: SystemFacts = {
  // It refuses what says `false`.
  enabledWhenEmpty: true,
  limits: {
    'the rate limit is not taken over': /^ratelimit/,
    'the refill of uses is not taken over': /^(?:last)?refill/,
  },
}

function scopesOf(permissions: unknown): readonly string[] {
  if (permissions === undefined) return []
  const entries = typeof permissions === 'object' && permissions !== null ? Object.entries(permissions) : []
  if (Array.isArray(permissions) || !entries.every(([, actions]) => Array.isArray(actions))) {
    fail(['permissions'], 'must be an object from resource to actions')
  }
  return entries.flatMap(([resource, actions]) =>
    (actions as unknown[]).map((action) => `${resource}:${String(action)}`),
  )
}

function toBase64Url(hex: string): string {
  return hexToBase64(hex).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}
