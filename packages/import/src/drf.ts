import type { SecretCheck } from '@bearward/core'
import { takeTurns } from '@bearward/core/formats'
import type { ForeignFormat, ImportRow } from '@bearward/keyring'
import type { Row } from './cells.ts'
import { Columns, fail } from './columns.ts'
import { isDjangoHash, verifyDjangoHash } from './django-hash.ts'
import { sha512Hex } from './hashes.ts'
import { type ReaderOptions, rulesOf } from './reader-options.ts'
import { completeRow, ownerOf } from './reading.ts'
import { BASE62, isMadeOf, lengthOf } from './shapes.ts'

/** What `drfKeys()` takes. */
export interface DrfKeysOptions {
  /** Checks of PBKDF2 that run at the same time, 1 to 64. Default 2: each takes a thread for about a tenth of a second. */
  readonly maxConcurrent?: number | undefined
  /** Checks that may wait for their turn, 1 to 255; one more is answered 503. Default 64. */
  readonly maxWaiting?: number | undefined
}

const PREFIX = 8
const LENGTH = PREFIX + 1 + 32

/**
 * Keys of djangorestframework-api-key: `abcdefgh.` and 32 characters, stored as SHA-512, or as Django's PBKDF2 before 3.0.
 * Keys with PBKDF2 are found by their first eight characters and checked off the event loop, a set number at once; after
 * their first use they have a plain digest.
 *
 * @param options bounds on the work
 * @returns a format for `createKeyring({ imports })`
 * @throws {TypeError} naming the option that cannot be used
 * @example
 * ```ts
 * import { drfKeys } from '@bearward/import'
 *
 * const format = drfKeys({ maxConcurrent: 4 })
 * ```
 */
export function drfKeys(options: DrfKeysOptions = {}): ForeignFormat {
  const maxConcurrent = lengthOf('drfKeys', 'maxConcurrent', options.maxConcurrent, 2)
  const maxWaiting = lengthOf('drfKeys', 'maxWaiting', options.maxWaiting, 64)
  const turns = takeTurns(maxConcurrent, maxWaiting)
  // Until a hash was checked there may be none, and how slow they are is not known.
  let latest: string | undefined
  return Object.freeze({
    name: 'drf',
    maxLength: LENGTH,
    recognises: (token: string) =>
      token.length === LENGTH &&
      token[PREFIX] === '.' &&
      isMadeOf(token, BASE62, 0, PREFIX) &&
      isMadeOf(token, BASE62, PREFIX + 1),
    digests: async (token: string) => [await sha512Hex(token)],
    slow: Object.freeze({
      handle: (token: string) => token.slice(0, PREFIX),
      verify: (token: string, stored: string, signal: AbortSignal, check?: SecretCheck) => {
        latest = stored
        return turns(signal, () => verifyDjangoHash(token, stored), { id: stored, ...check })
      },
      decoy: async (token: string, signal: AbortSignal, check: SecretCheck) => {
        const stored = latest
        if (stored === undefined) return
        await turns(signal, () => verifyDjangoHash(token, stored), { ...check, isDecoy: true })
      },
    }),
  })
}

/**
 * Reads rows of the table `rest_framework_api_key_apikey`. The column `id` is not read: it repeats the hash that the key was
 * created with, which is no longer the one that counts; `prefix` is what the key is known by.
 *
 * @param options whose key it is. Default: nobody's, since the table has no owner
 * @example
 * ```ts
 * import { drfRow } from '@bearward/import'
 *
 * const read = drfRow({ owner: (row) => String(row.organization_id) })
 * ```
 */
export function drfRow(options: ReaderOptions = {}): (row: Row) => ImportRow {
  const rules = rulesOf('drfRow', options, FIELDS)
  return (row) => {
    const columns = new Columns(row, rules)
    const prefix = columns.text('prefix')
    const stored = columns.text('hashedKey')
    const [, sha512] = /^sha512\$\$([0-9a-f]{128})$/.exec(stored) ?? []
    if (sha512 === undefined && !isDjangoHash(stored)) {
      fail(['hashedKey'], 'must be sha512 or pbkdf2_sha256; argon2 and bcrypt cannot be checked')
    }
    const facts = {
      format: 'drf',
      ...(sha512 === undefined ? { handle: prefix, secretHash: stored } : { digest: sha512 }),
      foreignId: prefix,
      hint: `${prefix}.…`,
      name: columns.optionalText('name'),
      owner: ownerOf(columns, () => undefined),
      createdAt: columns.moment('created'),
    }
    return completeRow(columns, facts)
  }
}

const FIELDS: readonly string[] = 'prefix hashedKey name created'.split(' ')
