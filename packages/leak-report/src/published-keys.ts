import { SECOND } from '@bearward/core'
import { readBody } from '@bearward/core/body'

/** The list of keys as GitHub publishes it. */
export interface PublicKeyList {
  readonly public_keys: readonly {
    /** What `Github-Public-Key-Identifier` names. */
    readonly key_identifier: string
    /** PEM of a SubjectPublicKeyInfo. */
    readonly key: string
    readonly is_current?: boolean
  }[]
}

const ADDRESS = 'https://api.github.com/meta/public_keys/secret_scanning'
const PATIENCE_MS = 5 * SECOND
/** A list has a few kilobytes. */
const MAX_LIST_BYTES = 1024 * 1024

/**
 * Reads GitHub's list of keys from api.github.com; waits five seconds at most. GitHub limits how often an address may
 * ask without a token: behind a shared address, write your own with an `Authorization` field.
 *
 * @returns the list, not yet looked at
 * @throws {Error} when there is no answer, or one other than 200 or longer than 1 MiB
 * @example
 * ```ts
 * import { fetchGithubKeys, githubLeakReports } from '@bearward/leak-report'
 *
 * githubLeakReports({
 *   revoke: () => false,
 *   publicKeys: async () => {
 *     console.log('reading the keys that GitHub signs with')
 *     return fetchGithubKeys()
 *   },
 * })
 * ```
 */
export async function fetchGithubKeys(): Promise<PublicKeyList> {
  const response = await fetch(ADDRESS, {
    headers: { Accept: 'application/json', 'User-Agent': 'bearward' },
    signal: AbortSignal.timeout(PATIENCE_MS),
  })
  if (!response.ok) throw new Error(`fetchGithubKeys: GitHub answered ${response.status}`)
  const { bytes } = await readBody(response.body, { maxBytes: MAX_LIST_BYTES, timeoutMs: PATIENCE_MS })
  if (bytes === undefined) throw new Error(`fetchGithubKeys: GitHub's list did not arrive, or is too long`)
  return JSON.parse(new TextDecoder().decode(bytes)) as PublicKeyList
}

const PEM = /^\s*-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----\s*$/

/**
 * Makes the list usable. An entry that is no P-256 key is passed over: a kind of key that comes later must not take
 * the known ones down with it.
 *
 * @throws {TypeError} when it is no list, or holds no usable key
 */
export async function importKeys(list: PublicKeyList): Promise<ReadonlyMap<string, CryptoKey>> {
  const entries: unknown = list?.public_keys
  const keys = new Map<string, CryptoKey>()
  for (const entry of Array.isArray(entries) ? (entries as unknown[]) : []) {
    const { key_identifier: identifier, key } = (entry ?? {}) as Record<string, unknown>
    const body = typeof key === 'string' ? PEM.exec(key)?.[1] : undefined
    if (typeof identifier !== 'string' || body === undefined) continue
    const imported = await importKey(body)
    if (imported !== undefined) keys.set(identifier, imported)
  }
  if (keys.size === 0)
    throw new TypeError('githubLeakReports: `publicKeys` has returned no list with a P-256 key in it')
  return keys
}

async function importKey(base64: string): Promise<CryptoKey | undefined> {
  try {
    const spki = Uint8Array.from(atob(base64.replace(/\s/g, '')), (character) => character.charCodeAt(0))
    return await crypto.subtle.importKey('spki', spki, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify'])
  } catch {
    return undefined
  }
}
