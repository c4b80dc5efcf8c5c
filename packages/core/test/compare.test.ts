import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { equalDigests } from '../src/compare.ts'

describe('equalDigests', () => {
  it('is equality', () => {
    const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'.split('')), maxLength: 4 })
    fc.assert(
      fc.property(hex, hex, (left, right) => {
        expect(equalDigests(left, right)).toBe(left === right)
        expect(equalDigests(left, left)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it('sees a difference of one bit at every place', () => {
    const digest = 'a'.repeat(64)
    for (let place = 0; place < 64; place++) {
      for (let bit = 1; bit < 0x10000; bit <<= 1) {
        const other = digest.slice(0, place) + String.fromCharCode(0x61 ^ bit) + digest.slice(place + 1)
        expect(equalDigests(digest, other)).toBe(false)
      }
    }
  })

  it('sees differences that would cancel out', () => {
    expect(equalDigests('ab', 'ba')).toBe(false)
    expect(equalDigests('aa', 'bb')).toBe(false)
    expect(equalDigests('ab', 'abab')).toBe(false)
    expect(equalDigests('', 'a')).toBe(false)
    expect(equalDigests('', '')).toBe(true)
  })

  it('reads all of both, wherever they differ', () => {
    const text = 'a'.repeat(64)
    const reads = (different: number): number => {
      let count = 0
      const left = {
        length: text.length,
        charCodeAt(index: number): number {
          count++
          return index === different ? 0 : text.charCodeAt(index)
        },
      }
      expect(equalDigests(left as string, text)).toBe(different === -1)
      return count
    }
    expect([reads(0), reads(31), reads(63), reads(-1)]).toEqual([64, 64, 64, 64])
  })
})
