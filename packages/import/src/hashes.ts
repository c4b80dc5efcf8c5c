import { type MaybePromise, sha256 } from '@bearward/core'

const sha = sha256()

/** SHA-256 of the text's UTF-8 bytes: 64 lower-case hex characters. At once where the runtime can. */
export function sha256Hex(text: string): MaybePromise<string> {
  return sha.digest(text)
}

/** SHA-512 of the text's UTF-8 bytes: 128 lower-case hex characters. */
export async function sha512Hex(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-512', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Hex as standard base64 with padding (RFC 4648 §4). */
export function hexToBase64(hex: string): string {
  return btoa(hex.replace(/../g, (byte) => String.fromCharCode(Number.parseInt(byte, 16))))
}

/** Base64 of either alphabet, padded or not, as hex; `undefined` when it is none. */
export function base64ToHex(text: string): string | undefined {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return undefined
  try {
    const bytes = atob(text.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, ''))
    return Array.from(bytes, (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('')
  } catch {
    return undefined
  }
}

/** Goes on with a value that may be there already. */
export function after<T, U>(value: MaybePromise<T>, next: (value: T) => U): MaybePromise<U> {
  return value instanceof Promise ? value.then(next) : next(value)
}
