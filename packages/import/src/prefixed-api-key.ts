import type { ForeignFormat, ImportRow } from '@bearward/keyring'
import type { Row } from './cells.ts'
import { Columns, fail } from './columns.ts'
import { after, sha256Hex } from './hashes.ts'
import { type ReaderOptions, rulesOf } from './reader-options.ts'
import { completeRow, ownerOf } from './reading.ts'
import { BASE62, isMadeOf, lengthOf, type Prefixes, prefixesOf } from './shapes.ts'

/** What `prefixedApiKeys()` takes: how the keys were generated. */
export interface PrefixedApiKeysOptions {
  /** Prefixes of the keys, without the `_` behind them. Default: any. */
  readonly prefix?: Prefixes | undefined
  /** Characters of the short token. Default 8. */
  readonly shortTokenLength?: number | undefined
  /** Characters of the long token. Default 24. */
  readonly longTokenLength?: number | undefined
}

const LONGEST_PREFIX = 64
const UNDERSCORE = 0x5f

/**
 * Keys of prefixed-api-key: `mycompany_BRTRKFsL_51FwqftsmMDHHbJAMEXXHCgG`, of which the long part alone is hashed: SHA-256
 * in hex. Read from the right, since prefixes may hold `_`.
 *
 * @param options prefixes and lengths
 * @returns a format for `createKeyring({ imports })`
 * @throws {TypeError} naming the option that cannot be used
 * @example
 * ```ts
 * import { prefixedApiKeys } from '@bearward/import'
 *
 * const format = prefixedApiKeys({ prefix: 'my_company' })
 * ```
 */
export function prefixedApiKeys(options: PrefixedApiKeysOptions = {}): ForeignFormat {
  const { prefix } = options
  const prefixes = prefix === undefined ? undefined : new Set(prefixesOf('prefixedApiKeys', 'prefix', prefix))
  const short = lengthOf('prefixedApiKeys', 'shortTokenLength', options.shortTokenLength, 8, 4)
  const long = lengthOf('prefixedApiKeys', 'longTokenLength', options.longTokenLength, 24, 16)
  /** Where the `_` before each part stands, counted from the end. */
  const [longAt, shortAt] = [long + 1, long + short + 2]
  return Object.freeze({
    name: 'prefixed-api-key',
    maxLength: LONGEST_PREFIX + shortAt,
    recognises(token: string) {
      const head = token.length - shortAt
      if (head < 1 || head > LONGEST_PREFIX) return false
      if (token.charCodeAt(head) !== UNDERSCORE || token.charCodeAt(token.length - longAt) !== UNDERSCORE) return false
      if (!isMadeOf(token, BASE62, token.length - long)) return false
      return prefixes === undefined || prefixes.has(token.slice(0, head))
    },
    // Not the short part: the library's own `extractShortToken()` reads it wrongly where the prefix holds `_`, and so it is stored.
    digests: (token: string) => after(sha256Hex(token.slice(-long)), (hex) => [hex]),
  })
}

/**
 * Reads rows that hold what prefixed-api-key gives to store: `shortToken`, `longTokenHash`, and whatever else your table has
 * under the names `id`, `name`, `owner`, `environment`, `scopes`, `metadata`, `createdAt`, `lastUsedAt` and `prefix`, and
 * about the state of the key, as `plainRow()` reads it.
 *
 * @param options whose key it is. Default: `owner`
 * @example
 * ```ts
 * import { prefixedApiKeyRow } from '@bearward/import'
 *
 * const read = prefixedApiKeyRow({ owner: (row) => String(row.company_id) })
 * ```
 */
export function prefixedApiKeyRow(options: ReaderOptions = {}): (row: Row) => ImportRow {
  const rules = rulesOf('prefixedApiKeyRow', options, FIELDS)
  return (row) => {
    const columns = new Columns(row, rules)
    const hash = columns.text('longTokenHash').toLowerCase()
    if (!/^[0-9a-f]{64}$/.test(hash)) fail(['longTokenHash'], 'must be SHA-256 in hex')
    const short = columns.optionalText('shortToken')
    const prefix = columns.optionalText('prefix')
    const facts = {
      format: 'prefixed-api-key',
      digest: hash,
      foreignId: columns.optionalText('id'),
      hint: short === undefined ? undefined : `${prefix === undefined ? '' : `${prefix}_`}${short}_…`,
      name: columns.optionalText('name'),
      owner: ownerOf(columns, () => columns.optionalText('owner')),
      environment: columns.optionalText('environment'),
      scopes: columns.list('scopes', 'scope'),
      metadata: columns.metadata('metadata'),
      createdAt: columns.moment('createdAt'),
      lastUsedAt: columns.moment('lastUsedAt'),
    }
    return completeRow(columns, facts)
  }
}

const FIELDS: readonly string[] =
  'longTokenHash shortToken prefix id name owner environment scopes scope metadata createdAt lastUsedAt'.split(' ')
