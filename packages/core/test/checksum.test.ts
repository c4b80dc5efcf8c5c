import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import vectors from '../../../test/vectors/token.json' with { type: 'json' }
import { BASE62, CRC_START, checksum, crcOver, crcValue, isBase62, readBase62 } from '../src/checksum.ts'

/** CRC-32 bit by bit, as ISO/IEC 13239 describes it. */
function slowCrc(text: string): number {
  let register = 0xffffffff
  for (const character of text) {
    register ^= character.charCodeAt(0)
    for (let bit = 0; bit < 8; bit++) register = register & 1 ? (register >>> 1) ^ 0xedb88320 : register >>> 1
  }
  return (register ^ 0xffffffff) >>> 0
}

const ascii = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) })

describe('checksum', () => {
  for (const { text, crc32, base62, source } of vectors.checksums) {
    it(`${JSON.stringify(text)}: ${source}`, () => {
      expect(crcValue(crcOver(CRC_START, text))).toBe(crc32)
      expect(checksum(text)).toBe(base62)
      expect(readBase62(base62, 0, base62.length)).toBe(crc32)
    })
  }

  it('agrees with the division done bit by bit', () => {
    fc.assert(
      fc.property(ascii, (text) => {
        expect(crcValue(crcOver(CRC_START, text))).toBe(slowCrc(text))
      }),
    )
  })

  it('is six characters that read back as the value', () => {
    fc.assert(
      fc.property(ascii, (text) => {
        const written = checksum(text)
        expect(written).toMatch(/^[0-9A-Za-z]{6}$/)
        expect(readBase62(written, 0, 6)).toBe(slowCrc(text))
      }),
    )
  })

  it('can be taken in parts', () => {
    fc.assert(
      fc.property(ascii, ascii, (head, tail) => {
        const whole = head + tail
        expect(crcOver(crcOver(CRC_START, head), whole, head.length)).toBe(crcOver(CRC_START, whole))
        expect(crcOver(CRC_START, whole, 0, head.length)).toBe(crcOver(CRC_START, head))
      }),
    )
  })
})

describe('base62', () => {
  it('has the digits in the order of GitHub', () => {
    expect(BASE62).toBe('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz')
    for (const [value, digit] of BASE62.split('').entries()) expect(readBase62(digit, 0, 1)).toBe(value)
  })

  it('knows its digits from every other character', () => {
    const misjudged: string[] = []
    for (let code = 0; code <= 0xffff; code++) {
      const character = String.fromCharCode(code)
      const isDigit = BASE62.includes(character)
      const isRead = !Number.isNaN(readBase62(`0${character}`, 0, 2))
      if (isBase62(character, 0, 1) !== isDigit || isRead !== isDigit) misjudged.push(`U+${code.toString(16)}`)
    }
    expect(misjudged).toEqual([])
  })

  it('reads the part it is told to', () => {
    expect(readBase62('-10-', 1, 3)).toBe(62)
    expect(readBase62('-10-', 1, 4)).toBeNaN()
    expect(isBase62('-10-', 1, 3)).toBe(true)
    expect(isBase62('-10-', 0, 3)).toBe(false)
    expect(isBase62('-10-', 1, 4)).toBe(false)
  })
})
