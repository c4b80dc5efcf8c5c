import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type KeyFormat, keyFormat } from '@bearward/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFinder } from '../src/scan/finder.ts'

function find(format: KeyFormat, bytes: Buffer | string): [number, string][] {
  const found: [number, string][] = []
  createFinder(format).search(Buffer.from(bytes), (offset, token) => found.push([offset, token]))
  return found
}

const formats = [
  keyFormat({ prefix: 'acme' }),
  keyFormat({ prefix: 'acme', environments: ['live', 'test'] }),
  keyFormat({ prefix: 'a', environments: ['1', '12', 'x'] }),
  keyFormat({ prefix: 'eee_tt', environments: ['e'] }),
  keyFormat({ prefix: 'k' }),
]

describe.each(formats)('$prefix with $environments', (format) => {
  test('every token is found where it stands, whatever is around it', () => {
    const noise = fc.oneof(
      fc.string({ maxLength: 30 }),
      fc.constantFrom(format.prefix, `${format.prefix}_`, '_', 'x', '\\n', '"', '\0', 'é'),
    )
    const environment = fc.constantFrom(...format.environments, undefined)
    fc.assert(
      fc.property(fc.array(fc.tuple(noise, environment), { maxLength: 5 }), noise, (parts, tail) => {
        let text = ''
        const expected: [number, string][] = []
        for (const [before, name] of parts) {
          const token = format.generate(name)
          text += before
          expected.push([Buffer.byteLength(text), token])
          text += token
        }
        expect(find(format, text + tail)).toEqual(expected)
      }),
    )
  })
})

test('a token of which one character was changed is not found', () => {
  const format = formats[1] as KeyFormat
  const token = format.generate('test')
  const characters = fc.constantFrom(...Array.from('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_- '))
  fc.assert(
    fc.property(fc.nat(token.length - 1), characters, (place, character) => {
      fc.pre(token[place] !== character)
      expect(find(format, token.slice(0, place) + character + token.slice(place + 1))).toEqual([])
    }),
    { numRuns: 500 },
  )
})

test('agrees with the vectors', () => {
  const path = join(import.meta.dirname, '../../../test/vectors/token.json')
  const text = readFileSync(path, 'utf8')
  const format = formats[1] as KeyFormat
  const words = [...new Set(text.match(/\w{40,}/g))].filter((word) => format.parse(word) !== null)
  expect(words.length).toBeGreaterThan(3)
  expect(new Set(find(format, text).map(([, token]) => token))).toEqual(new Set(words))
})
