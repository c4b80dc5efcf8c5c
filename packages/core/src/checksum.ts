/** The 62 characters of a token's random part and checksum, in the order of GitHub's tokens. */
export const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Characters in a CRC-32 written in base62: 62^6 is the first power of 62 above 2^32. */
export const CHECKSUM_LENGTH = 6

const NOT_A_DIGIT = 255

/** Character code to base62 digit. */
const DIGIT = new Uint8Array(256).fill(NOT_A_DIGIT)
for (let value = 0; value < 62; value++) DIGIT[BASE62.charCodeAt(value)] = value

/** CRC-32 (IEEE 802.3, reflected polynomial 0xEDB88320), one entry a byte. */
const CRC_TABLE = new Int32Array(256)
for (let byte = 0; byte < 256; byte++) {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  CRC_TABLE[byte] = value
}

/** The running CRC before any character was read. */
export const CRC_START = -1

/** Continues a running CRC over the characters of an ASCII string from `start` to `end`. */
export function crcOver(crc: number, text: string, start = 0, end: number = text.length): number {
  let running = crc
  for (let index = start; index < end; index++) {
    running = (CRC_TABLE[(running ^ text.charCodeAt(index)) & 0xff] as number) ^ (running >>> 8)
  }
  return running
}

/**
 * Continues a running CRC over base62 characters; `undefined` when one of them is none. One pass for both questions:
 * every request with a well-formed token pays for it.
 */
export function crcOverBase62(crc: number, text: string, start: number, end: number): number | undefined {
  let running = crc
  let seen = 0
  for (let index = start; index < end; index++) {
    const code = text.charCodeAt(index)
    // Neither a base62 character's code nor its digit has a bit above the seventh; everything else brings one.
    seen |= code | (DIGIT[code] as number)
    running = (CRC_TABLE[(running ^ code) & 0xff] as number) ^ (running >>> 8)
  }
  return seen > 0x7f ? undefined : running
}

/** Ends a running CRC: the unsigned 32-bit value. */
export function crcValue(crc: number): number {
  return ~crc >>> 0
}

/**
 * CRC-32 (IEEE 802.3) of an ASCII string, as an unsigned number.
 *
 * @example
 * ```ts
 * import { crc32 } from '@bearward/core/formats'
 *
 * crc32('123456789').toString(16) // 'cbf43926'
 * ```
 */
export function crc32(text: string): number {
  return crcValue(crcOver(CRC_START, text))
}

/**
 * CRC-32 of an ASCII string as six base62 characters, padded with `0` on the left, as GitHub's tokens end.
 *
 * @example
 * ```ts
 * import { checksum } from '@bearward/core/formats'
 *
 * checksum('zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ') // '0mLq17'
 * ```
 */
export function checksum(text: string): string {
  let value = crc32(text)
  let written = ''
  for (let place = 0; place < CHECKSUM_LENGTH; place++) {
    written = (BASE62[value % 62] as string) + written
    value = Math.floor(value / 62)
  }
  return written
}

/** Reads base62 characters as a number; `NaN` when one of them is no base62 character. */
export function readBase62(text: string, start: number, end: number): number {
  let value = 0
  for (let index = start; index < end; index++) {
    const digit = DIGIT[text.charCodeAt(index)] ?? NOT_A_DIGIT
    if (digit === NOT_A_DIGIT) return Number.NaN
    value = value * 62 + digit
  }
  return value
}

/** Whether every character from `start` to `end` is one of the 62. */
export function isBase62(text: string, start: number, end: number): boolean {
  for (let index = start; index < end; index++) {
    if ((DIGIT[text.charCodeAt(index)] ?? NOT_A_DIGIT) === NOT_A_DIGIT) return false
  }
  return true
}
