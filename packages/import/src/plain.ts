import type { ForeignFormat, ImportRow } from '@bearward/keyring'
import { Columns, fail, type Row } from './columns.ts'
import { after, base64ToHex, hexToBase64, sha256Hex } from './hashes.ts'
import { type OwnerOptions, ownerOf } from './owner.ts'

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
export interface PlainRowOptions extends OwnerOptions {
  /** Name of the format of the keys: `'plain'`, or `'github'` of `githubStyleTokens()`. Default `'plain'`. */
  readonly format?: 'plain' | 'github' | undefined
}

/**
 * Reads rows with a key or its digest, as a CSV file has them. The column `token` or `key` holds the key itself; `digest`,
 * `hash` or `sha256` holds SHA-256 in hex or base64. Optional: `id`, `name`, `owner`, `environment`, `scopes` (separated by
 * blanks or commas), `metadata` (JSON), `createdAt`, `notBefore`, `expiresAt`, `revokedAt`, `revoked`, `enabled`,
 * `disabled`, `hint` and `lastUsedAt`, each also in snake_case.
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
  return (row) => {
    const columns = new Columns(row)
    const token = columns.optionalText('token', 'key')
    return {
      format,
      ...(token === undefined ? { digest: digestOf(columns, format) } : { token }),
      foreignId: columns.optionalText('id'),
      hint: columns.optionalText('hint'),
      name: columns.optionalText('name'),
      owner: ownerOf(options, row, () => columns.optionalText('owner')),
      environment: columns.optionalText('environment'),
      scopes: columns.list('scopes'),
      metadata: columns.metadata('metadata'),
      createdAt: columns.moment('createdAt'),
      notBefore: columns.moment('notBefore'),
      expiresAt: columns.moment('expiresAt'),
      disabled: columns.flag(false, 'disabled') || !columns.flag(true, 'enabled'),
      revoked: columns.moment('revokedAt') ?? columns.flag(false, 'revoked'),
      lastUsedAt: columns.moment('lastUsedAt'),
    }
  }
}

function digestOf(columns: Columns, format: 'plain' | 'github'): string {
  const names = ['digest', 'hash', 'sha256']
  const written = columns.text(...names)
  const hex = /^[0-9a-f]{64}$/i.test(written) ? written.toLowerCase() : base64ToHex(written)
  if (hex?.length !== 64) fail(names, 'must be SHA-256 in hex or base64')
  return format === 'github' ? hexToBase64(hex) : hex
}
