import { crc32 } from '@bearward/core/formats'
import type { ForeignFormat, ImportRow } from '@bearward/keyring'
import type { Row } from './cells.ts'
import { Columns, fail } from './columns.ts'
import { after, sha256Hex } from './hashes.ts'
import { type ReaderOptions, rulesOf } from './reader-options.ts'
import { completeRow, ownerOf } from './reading.ts'
import { BASE62, ID, isMadeOf, longestOf, type Prefixes, prefixesOf } from './shapes.ts'

/** What `sanctumTokens()` takes. */
export interface SanctumTokensOptions {
  /** `sanctum.token_prefix`, and those that it had before. Default: none. */
  readonly tokenPrefix?: Prefixes | undefined
}

const RANDOM = 40
/** What was drawn for the oldest tokens, without checksum too. */
const OLD_RANDOM = 80
const CHECKSUM = 8
const LONGEST_ID = 36

/**
 * Tokens of Laravel Sanctum: `42|` and a secret of 40 characters with a CRC-32, which is checked, or without one; old ones
 * without `42|`. Stored as SHA-256 in hex of all that stands behind the `|`.
 *
 * @param options the prefixes of the secrets
 * @returns a format for `createKeyring({ imports })`
 * @throws {TypeError} naming the option that cannot be used
 * @example
 * ```ts
 * import { sanctumTokens } from '@bearward/import'
 *
 * const format = sanctumTokens({ tokenPrefix: ['acme_', ''] })
 * ```
 */
export function sanctumTokens(options: SanctumTokensOptions = {}): ForeignFormat {
  const prefixes = prefixesOf('sanctumTokens', 'tokenPrefix', options.tokenPrefix)
  return Object.freeze({
    name: 'sanctum',
    maxLength: LONGEST_ID + 1 + longestOf(prefixes) + OLD_RANDOM,
    recognises(token: string) {
      const cut = token.indexOf('|')
      if (cut === 0 || cut > LONGEST_ID || (cut > 0 && !isMadeOf(token, ID, 0, cut))) return false
      return prefixes.some((prefix) => token.startsWith(prefix, cut + 1) && isSecret(token, cut + 1 + prefix.length))
    },
    // The id is part of what is stored, so that it cannot be another one than the token was issued with.
    digests(token: string) {
      const cut = token.indexOf('|')
      return after(sha256Hex(token.slice(cut + 1)), (hex) => [digestOf(token.slice(0, Math.max(cut, 0)), hex)])
    },
  })
}

function isSecret(token: string, start: number): boolean {
  if (!isMadeOf(token, BASE62, start)) return false
  const length = token.length - start
  if (length === RANDOM || length === OLD_RANDOM) return true
  if (length !== RANDOM + CHECKSUM) return false
  const crc = crc32(token.slice(start, start + RANDOM))
    .toString(16)
    .padStart(CHECKSUM, '0')
  return token.endsWith(crc)
}

/** What `sanctumRow()` takes. */
export interface SanctumRowOptions extends ReaderOptions {
  /**
   * `sanctum.expiration`: minutes from `created_at` after which every token ends, at the latest; `null` for none. It stands in
   * no row. Default: none, and the summary of the import notes it.
   */
  readonly expirationMinutes?: number | null | undefined
  /** Which rows have a token that was handed out without `<id>|`, by a version that knew no ids. Default: none. */
  readonly withoutId?: ((row: Row) => boolean) | undefined
}

/**
 * Reads rows of Sanctum's table `personal_access_tokens`. Scopes are the abilities; `*` stands for all of them: say in
 * `mapScopes` what that is, or let the keyring have `scopePatterns`.
 *
 * @param options whose token it is (default: `<tokenable_type>:<tokenable_id>`), and what stands in no row
 * @throws {TypeError} naming the option that cannot be used
 * @example
 * ```ts
 * import { sanctumRow } from '@bearward/import'
 *
 * const read = sanctumRow({ expirationMinutes: 60 * 24 * 365, owner: (row) => `user_${row.tokenable_id}` })
 * ```
 */
export function sanctumRow(options: SanctumRowOptions = {}): (row: Row) => ImportRow {
  const { expirationMinutes, withoutId = () => false } = options
  const minutes = expirationMinutes ?? undefined
  if (minutes !== undefined && !(Number.isInteger(minutes) && minutes > 0)) {
    throw new TypeError('sanctumRow: option `expirationMinutes` must be a whole number of minutes')
  }
  if (typeof withoutId !== 'function') throw new TypeError('sanctumRow: option `withoutId` must be a function')
  const rules = rulesOf('sanctumRow', options, FIELDS)
  return (row) => {
    const columns = new Columns(row, rules)
    const hash = columns.text('token')
    if (!/^[0-9a-f]{64}$/.test(hash)) fail(['token'], 'must be SHA-256 in hex')
    const id = columns.text('id')
    const isBare = withoutId(columns.row)
    const createdAt = columns.moment('createdAt')
    const facts = {
      format: 'sanctum',
      digest: digestOf(isBare ? '' : id, hash),
      foreignId: id,
      hint: isBare ? undefined : `${id}|…`,
      name: columns.optionalText('name'),
      owner: ownerOf(columns, () => `${columns.text('tokenableType')}:${columns.text('tokenableId')}`),
      scopes: columns.list('abilities'),
      createdAt,
      lastUsedAt: columns.moment('lastUsedAt'),
    }
    const notes = expirationMinutes === undefined ? [NO_EXPIRATION] : []
    const whole = completeRow(columns, facts, { notes })
    return minutes === undefined ? whole : { ...whole, expiresAt: endOf(whole.expiresAt, createdAt, minutes) }
  }
}

const FIELDS: readonly string[] = 'token id name tokenableType tokenableId abilities createdAt lastUsedAt'.split(' ')

const NO_EXPIRATION = 'sanctum.expiration was not given, and is taken for none'

/** Sanctum refuses a token at the earlier of both. */
function endOf(expiresAt: ImportRow['expiresAt'], createdAt: number | undefined, minutes: number): number {
  if (createdAt === undefined) fail(['createdAt'], 'must be given where there is `expirationMinutes`')
  return Math.min(Number(expiresAt ?? Number.POSITIVE_INFINITY), createdAt + minutes * 60_000)
}

function digestOf(id: string, hash: string): string {
  return `${id}:${hash}`
}
