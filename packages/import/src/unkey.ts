import type { ForeignFormat, ImportRow } from '@bearward/keyring'
import type { Row } from './cells.ts'
import { Columns, fail } from './columns.ts'
import { after, hexToBase64, sha256Hex } from './hashes.ts'
import { type ReaderOptions, rulesOf } from './reader-options.ts'
import { completeRow, ownerOf, type SystemFacts } from './reading.ts'
import { BASE58, isMadeOf, longestOf, type Prefixes, prefixesOf } from './shapes.ts'

/** What `unkeyKeys()` takes. */
export interface UnkeyKeysOptions {
  /** Prefixes of the keys, without the `_` behind them. Default: none, the base58 alone. */
  readonly prefix?: Prefixes | undefined
}

/** Base58 of 16 zero bytes, and of 255 bytes. */
const SHORTEST = 16
const LONGEST = 349

/**
 * Keys that Unkey issued: `acme_8DfbjXLth7APvt3qQPgtf`, stored as SHA-256 in base64.
 *
 * @param options the prefixes
 * @returns a format for `createKeyring({ imports })`
 * @throws {TypeError} naming the option that cannot be used
 * @example
 * ```ts
 * import { keyFormat } from '@bearward/core'
 * import { createKeyring, memoryStore } from '@bearward/keyring'
 * import { unkeyKeys, unkeyRow } from '@bearward/import'
 *
 * const imports = [unkeyKeys({ prefix: 'acme' })]
 * const keyring = createKeyring({ store: memoryStore(), format: keyFormat({ prefix: 'acme' }), imports })
 * const rows = [{ id: 'key_1', hash: 'Vv27BRNLZcQrBHmEDZKerdaIPimu5iZYTH41GlCGdus=', start: 'acme_8Dfb', enabled: 1 }]
 * await keyring.import(rows, { read: unkeyRow() })
 * ```
 */
export function unkeyKeys(options: UnkeyKeysOptions = {}): ForeignFormat {
  const heads = prefixesOf('unkeyKeys', 'prefix', options.prefix).map((prefix) => (prefix === '' ? '' : `${prefix}_`))
  return Object.freeze({
    name: 'unkey',
    maxLength: longestOf(heads) + LONGEST,
    recognises: (token: string) =>
      heads.some((head) => {
        const length = token.length - head.length
        return length >= SHORTEST && length <= LONGEST && token.startsWith(head) && isMadeOf(token, BASE58, head.length)
      }),
    digests: (token: string) => after(sha256Hex(token), (hex) => [hexToBase64(hex)]),
  })
}

const BASE64_DIGEST = /^[A-Za-z0-9+/]{43}=$/
const HEX_DIGEST = /^[0-9a-f]{64}$/

/**
 * Reads rows of Unkey's table `keys`. A row with a pending migration from prefixed-api-key holds the hex digest of the long
 * part: for these, have `prefixedApiKeys()` among the keyring's `imports` too. Permissions stand in other tables of Unkey:
 * join them as a column `permissions`, a list or text with commas. A key whose uses are used up is imported disabled, and so
 * is one whose API, workspace or identity is not there or not enabled, where the row has columns such as `api_deleted_at_m`,
 * `workspace_enabled` and `identity_missing`. Limits are not taken over.
 *
 * @param options whose key it is. Default: `identity_id`, or `owner_id` of older tables
 * @example
 * ```ts
 * import { unkeyRow } from '@bearward/import'
 *
 * const read = unkeyRow({ owner: (row) => String(row.external_id) })
 * ```
 */
export function unkeyRow(options: ReaderOptions = {}): (row: Row) => ImportRow {
  const rules = rulesOf('unkeyRow', options, FIELDS)
  return (row) => {
    const columns = new Columns(row, rules)
    const hash = columns.text('hash')
    const isPending = columns.get('pendingMigrationId') !== undefined && HEX_DIGEST.test(hash)
    if (!isPending && !BASE64_DIGEST.test(hash)) fail(['hash'], 'must be SHA-256 in base64')
    const start = columns.optionalText('start')
    const facts = {
      format: isPending ? 'prefixed-api-key' : 'unkey',
      digest: hash,
      foreignId: columns.text('id'),
      hint: start === undefined ? undefined : `${start}…`,
      name: columns.optionalText('name'),
      owner: ownerOf(columns, () => columns.optionalText('identityId', 'ownerId')),
      environment: columns.optionalText('environment'),
      scopes: columns.list('permissions'),
      metadata: columns.metadata('meta'),
      createdAt: columns.moment('createdAtM', 'createdAt'),
      lastUsedAt: columns.moment('lastUsedAt'),
    }
    return completeRow(columns, facts, SYSTEM)
  }
}

const FIELDS: readonly string[] =
  'hash pendingMigrationId id start name identityId ownerId environment permissions meta createdAtM createdAt lastUsedAt'.split(
    ' ',
  )

const SYSTEM: SystemFacts = {
  enabledWhenEmpty: true,
  limits: {
    'the rate limit is not taken over': /^(?:key|identity)?ratelimit/,
    'the refill of uses is not taken over': /^(?:credits?)?(?:last)?refill/,
  },
}
