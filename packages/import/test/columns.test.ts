import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Columns } from '../src/columns.ts'

const AT = Date.UTC(2026, 0, 2, 3, 4, 5)

describe('a moment', () => {
  test.each([
    [new Date(AT), AT],
    [AT, AT],
    [BigInt(AT), AT],
    [String(AT), AT],
    [AT * 1000, AT],
    [BigInt(AT) * 1_000_000n, AT],
    [String(AT * 1000 + 999), AT],
    [AT / 1000, AT],
    [AT / 1000 + 0.25, AT + 250],
    [`${AT / 1000}.25`, AT + 250],
    [String(AT / 1000), AT],
    ['2026-01-02 03:04:05', AT],
    ['2026-01-02T03:04:05', AT],
    ['2026-01-02T03:04:05Z', AT],
    ['2026-01-02 03:04:05+00', AT],
    ['2026-01-02 05:04:05+0200', AT],
    ['2026-01-02T05:04:05.000999+02:00', AT],
    ['2026-01-02', Date.UTC(2026, 0, 2)],
    ['2026-01-02 03:04', AT - 5000],
    ['2026-01-02 03:04:05 UTC', AT],
    ['2026-01-02t03:04:05,5z', AT + 500],
    ['9999-12-31 23:59:59', Date.UTC(9999, 11, 31, 23, 59, 59)],
    [Date.UTC(1990, 0), Date.UTC(1990, 0)],
    [Date.UTC(2300, 0) / 1000 - 1, Date.UTC(2300, 0) - 1000],
    [0, 0],
    ['0000-00-00 00:00:00', undefined],
    [null, undefined],
    ['', undefined],
  ])('%o is read', (written, expected) => {
    expect(new Columns({ expires_at: written }).moment('expiresAt')).toBe(expected)
  })

  test.each([
    ...['tomorrow', '2026-13-01', '02/01/2026', {}, true, Number.NaN, new Date(Number.NaN), 1.5e-9],
    // Days that are in no calendar, and dates whose zone or order is not certain.
    ...['2026-02-30', '2026-02-30 10:00:00', '2026-01-02 03:04:05 CET', '2026-01-02 25:00', '2026-W01', '20260102'],
    // Durations, sentinels, and numbers that are a moment of a key in no unit.
    ...[1, 3600, -1, 20_260_102, Date.UTC(1990, 0) / 1000 - 1, Date.UTC(2300, 0) / 1000, 99_999_999_999],
    ...[Number.POSITIVE_INFINITY, 'infinity', new Date(AT * 1000), 2n ** 64n, '1.7e9'],
  ])('%o is refused', (written) => {
    expect(() => new Columns({ at: written }).moment('at')).toThrow('at: must be a date')
  })

  test('as a database writes it comes back', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(AT - 4e11), max: new Date(AT + 4e11), noInvalidDate: true }), (date) => {
        const iso = date.toISOString()
        const sql = iso.replace('T', ' ').replace('Z', '')
        for (const written of [date, iso, sql, `${sql}+00`]) {
          expect(new Columns({ at: written }).moment('at')).toBe(date.getTime())
        }
      }),
    )
  })
})

describe('a flag', () => {
  test.each([true, 1, 1n, '1', 't', 'TRUE', 'yes', Uint8Array.of(1)])('%o is true', (written) => {
    expect(new Columns({ enabled: written }).flag(false, 'enabled')).toBe(true)
  })

  test.each([false, 0, 0n, '0', 'f', 'False', 'no', Uint8Array.of(0)])('%o is false', (written) => {
    expect(new Columns({ enabled: written }).flag(true, 'enabled')).toBe(false)
  })

  test('that is not there is as usual, and that is anything else is refused', () => {
    expect(new Columns({ enabled: null }).flag(true, 'enabled')).toBe(true)
    expect(new Columns({}).flag(false, 'enabled')).toBe(false)
    for (const written of ['2', 2, 'maybe', {}, []]) {
      expect(() => new Columns({ enabled: written }).flag(true, 'enabled')).toThrow(/^enabled: /)
    }
  })
})

describe('JSON', () => {
  test('written once, twice, thrice, as bytes or not at all is the same', () => {
    const value = { a: [1, 'ü'] }
    const once = JSON.stringify(value)
    const twice = JSON.stringify(once)
    for (const written of [value, once, twice, JSON.stringify(twice), new TextEncoder().encode(once)]) {
      expect(new Columns({ meta: written }).metadata('meta')).toEqual(value)
    }
  })

  test('that is no object stands under `value`', () => {
    expect(new Columns({ meta: '[1]' }).metadata('meta')).toEqual({ value: [1] })
    expect(new Columns({ meta: 'null' }).metadata('meta')).toEqual({})
    expect(new Columns({}).metadata('meta')).toEqual({})
  })

  test('never shows what it could not read', () => {
    const error = (() => {
      try {
        new Columns({ meta: 'sk_live_secret' }).json('meta')
      } catch (thrown) {
        return String(thrown)
      }
      return ''
    })()
    expect(error).toBe('TypeError: meta: must be JSON')
  })
})

describe('text and lists', () => {
  test('are read from what drivers hand over', () => {
    expect(new Columns({ id: 42 }).text('id')).toBe('42')
    expect(new Columns({ id: new TextEncoder().encode('ä') }).text('id')).toBe('ä')
    expect(() => new Columns({ id: {} }).text('id')).toThrow('id: must be text')
    expect(() => new Columns({}).text('a', 'b')).toThrow('a or b: must be given')
    expect(new Columns({ scopes: 'a, b  c' }).list('scopes')).toEqual(['a', 'b', 'c'])
    expect(new Columns({ scopes: '["a b"]' }).list('scopes')).toEqual(['a b'])
    expect(new Columns({ scopes: '"[\\"a\\"]"' }).list('scopes')).toEqual(['a'])
    expect(() => new Columns({ scopes: '[1]' }).list('scopes')).toThrow(/^scopes: /)
  })

  test('refuse a number that is not the one that was written', () => {
    const { id } = JSON.parse('{"id":12345678901234567890}') as { id: number }
    expect(() => new Columns({ id }).text('id')).toThrow('id: must be text where it is a number of more than 15 digits')
    expect(new Columns({ id: 12_345_678_901_234_567_890n }).text('id')).toBe('12345678901234567890')
  })

  test('are found in any spelling', () => {
    for (const name of ['OWNER_ID', 'Owner Id', 'owner-id', 'ownerid', '\ufeffownerId', 'ＯｗｎｅｒＩｄ']) {
      expect(new Columns({ [name]: 'a' }).text('ownerId'), name).toBe('a')
    }
  })

  test('prefer the name in camelCase', () => {
    expect(new Columns({ ownerId: 'a', owner_id: 'b' }).text('ownerId')).toBe('a')
    expect(new Columns({ ownerId: '', owner_id: 'b' }).text('ownerId')).toBe('b')
  })

  test('need a row', () => {
    for (const row of [null, undefined, 'text', []]) expect(() => new Columns(row)).toThrow('row: must be an object')
  })
})
