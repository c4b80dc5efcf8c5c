import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readSignature } from '../src/signature.ts'
import { toBase64, toDer } from './deliveries.ts'

const signatures = fc.uint8Array({ minLength: 64, maxLength: 64 })

test('every signature survives its way through DER', () => {
  fc.assert(
    fc.property(signatures, (signature) => {
      expect(readSignature(toBase64(toDer(signature)))).toEqual(signature)
    }),
  )
})

test('halves with zeros in front are padded again', () => {
  const signature = new Uint8Array(64)
  signature[31] = 1
  signature[63] = 0x80
  expect(readSignature(toBase64(toDer(signature)))).toEqual(signature)
})

/** DER of r = 1 and s = 1, byte by byte. */
const good = [0x30, 6, 2, 1, 1, 2, 1, 1]

test.each<[string, number[]]>([
  ['nothing', []],
  ['no sequence', [0x31, ...good.slice(1)]],
  ['a byte too many', [...good, 0]],
  ['a byte too few', good.slice(0, -1)],
  ['a length that is too long', [0x30, 7, ...good.slice(2)]],
  ['a length in the long form', [0x30, 0x81, 6, ...good.slice(2)]],
  ['one integer', [0x30, 3, 2, 1, 1]],
  ['three integers', [0x30, 9, 2, 1, 1, 2, 1, 1, 2, 1, 1]],
  ['a negative integer', [0x30, 6, 2, 1, 0x80, 2, 1, 1]],
  ['an integer with a zero too many', [0x30, 7, 2, 2, 0, 1, 2, 1, 1]],
  ['an integer of no byte', [0x30, 5, 2, 0, 2, 1, 1]],
  ['an integer of 33 digits', [0x30, 38, 2, 33, ...new Array<number>(33).fill(1), 2, 1, 1]],
  ['an integer that runs over the end', [0x30, 6, 2, 1, 1, 2, 2, 1]],
])('%s is refused', (_, bytes) => {
  expect(readSignature(toBase64(Uint8Array.from(good)))).toBeDefined()
  expect(readSignature(toBase64(Uint8Array.from(bytes)))).toBeUndefined()
})

test.each(['', 'MAYCAQECAQE', 'MAYCAQECAQE==', ' MAYCAQECAQE=', 'MAYCAQECAQE_', 'A'.repeat(132)])(
  'as base64, %j is refused',
  (field) => {
    expect(readSignature('MAYCAQECAQE=')).toBeDefined()
    expect(readSignature(field)).toBeUndefined()
  },
)
