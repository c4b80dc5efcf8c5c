import { equalDigests } from '@bearward/core'

/** `pbkdf2_sha256$<iterations>$<salt>$<base64 of 32 bytes>`, as Django writes it. */
const WRITTEN = /^pbkdf2_sha256\$([1-9]\d{0,7})\$([^$]{1,128})\$([A-Za-z0-9+/]{43}=)$/
/** Ten times what Django 5.2 does. */
const MAX_ITERATIONS = 10_000_000
const HASH_BITS = 256

/** Whether this is a password hash of Django that can be checked. */
export function isDjangoHash(stored: string): boolean {
  const [, iterations] = WRITTEN.exec(stored) ?? []
  return iterations !== undefined && Number(iterations) <= MAX_ITERATIONS
}

/**
 * Checks a text against a password hash of Django, on another thread.
 *
 * @throws {TypeError} when the hash cannot be read
 */
export async function verifyDjangoHash(text: string, stored: string): Promise<boolean> {
  const [, iterations, salt, hash = ''] = WRITTEN.exec(stored) ?? []
  if (!isDjangoHash(stored)) throw new TypeError('secretHash: stored value must be pbkdf2_sha256')
  const encoder = new TextEncoder()
  const key = await crypto.subtle.importKey('raw', encoder.encode(text), 'PBKDF2', false, ['deriveBits'])
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt: encoder.encode(salt), iterations: Number(iterations) }
  const bits = await crypto.subtle.deriveBits(how, key, HASH_BITS)
  return equalDigests(btoa(String.fromCharCode(...new Uint8Array(bits))), hash)
}
