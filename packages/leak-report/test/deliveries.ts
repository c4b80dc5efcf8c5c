import type { PublicKeyList } from '../src/index.ts'

/** Somebody who signs deliveries as GitHub does. */
export interface Signer {
  readonly identifier: string
  readonly published: PublicKeyList['public_keys'][number]
  /** A delivery of these bytes, as it arrives. */
  deliver(body: string | Uint8Array<ArrayBuffer>, headers?: Record<string, string>): Promise<Request>
}

const ADDRESS = 'https://keys.example/leaks/github'

export async function createSigner(identifier: string): Promise<Signer> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  const spki = toBase64(new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey)))
  return {
    identifier,
    published: {
      key_identifier: identifier,
      key: `-----BEGIN PUBLIC KEY-----\n${spki.replace(/(.{64})/g, '$1\n')}\n-----END PUBLIC KEY-----\n`,
      is_current: true,
    },
    async deliver(text, headers = {}) {
      const body = typeof text === 'string' ? new TextEncoder().encode(text) : text
      const ecdsa = { name: 'ECDSA', hash: 'SHA-256' }
      const signature = new Uint8Array(await crypto.subtle.sign(ecdsa, pair.privateKey, body))
      return delivery(body, {
        'Github-Public-Key-Identifier': identifier,
        'Github-Public-Key-Signature': toBase64(toDer(signature)),
        ...headers,
      })
    },
  }
}

export function delivery(body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>): Request {
  return new Request(ADDRESS, { method: 'POST', body, headers: { 'Content-Type': 'application/json', ...headers } })
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}

/** From the 64 bytes of Web Crypto to SEQUENCE { r INTEGER, s INTEGER }. */
export function toDer(signature: Uint8Array): Uint8Array {
  const integers = [...toInteger(signature.subarray(0, 32)), ...toInteger(signature.subarray(32))]
  return Uint8Array.of(0x30, integers.length, ...integers)
}

function toInteger(half: Uint8Array): number[] {
  const digits = [...half]
  while (digits.length > 1 && digits[0] === 0) digits.shift()
  if ((digits[0] ?? 0) >= 0x80) digits.unshift(0)
  return [0x02, digits.length, ...digits]
}
