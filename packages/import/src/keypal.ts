import type { ForeignFormat, ImportRow } from '@bearward/keyring'
import type { Row } from './cells.ts'
import { Columns, fail } from './columns.ts'
import { after, sha256Hex, sha512Hex } from './hashes.ts'
import { type ReaderOptions, rulesOf } from './reader-options.ts'
import { completeRow, ownerOf, type SystemFacts } from './reading.ts'
import { BASE62, isMadeOf, lengthOf, longestOf, type Prefixes, prefixesOf } from './shapes.ts'

/** What `keypalKeys()` takes: how keypal was set up. */
export interface KeypalKeysOptions {
  /** Prefixes of the keys, as they stand there. Default: none. */
  readonly prefix?: Prefixes | undefined
  /** Characters behind the prefix. Default 32. */
  readonly length?: number | undefined
  /** Its option `salt`. Default: none. */
  readonly salt?: string | undefined
  /** Its option `algorithm`. Default `'sha256'`. */
  readonly algorithm?: 'sha256' | 'sha512' | undefined
}

/**
 * Keys of keypal: a prefix and 32 base62 characters, stored as SHA-256 or SHA-512 in hex, with its salt if it has one.
 *
 * @param options how keypal was set up
 * @returns a format for `createKeyring({ imports })`
 * @throws {TypeError} naming the option that cannot be used
 * @example
 * ```ts
 * import { keypalKeys } from '@bearward/import'
 *
 * const format = keypalKeys({ prefix: 'sk_live_', salt: 'the salt of your keypal' })
 * ```
 */
export function keypalKeys(options: KeypalKeysOptions = {}): ForeignFormat {
  const { salt, algorithm = 'sha256' } = options
  const prefixes = prefixesOf('keypalKeys', 'prefix', options.prefix)
  const length = lengthOf('keypalKeys', 'length', options.length, 32, 16)
  if (salt !== undefined && typeof salt !== 'string') throw new TypeError('keypalKeys: option `salt` must be a string')
  if (algorithm !== 'sha256' && algorithm !== 'sha512') {
    throw new TypeError("keypalKeys: option `algorithm` must be 'sha256' or 'sha512'")
  }
  const hash = algorithm === 'sha256' ? sha256Hex : sha512Hex
  // keypal hashes the salt first, and always with SHA-256.
  const tail = salt === undefined || salt === '' ? '' : sha256Hex(salt)
  return Object.freeze({
    name: 'keypal',
    maxLength: longestOf(prefixes) + length,
    recognises: (token: string) =>
      prefixes.some(
        (prefix) =>
          token.length === prefix.length + length && token.startsWith(prefix) && isMadeOf(token, BASE62, prefix.length),
      ),
    digests: (token: string) => {
      const hashed = after(tail, (text) => hash(token + text))
      return after(hashed as Promise<string> | string, (hex) => [hex])
    },
  })
}

/**
 * Reads what keypal stores: rows with an id, `keyHash` and the metadata as JSON or as columns of their own, and the JSON
 * records that it keeps in Redis.
 *
 * @param options whose key it is. Default: `ownerId`
 * @example
 * ```ts
 * import { keypalRow } from '@bearward/import'
 *
 * const row = keypalRow()({ id: '1', key_hash: 'ab'.repeat(32), metadata: '{"ownerId":"acct_1"}' })
 * ```
 */
export function keypalRow(options: ReaderOptions = {}): (row: Row) => ImportRow {
  const rules = rulesOf('keypalRow', options, FIELDS)
  return (row) => {
    const columns = new Columns(row, rules, 'metadata')
    const digest = columns.text('keyHash').toLowerCase()
    if (!/^(?:[0-9a-f]{64}|[0-9a-f]{128})$/.test(digest)) fail(['keyHash'], 'must be SHA-256 or SHA-512 in hex')
    const [description, resources, tags] = ['description', 'resources', 'tags'].map((name) => columns.get(name))
    const facts = {
      format: 'keypal',
      digest,
      foreignId: columns.text('id'),
      name: columns.optionalText('name'),
      owner: ownerOf(columns, () => columns.optionalText('ownerId')),
      scopes: columns.list('scopes'),
      metadata: withoutNothing({ description, resources, tags }),
      createdAt: columns.moment('createdAt'),
      lastUsedAt: columns.moment('lastUsedAt'),
    }
    return completeRow(columns, facts, SYSTEM)
  }
}

const FIELDS: readonly string[] =
  'keyHash id name ownerId scopes description resources tags createdAt lastUsedAt'.split(' ')

const SYSTEM: SystemFacts = { enabledWhenEmpty: true }

function withoutNothing(facts: Row): ImportRow['metadata'] {
  const given = Object.entries(facts).filter(([, value]) => value !== undefined && value !== null && value !== '')
  return Object.fromEntries(given) as ImportRow['metadata']
}
