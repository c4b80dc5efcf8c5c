import { checksum } from '@bearward/core/formats'
import type { ForeignFormat } from '@bearward/keyring'
import { after, hexToBase64, sha256Hex } from './hashes.ts'
import { BASE62, isMadeOf, longestOf, type Prefixes, prefixesOf } from './shapes.ts'

/** What `githubStyleTokens()` takes. */
export interface GithubStyleTokensOptions {
  /** Prefixes of the tokens, with their `_`. Default: the five of GitHub. */
  readonly prefix?: Prefixes | undefined
}

const RANDOM = 30
const CHECKSUM = 6
const GITHUB: readonly string[] = ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_']

/**
 * Tokens in the form of GitHub's, which npm and others use too: a prefix, 30 base62 characters and their CRC-32 in base62,
 * which is checked. Stored as SHA-256 in base64, as GitHub's audit log writes it. Their rows are read by `plainRow()`.
 *
 * @param options the prefixes
 * @returns a format for `createKeyring({ imports })`
 * @throws {TypeError} naming the option that cannot be used
 * @example
 * ```ts
 * import { githubStyleTokens, plainRow } from '@bearward/import'
 *
 * const format = githubStyleTokens({ prefix: 'acme_' })
 * const read = plainRow({ format: 'github' })
 * ```
 */
export function githubStyleTokens(options: GithubStyleTokensOptions = {}): ForeignFormat {
  const prefixes = prefixesOf('githubStyleTokens', 'prefix', options.prefix ?? GITHUB)
  return Object.freeze({
    name: 'github',
    maxLength: longestOf(prefixes) + RANDOM + CHECKSUM,
    recognises: (token: string) =>
      prefixes.some(
        (prefix) =>
          token.length === prefix.length + RANDOM + CHECKSUM &&
          token.startsWith(prefix) &&
          isMadeOf(token, BASE62, prefix.length) &&
          // Over the random characters alone.
          token.endsWith(checksum(token.slice(prefix.length, -CHECKSUM))),
      ),
    digests: (token: string) => after(sha256Hex(token), (hex) => [hexToBase64(hex)]),
  })
}
