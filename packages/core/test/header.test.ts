import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import vectors from '../../../test/vectors/header.json' with { type: 'json' }
import { readBasic } from '../src/basic.ts'
import { MALFORMED, MISSING, readAuthorization, readToken, readWholeField } from '../src/header.ts'
import { anyToken, keyFormat, pairFormat, readerOf } from '../src/token.ts'

interface Vector {
  readonly description: string
  readonly field: string | string[] | null
  readonly maxTokenLength?: number
  readonly schemes?: { readonly bearer?: boolean; readonly basic?: boolean }
  readonly token?: string
  readonly refused?: string
}

const DEFAULT_LENGTH = 512
const TOKEN = /^[A-Za-z0-9\-._~+/|:]+=*$/

describe('readAuthorization', () => {
  for (const vector of vectors as Vector[]) {
    it(vector.description, () => {
      const { bearer = true, basic = false } = vector.schemes ?? {}
      const schemes = basic ? { bearer, basic: readBasic } : { bearer }
      const credential = readAuthorization(vector.field, vector.maxTokenLength ?? DEFAULT_LENGTH, schemes)
      expect(credential).toEqual(vector.token ?? { refused: vector.refused })
    })
  }

  describe('with a format that is asked first', () => {
    const format = keyFormat({ prefix: 'acme', environments: ['live', 'test'] })
    const readToken = readerOf([format])
    const token = format.generate('test')
    const spoilt = token.slice(0, -1) + (token.endsWith('0') ? '1' : '0')

    it('takes what the format takes, and says what it has read', () => {
      const credential = readAuthorization(`bEARER ${token}`, DEFAULT_LENGTH, { bearer: true, readToken })
      expect(credential).toEqual({ token, parsed: format.parse(token) })
    })

    it('says of everything else what it says without', () => {
      const around = [' ', '\t', '=', ',', 'x', '\u0000', '\u0142', `, Bearer ${token}`, `,Basic ${token}`]
      const fields = [
        ...around.flatMap((text) => [`Bearer ${token}${text}`, `Bearer ${text}${token}`, `${text}Bearer ${token}`]),
        // 0x141 is `A` in its lower eight bits, 0xa0 is a blank to some.
        ...Array.from({ length: token.length }, (_, at) =>
          [' ', '"', '\u0141', '\u00a0'].map((odd) => `Bearer ${token.slice(0, at)}${odd}${token.slice(at + 1)}`),
        ).flat(),
        ...[`Bearer ${spoilt}`, `Bearer ${token.slice(1)}`, `Basic ${token}`, `Bearer${token}`, token, 'Bearer', ''],
      ]
      for (const field of [...fields, [`Bearer ${token}`, `Bearer ${token}`], [], null]) {
        const credential = readAuthorization(field, DEFAULT_LENGTH, { bearer: true, readToken })
        const plain = typeof credential === 'object' && 'token' in credential ? credential.token : credential
        expect(plain, JSON.stringify(field)).toEqual(readAuthorization(field, DEFAULT_LENGTH))
      }
    })

    it('does not take it where Bearer is turned off', () => {
      expect(readAuthorization(`Bearer ${token}`, DEFAULT_LENGTH, { bearer: false, readToken })).toBe(MISSING)
    })

    it('asks no format but the first, and only one whose tokens are of the grammar', () => {
      const own = { parse: () => ({}) }
      expect(readToken).toBeTypeOf('function')
      for (const formats of [[], [own], [own, format], [{ ...format }], [anyToken()], [pairFormat()]]) {
        expect(readerOf(formats)).toBeUndefined()
      }
    })
  })

  it('has a vector for each outcome, each with its source and one outcome', () => {
    const all: (Vector & { source: string })[] = vectors as never
    expect(all.length).toBeGreaterThanOrEqual(80)
    for (const { source, token, refused } of all) {
      expect(source).toMatch(/\S/)
      expect([token !== undefined, refused !== undefined].filter(Boolean)).toHaveLength(1)
      expect(['missing', 'malformed', undefined]).toContain(refused)
    }
  })

  it('takes Bearer alone when nothing else is said', () => {
    expect(readAuthorization('Bearer abc', DEFAULT_LENGTH)).toBe('abc')
    expect(readAuthorization('Basic YWJjOg==', DEFAULT_LENGTH)).toBe(MISSING)
  })

  it('does not take what is no string', () => {
    for (const field of [0, 1, true, {}, ['a', 1], [1], [null], [['Bearer abc']], () => 'Bearer abc']) {
      expect(readAuthorization(field as never, DEFAULT_LENGTH)).toBe(MALFORMED)
    }
    expect(readAuthorization(undefined, DEFAULT_LENGTH)).toBe(MISSING)
    expect(readAuthorization(null, DEFAULT_LENGTH)).toBe(MISSING)
  })

  it('judges each of the 65536 UTF-16 units inside a token by the grammar', () => {
    for (let code = 0; code <= 0xffff; code++) {
      const character = String.fromCharCode(code)
      const token = `a${character}b`
      const expected = TOKEN.test(token) ? token : MALFORMED
      expect(readAuthorization(`Bearer ${token}`, DEFAULT_LENGTH), `U+${code.toString(16)}`).toBe(expected)
    }
  })

  it('knows the scheme from every other that differs in one character', () => {
    for (let place = 0; place < 'Bearer'.length; place++) {
      for (let code = 0; code <= 0xff; code++) {
        const scheme = `${'Bearer'.slice(0, place)}${String.fromCharCode(code)}${'Bearer'.slice(place + 1)}`
        const credential = readAuthorization(`${scheme} abc`, DEFAULT_LENGTH)
        expect(credential === 'abc', JSON.stringify(scheme)).toBe(/^bearer$/i.test(scheme))
      }
    }
  })

  it('gives back every token that the grammar allows, unchanged', () => {
    const token = fc.stringMatching(TOKEN, { maxLength: 100 }).filter((text) => text.length <= DEFAULT_LENGTH)
    fc.assert(
      fc.property(token, fc.integer({ min: 1, max: 20 }), (text, spaces) => {
        expect(readAuthorization(`Bearer${' '.repeat(spaces)}${text}`, DEFAULT_LENGTH)).toBe(text)
      }),
    )
  })

  it('answers a token only where an independent reading finds the same one', () => {
    const pieces = fc.constantFrom('Bearer', 'bearer', ' ', '\t', ',', '=', 'abc', '"', '\\', 'Basic', '|', '\0', 'é')
    const field = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(field, (text) => {
        const byPattern = /^[ \t]*bearer +([A-Za-z0-9\-._~+/|:]+=*)[ \t]*$/i.exec(text)?.[1]
        const credential = readAuthorization(text, DEFAULT_LENGTH)
        expect(typeof credential === 'string' ? credential : undefined).toBe(byPattern)
      }),
      { numRuns: 2000 },
    )
  })

  it('answers missing only where no part of the field could be bearer credentials', () => {
    const schemes = fc.constantFrom('Basic YTpi', 'Negotiate', 'Token abc', 'Digest a="b", c=d', 'ApiKey abc=')
    const bearer = fc.constantFrom('Bearer abc', 'bearer abc=', 'BEARER  a|b')
    fc.assert(
      fc.property(
        schemes,
        bearer,
        fc.constantFrom(',', ', ', ' ,', ' ,\t'),
        fc.boolean(),
        (other, own, comma, isFirst) => {
          const field = isFirst ? own + comma + other : other + comma + own
          expect(readAuthorization(field, DEFAULT_LENGTH)).toBe(MALFORMED)
        },
      ),
    )
  })
})

describe('the length bound', () => {
  it('holds at every length around it, for every bound', () => {
    for (const bound of [16, 100, 512, 8192]) {
      expect(readAuthorization(`Bearer ${'a'.repeat(bound)}`, bound)).toHaveLength(bound)
      expect(readAuthorization(`Bearer ${'a'.repeat(bound + 1)}`, bound)).toBe(MALFORMED)
    }
  })

  it('refuses a field that is too long before it reads a character of it', () => {
    const counted = { charsRead: 0 }
    const long = 'x'.repeat(100_000)
    const original = String.prototype.charCodeAt
    const spy = function (this: string, index: number): number {
      if (this.length === long.length) counted.charsRead++
      return original.call(this, index)
    }
    // The only way to see which characters are read.
    String.prototype.charCodeAt = spy
    try {
      expect(readAuthorization(long, DEFAULT_LENGTH)).toBe(MALFORMED)
    } finally {
      String.prototype.charCodeAt = original
    }
    expect(counted.charsRead).toBe(0)
  })
})

describe('readWholeField', () => {
  it.each([
    ['abc', 'abc'],
    [' \tabc \t', 'abc'],
    ['abc==', 'abc=='],
    [['abc'], 'abc'],
    ['a'.repeat(512), 'a'.repeat(512)],
  ])('reads %j', (field, token) => {
    expect(readWholeField(field, DEFAULT_LENGTH)).toBe(token)
  })

  it.each([
    'Bearer abc',
    'a b',
    'a,b',
    'a, b',
    '"a"',
    'a\0',
    'a\u00a0',
    'é',
    '=',
    ' '.repeat(600),
    'a'.repeat(513),
    ['a', 'a'],
    ['', ''],
  ])('refuses %j', (field) => {
    expect(readWholeField(field, DEFAULT_LENGTH)).toBe(MALFORMED)
  })

  it.each(['', ' ', '\t', ' \t ', [''], [' ']])('finds nothing in %j', (field) => {
    expect(readWholeField(field, DEFAULT_LENGTH)).toBe(MISSING)
  })

  it('finds nothing where there is no field', () => {
    for (const field of [undefined, null, []]) expect(readWholeField(field, DEFAULT_LENGTH)).toBe(MISSING)
  })
})

describe('readToken', () => {
  it('reads the part it is told to and no more', () => {
    expect(readToken('xxabc=yy', 2, 6, DEFAULT_LENGTH)).toBe('abc=')
    expect(readToken('xxabc=yy', 2, 7, DEFAULT_LENGTH)).toBe(MALFORMED)
    expect(readToken('abc', 1, 1, DEFAULT_LENGTH)).toBe(MALFORMED)
  })
})
