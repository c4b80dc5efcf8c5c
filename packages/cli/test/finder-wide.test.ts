import { keyFormat } from '@bearward/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFinder } from '../src/scan/finder.ts'
import { TextLines } from '../src/scan/lines.ts'
import { ENCODINGS, encode } from './encodings.ts'

const format = keyFormat({ prefix: 'acme', environments: ['live', 'test'] })

interface Found {
  readonly token: string
  readonly line: number
  readonly column: number
}

function find(bytes: Buffer): Found[] {
  const lines = new TextLines(bytes)
  const found: Found[] = []
  createFinder({ prefix: 'acme' }).search(bytes, (offset, token, width) =>
    found.push({ token, ...lines.at(offset, width) }),
  )
  return found
}

/** Characters of which each encoding has a byte of a line feed, or a NUL, where it means something else. */
const tricky = fc.constantFrom('\n', '\r\n', 'a', 'é', 'Ċ', '\u0a00', '\u0a0a', '𐨊', '𝒳', '\0', 'acme_', '_')
const noise = fc.array(tricky, { maxLength: 12 }).map((parts) => parts.join(''))

test.each(ENCODINGS)('keys in $name with $mark mark are found at their lines and columns', (encoding) => {
  fc.assert(
    fc.property(fc.array(noise, { minLength: 1, maxLength: 4 }), (parts) => {
      const tokens = parts.map((_, index) => format.generate(index % 2 === 0 ? 'live' : 'test'))
      const text = parts.map((part, index) => part + tokens[index]).join('')
      const expected = tokens.map((token) => {
        const before = text.slice(0, text.indexOf(token)).split('\n')
        return { token, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
      })
      expect(find(encode(text, encoding))).toEqual(expected)
    }),
    { numRuns: 60 },
  )
})

test('keys in all encodings are found in one text, at any alignment', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...ENCODINGS), fc.uint8Array({ maxLength: 9 })), { maxLength: 6 }),
      (parts) => {
        const tokens = parts.map(() => format.generate('live'))
        const bytes = parts.flatMap(([encoding, noise], index) => [
          Buffer.from(noise),
          // Keeps the noise from looking like a part of the token.
          Buffer.from('..'),
          encode(tokens[index] ?? '', encoding),
          Buffer.from('..'),
        ])
        expect(find(Buffer.concat(bytes)).map(({ token }) => token)).toEqual(tokens)
      },
    ),
    { numRuns: 200 },
  )
})

test('keys of every environment are found where none is named, and of those alone that are', () => {
  const tokens = ['live', 'prod', 'x1'].map((name) => keyFormat({ prefix: 'acme', environments: [name] }).generate())
  const plain = keyFormat({ prefix: 'acme' }).generate()
  const bytes = Buffer.from([...tokens, plain].join('\n'))
  const search = (wanted: Parameters<typeof createFinder>[0]): string[] => {
    const found: string[] = []
    createFinder(wanted).search(bytes, (_, token) => found.push(token))
    return found
  }
  expect(search({ prefix: 'acme' })).toEqual([...tokens, plain])
  expect(search({ prefix: 'acme', environments: ['prod'] })).toEqual([tokens[1]])
  expect(search({ prefix: 'acme', environments: [] })).toEqual([plain])
})

test('a key of which one unit is cut, or has a high byte, is not found', () => {
  const token = format.generate('live')
  for (const encoding of ENCODINGS.filter(({ width }) => width > 1)) {
    const bytes = encode(token, { ...encoding, mark: false })
    expect(find(bytes)).toHaveLength(1)
    const cut = Buffer.concat([bytes.subarray(0, 5 * encoding.width), bytes.subarray(5 * encoding.width + 1)])
    expect(find(cut)).toEqual([])
    const middle = bytes.indexOf(0, 5 * encoding.width)
    bytes[middle] = 1
    expect(find(bytes)).toEqual([])
  }
})
