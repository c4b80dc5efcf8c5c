import { taggedDigest } from './foreign.ts'
import type { KeyringSettings } from './options.ts'

const BYTES = 32

/**
 * The other digests that a key with the token of this digest may be stored under: systems write SHA-256 of a token in hex,
 * base64 or base64url.
 */
export function twinsOfDigest({ imports }: KeyringSettings, format: string, digest: string): readonly string[] {
  const others = new Set(imports.map(({ name }) => name).filter((name) => name !== format))
  const bytes = others.size === 0 ? undefined : bytesOf(digest)
  if (bytes === undefined) return []
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  const base64 = btoa(String.fromCharCode(...bytes))
  const base64url = base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
  return [...others].flatMap((name) => [hex, base64, base64url].map((each) => taggedDigest(name, each)))
}

function bytesOf(digest: string): Uint8Array | undefined {
  if (/^[0-9a-f]{64}$/.test(digest)) {
    return Uint8Array.from(digest.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  }
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(digest)) return undefined
  const bytes = atob(digest.replaceAll('-', '+').replaceAll('_', '/').replace('=', ''))
  return bytes.length === BYTES ? Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)) : undefined
}
