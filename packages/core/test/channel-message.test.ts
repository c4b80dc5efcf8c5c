import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_INVALIDATIONS, MAX_MESSAGE_LENGTH, readInvalidations, readMessage } from '../src/channel-message.ts'

function fail(): never {
  throw new Error('nothing may be asked of this value')
}

/** A list whose every property throws. */
const TRAP = new Proxy([], { get: fail })

/** Values that break a reader which trusts a type, by name: a test runner that printed them would be broken too. */
const VALUES: Readonly<Record<string, unknown>> = {
  undefined: undefined,
  null: null,
  'an empty text': '',
  'a number': 5,
  'a bigint': 10n,
  'a symbol': Symbol('x'),
  'a function': () => {},
  'an object whose toString throws': { toString: fail },
  'an object like a list': { length: 1, 0: { id: 'a' } },
}
const NAMES = Object.keys(VALUES)

describe('readMessage', () => {
  test('answers the fields of a JSON object', () => {
    expect({ ...readMessage('{"id":"a","invalidations":["all"]}') }).toEqual({ id: 'a', invalidations: ['all'] })
  })

  test.each(['', 'x', 'null', '5', '"text"', '[]', '[{"id":"a"}]', '{"id":', '\0', '{} {}', '\ufeff{}'])(
    'answers nothing for %j',
    (text) => {
      expect(readMessage(text)).toBeUndefined()
    },
  )

  test.each(NAMES)('answers nothing for %s', (name) => {
    expect(readMessage(VALUES[name])).toBeUndefined()
  })

  test('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.string({ unit: 'binary' })), (text) => void readMessage(text)),
      { numRuns: 50 },
    )
  })

  test('reads no field from a prototype', () => {
    const fields = readMessage('{"__proto__":{"id":"a"},"constructor":{"prototype":{"id":"a"}}}')
    expect(fields?.id).toBeUndefined()
    expect(readMessage('{}')?.toString).toBeUndefined()
    expect(({} as { id?: unknown }).id).toBeUndefined()
  })

  test('parses no text that is longer than the limit, and any nesting below it', () => {
    const padded = `{"id":"${'a'.repeat(MAX_MESSAGE_LENGTH - 9)}"}`
    expect(padded.length).toBe(MAX_MESSAGE_LENGTH)
    expect(readMessage(padded)).toBeDefined()
    expect(readMessage(`${padded} `)).toBeUndefined()
    const deep = `{"invalidations":${'['.repeat(500_000)}${']'.repeat(500_000)}}`
    expect(readInvalidations(readMessage(deep)?.invalidations)).toEqual(['all'])
  })
})

describe('readInvalidations', () => {
  test('copies every kind as it is', () => {
    const list = [{ id: 'a' }, { digest: 'ab' }, { owner: '__proto__' }, 'all']
    const copy = readInvalidations(list)
    expect(copy).toEqual(list)
    expect(copy).not.toBe(list)
  })

  test.each(NAMES)('answers nothing for %s, which is no list', (name) => {
    expect(readInvalidations(VALUES[name])).toBeUndefined()
  })

  test.each([[], {}, 'ALL', { id: 5 }, { id: '' }, { id: 'a', owner: 'b' }, { digest: 'AB' }, { ID: 'a' }])(
    'takes the entry %j for every key',
    (entry) => {
      expect(readInvalidations([{ id: 'a' }, entry])).toEqual(['all'])
    },
  )

  test.each(NAMES)('takes an entry that is %s for every key', (name) => {
    expect(readInvalidations([{ id: 'a' }, VALUES[name]])).toEqual(['all'])
  })

  test('takes a list with holes, or one that throws, for every key', () => {
    expect(readInvalidations(new Array(3))).toEqual(['all'])
    expect(readInvalidations(TRAP)).toEqual(['all'])
    expect(readInvalidations([TRAP])).toEqual(['all'])
  })

  test('takes a list that is too long for every key, and looks at none of its entries', () => {
    const ids = Array.from({ length: MAX_INVALIDATIONS }, (_, index) => ({ id: `key_${index}` }))
    expect(readInvalidations(ids)).toEqual(ids)
    expect(readInvalidations([...ids, { id: 'one more' }])).toEqual(['all'])
    expect(readInvalidations(new Array(4_000_000_000))).toEqual(['all'])
  })

  test('answers a list of invalidations or nothing, whatever it is given', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withSparseArray: true }), (value) => {
        for (const each of [value, [value]]) {
          const read = readInvalidations(each)
          expect(read === undefined || read.every((one) => one === 'all' || Object.keys(one).length === 1)).toBe(true)
        }
      }),
    )
  })
})
