/** Bytes of one coordinate of P-256, and so of each half of a signature. */
const HALF = 32
/** SEQUENCE and two INTEGERs of at most 33 bytes, each with two bytes of header. */
const LONGEST_DER = 2 + 2 * (2 + HALF + 1)
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

const SEQUENCE = 0x30
const INTEGER = 0x02

/**
 * Reads a signature as GitHub sends it, base64 of the DER of `SEQUENCE { r INTEGER, s INTEGER }` (RFC 3279 §2.2.3),
 * into the 64 bytes that Web Crypto takes: r and s, 32 bytes each.
 *
 * @returns `undefined` when it is not exactly that: no other length, no byte before or after, no second spelling
 */
export function readSignature(field: string): Uint8Array<ArrayBuffer> | undefined {
  // The longest is 96 characters: checked before anything walks over it.
  if (field.length > 128 || !BASE64.test(field)) return undefined
  const der = Uint8Array.from(atob(field), (character) => character.charCodeAt(0))
  if (der.length > LONGEST_DER || der[0] !== SEQUENCE || der[1] !== der.length - 2) return undefined
  const signature = new Uint8Array(2 * HALF)
  const middle = readInteger(der, 2, signature.subarray(0, HALF))
  if (middle === undefined) return undefined
  return readInteger(der, middle, signature.subarray(HALF)) === der.length ? signature : undefined
}

/** Reads a positive INTEGER into `half`, right-aligned. Answers where it ends. */
function readInteger(der: Uint8Array, start: number, half: Uint8Array): number | undefined {
  const length = der[start + 1]
  if (der[start] !== INTEGER || length === undefined || length === 0) return undefined
  const end = start + 2 + length
  if (end > der.length) return undefined
  const digits = der.subarray(start + 2, end)
  const [first = 0, second = 0] = digits
  // X.690 §8.3.2: the shortest form. A first bit of 1 would be a negative number.
  if (first >= 0x80 || (first === 0 && length > 1 && second < 0x80)) return undefined
  const value = first === 0 ? digits.subarray(1) : digits
  if (value.length > half.length) return undefined
  half.set(value, half.length - value.length)
  return end
}
