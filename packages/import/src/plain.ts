import type { ForeignFormat, ImportRow } from '@bearward/keyring'
import type { Row } from './cells.ts'
import { Columns, fail } from './columns.ts'
import { after, base64ToHex, hexToBase64, sha256Hex } from './hashes.ts'
import { type ReaderOptions, rulesOf } from './reader-options.ts'
import { completeRow, ownerOf } from './reading.ts'

/** What `plainKeys()` takes. */
export interface PlainKeysOptions {
  /** What a key looks like; must match all of it. The narrower it is, the fewer bad keys cost a lookup. */
  readonly pattern: RegExp
  /** Characters of the longest key. Default 256. */
  readonly maxLength?: number | undefined
}

/**
 * Keys of a system that is not known by name, of which you have the keys or their SHA-256.
 *
 * @param options what a key looks like
 * @returns a format for `createKeyring({ imports })`
 * @throws {TypeError} naming the option that cannot be used
 * @example
 * ```ts
 * import { plainKeys } from '@bearward/import'
 *
 * const format = plainKeys({ pattern: /[0-9a-f]{40}/ })
 * ```
 */
export function plainKeys(options: PlainKeysOptions): ForeignFormat {
  const { pattern, maxLength = 256 } = options ?? {}
  if (!(pattern instanceof RegExp) || pattern.global || pattern.sticky) {
    throw new TypeError('plainKeys: option `pattern` must be a regular expression without the flags g and y')
  }
  if (!Number.isInteger(maxLength) || maxLength < 16 || maxLength > 512) {
    throw new TypeError('plainKeys: option `maxLength` must be a whole number from 16 to 512')
  }
  const whole = new RegExp(`^(?:${pattern.source})$`, pattern.flags)
  return Object.freeze({
    name: 'plain',
    maxLength,
    recognises(token: string) {
      const matches = token.length <= maxLength && whole.test(token)
      // `RegExp.lastMatch` and its kin would keep the token after the request.
      NOTHING.test('')
      return matches
    },
    digests: (token: string) => after(sha256Hex(token), (hex) => [hex]),
  })
}

const NOTHING = /^/

/** What `plainRow()` takes. */
export interface PlainRowOptions extends ReaderOptions {
  /** Name of the format of the keys: `'plain'`, or `'github'` of `githubStyleTokens()`. Default `'plain'`. */
  readonly format?: 'plain' | 'github' | undefined
}

/**
 * Reads rows with a key or its digest, as a CSV file has them. The column `token` or `key` holds the key itself; `digest`,
 * `hash` or `sha256` holds SHA-256 in hex or base64. Optional: `id`, `name`, `owner`, `environment`, `scopes` (separated by
 * blanks or commas), `metadata` (JSON), `createdAt`, `hint` and `lastUsedAt`. The spelling of a name does not count:
 * `created_at`, `Created At` and `CREATED-AT` are one.
 *
 * The state of a key is read from every column that is certain to speak of it: an end (`expires`, `expiry_date`,
 * `valid_until`), a beginning (`not_before`), a revocation (`revoked`, `deleted_at`), a flag (`enabled`, `is_active`,
 * `banned`), a word (`status`), the uses that are left (`remaining`), and the same of an owner (`user_deleted_at`). The
 * strictest counts. A column that only looks like one stops the import: map it or ignore it.
 *
 * @param options the format, and whose key it is. Default: `owner`
 * @throws {TypeError} naming the option that cannot be used
 * @example
 * ```ts
 * import { plainRow } from '@bearward/import'
 *
 * const row = plainRow()({ sha256: 'ab'.repeat(32), owner: 'acct_1', scopes: 'posts:read posts:write' })
 * ```
 */
export function plainRow(options: PlainRowOptions = {}): (row: Row) => ImportRow {
  const { format = 'plain' } = options
  if (format !== 'plain' && format !== 'github') {
    throw new TypeError("plainRow: option `format` must be 'plain' or 'github'")
  }
  const rules = rulesOf('plainRow', options, FIELDS)
  return (row) => {
    const columns = new Columns(row, rules)
    const token = columns.optionalText('token', 'key')
    const facts = {
      format,
      ...(token === undefined ? { digest: digestOf(columns, format) } : { token }),
      foreignId: columns.optionalText('id'),
      hint: columns.optionalText('hint'),
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
  'token key digest hash sha256 id hint name owner environment scopes scope metadata createdAt lastUsedAt'.split(' ')

function digestOf(columns: Columns, format: 'plain' | 'github'): string {
  const names = ['digest', 'hash', 'sha256']
  const written = columns.text(...names)
  const hex = /^[0-9a-f]{64}$/i.test(written) ? written.toLowerCase() : base64ToHex(written)
  if (hex?.length !== 64) fail(names, 'must be SHA-256 in hex or base64')
  return format === 'github' ? hexToBase64(hex) : hex
}
