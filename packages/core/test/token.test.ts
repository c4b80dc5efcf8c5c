import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import vectors from '../../../test/vectors/token.json' with { type: 'json' }
import { BASE62 } from '../src/checksum.ts'
import { anyToken, idKeyFormat, type KeyFormatOptions, keyFormat, pairFormat, type RandomBytes } from '../src/token.ts'

const acme = keyFormat({ prefix: 'acme', environments: ['live', 'test'] })
const environment = fc.constantFrom('live', 'test')

/** xorshift32: the same bytes in every run, so that what is measured over them cannot change. */
function seeded(seed: number): RandomBytes {
  let state = seed
  return (bytes) => {
    for (let index = 0; index < bytes.length; index++) {
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      bytes[index] = (state >>> 11) & 0xff
    }
  }
}

/** How far counts of equally likely characters are from equal; 61 degrees of freedom. */
function chiSquared(text: string): number {
  const counts = new Map<string, number>(BASE62.split('').map((character) => [character, 0]))
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  const expected = text.length / BASE62.length
  return [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}

/** The 99.99 percent point of chi-squared with 61 degrees of freedom. */
const CRITICAL = 111.6

describe('keyFormat: vectors', () => {
  for (const { description, format, token, parsed } of vectors.tokens) {
    it(description, () => {
      expect(keyFormat(format as KeyFormatOptions).parse(token)).toEqual(parsed)
    })
  }
})

describe('keyFormat: parse', () => {
  it('reads back every token that generate() makes', () => {
    fc.assert(
      fc.property(environment, (name) => {
        const token = acme.generate(name)
        expect(token).toMatch(new RegExp(`^acme_${name}_[0-9A-Za-z]{49}$`))
        expect(acme.parse(token)).toEqual({ prefix: 'acme', environment: name })
        expect(token).toHaveLength(acme.maxLength)
      }),
    )
  })

  it('takes no token of which one character was changed, wherever and to whatever', () => {
    const token = acme.generate('live')
    for (let place = 0; place < token.length; place++) {
      for (let code = 0; code < 0x180; code++) {
        const character = String.fromCharCode(code)
        if (character === token[place]) continue
        const changed = token.slice(0, place) + character + token.slice(place + 1)
        expect(acme.parse(changed), `${place}: U+${code.toString(16)}`).toBeNull()
      }
    }
  })

  it('takes no token from which one character was left out, or into which one was put', () => {
    const token = acme.generate('test')
    for (let place = 0; place <= token.length; place++) {
      if (place < token.length) expect(acme.parse(token.slice(0, place) + token.slice(place + 1))).toBeNull()
      for (const character of `${BASE62}_-= `) {
        expect(acme.parse(token.slice(0, place) + character + token.slice(place))).toBeNull()
      }
    }
  })

  it('takes no random string', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...BASE62.split('')), minLength: 49, maxLength: 49 }),
        environment,
        (text, name) => {
          expect(acme.parse(`acme_${name}_${text}`)).toBeNull()
          expect(acme.parse(text)).toBeNull()
        },
      ),
    )
  })

  it('takes only the tokens of its own prefix and environments', () => {
    const formats = [
      acme,
      keyFormat({ prefix: 'acme' }),
      keyFormat({ prefix: 'acme_live' }),
      keyFormat({ prefix: 'acm' }),
      keyFormat({ prefix: 'acme', environments: ['liv', 'lived'] }),
    ]
    for (const [index, format] of formats.entries()) {
      const token = format.generate()
      expect(formats.findIndex((other) => other.parse(token) !== null)).toBe(index === 2 ? 0 : index)
    }
  })

  it('tells environments apart of which one begins with the other', () => {
    const format = keyFormat({ prefix: 'a', environments: ['test', 'test2', 't'] })
    for (const name of ['test', 'test2', 't']) expect(format.parse(format.generate(name))?.environment).toBe(name)
  })

  it('answers what nobody can change', () => {
    const parsed = acme.parse(acme.generate())
    expect(Object.isFrozen(parsed)).toBe(true)
    expect(Object.isFrozen(acme)).toBe(true)
    expect(Object.isFrozen(acme.environments)).toBe(true)
  })
})

describe('keyFormat: generate', () => {
  it('takes the first environment when none is named, and refuses one that does not exist', () => {
    expect(acme.generate()).toMatch(/^acme_live_/)
    expect(() => acme.generate('prod')).toThrow(
      new TypeError('generate: no such environment; this format has live, test'),
    )
    expect(() => keyFormat({ prefix: 'acme' }).generate('live')).toThrow(/this format has none/)
  })

  it('gives a new token each time', () => {
    expect(new Set(Array.from({ length: 1000 }, () => acme.generate())).size).toBe(1000)
  })

  it('makes each of the 62 characters from the same number of bytes, and none from the bytes left over', () => {
    const drawn = new Map<string, number>()
    for (let byte = 0; byte < 256; byte++) {
      // The byte under test comes first; were it left out, the first character would be Z.
      const format = keyFormat({
        prefix: 'a',
        random: (bytes) => bytes.fill(35).set([byte]),
      })
      const first = format.generate()[2] as string
      if (byte >= 248) expect(first, `byte ${byte}`).toBe('Z')
      else drawn.set(first, (drawn.get(first) ?? 0) + 1)
    }
    expect([...drawn.keys()].sort().join('')).toBe(BASE62.split('').sort().join(''))
    expect(new Set(drawn.values())).toEqual(new Set([4]))
  })

  it('spreads its characters evenly: chi-squared over 4300 x 43 characters', () => {
    const format = keyFormat({ prefix: 'a', random: seeded(20_260_101) })
    let text = ''
    for (let count = 0; count < 4300; count++) text += format.generate().slice(2, 2 + 43)
    expect(text).toHaveLength(4300 * 43)
    expect(chiSquared(text)).toBeLessThan(CRITICAL)
  })

  it('is held to a measure that modulo bias fails', () => {
    const random = seeded(20_260_101)
    const bytes = new Uint8Array(4300 * 43)
    random(bytes)
    let biased = ''
    for (const byte of bytes) biased += BASE62[byte % 62]
    expect(chiSquared(biased)).toBeGreaterThan(CRITICAL)
  })

  it('spreads each place of the random part evenly', () => {
    const format = keyFormat({ prefix: 'a', random: seeded(7) })
    const tokens = Array.from({ length: 3100 }, () => format.generate())
    for (const place of [2, 3, 23, 43, 44]) {
      expect(chiSquared(tokens.map((token) => token[place]).join('')), `place ${place}`).toBeLessThan(CRITICAL)
    }
  })

  it('asks its source for more when too many bytes were left over', () => {
    let calls = 0
    const format = keyFormat({
      prefix: 'a',
      random: (bytes) => {
        calls++
        bytes.fill(255)
        // Ten usable bytes a call.
        bytes.fill(1, 0, 10)
      },
    })
    expect(format.generate().slice(2, 45)).toBe('1'.repeat(43))
    expect(calls).toBe(5)
  })
})

describe('keyFormat: hint', () => {
  it('shows the head and four characters', () => {
    const token = acme.generate('live')
    expect(acme.hint(token)).toBe(`${token.slice(0, 'acme_live_'.length + 4)}…`)
    expect(keyFormat({ prefix: 'a' }).hint(vectorToken('a_'))).toMatch(/^a_[0-9A-Za-z]{4}…$/)
  })

  it('refuses a token of another format without repeating it', () => {
    const token = `${acme.generate().slice(0, -1)}!`
    for (const format of [acme, idKeyFormat({ prefix: 'acme' })]) {
      expect(() => format.hint(token)).toThrow(new TypeError('hint: the token is not of this format'))
    }
  })
})

function vectorToken(head: string): string {
  const token = keyFormat({ prefix: head.slice(0, -1) }).generate()
  expect(token.startsWith(head)).toBe(true)
  return token
}

describe('keyFormat: pattern', () => {
  it('finds a token in any text, whole, and nothing else', () => {
    const around = fc.string({ unit: fc.constantFrom(...' \n"\'=:;,()<>/\\-.{}'.split('')) })
    fc.assert(
      fc.property(around, around, environment, (before, after, name) => {
        const token = acme.generate(name)
        expect(acme.pattern.exec(before + token + after)?.[0]).toBe(token)
        expect(acme.pattern.test(before + after)).toBe(false)
      }),
    )
  })

  it('finds nothing of another prefix, environment or length', () => {
    const token = acme.generate('live')
    for (const text of [
      token.replace('acme', 'acne'),
      token.replace('live', 'prod'),
      token.slice(0, -1),
      token.replace('_live', ''),
    ]) {
      expect(acme.pattern.test(text), text).toBe(false)
    }
  })

  it('has no flags and no state', () => {
    expect(acme.pattern.flags).toBe('')
    const token = acme.generate()
    expect([acme.pattern.test(token), acme.pattern.test(token)]).toEqual([true, true])
  })

  it('uses only what every scanner understands', () => {
    for (const { pattern } of [acme, keyFormat({ prefix: 'a_b' }), idKeyFormat({ prefix: 'a', environments: ['x'] })]) {
      expect(pattern.source).toMatch(/^[A-Za-z0-9_]+(?:\([a-z0-9|]+\)_)?(?:\[0-9A-Za-z\]\{\d+\}_?)+$/)
    }
  })
})

describe('idKeyFormat', () => {
  const format = idKeyFormat({ prefix: 'acme', environments: ['live', 'test'] })

  it('reads back id and secret of every token it makes', () => {
    fc.assert(
      fc.property(
        environment,
        fc.integer({ min: 4, max: 64 }),
        fc.integer({ min: 22, max: 128 }),
        (name, idLength, secretLength) => {
          const own = idKeyFormat({ prefix: 'acme', environments: ['live', 'test'], idLength, secretLength })
          const token = own.generate(name)
          const [, , id = '', secret = ''] = token.split('_')
          expect([id.length, secret.length]).toEqual([idLength, secretLength])
          expect(own.parse(token)).toEqual({ prefix: 'acme', environment: name, id, secret })
          expect(token).toHaveLength(own.maxLength)
          expect(own.pattern.exec(` ${token} `)?.[0]).toBe(token)
        },
      ),
      { numRuns: 50 },
    )
  })

  it('takes no other character, length or separator', () => {
    const token = format.generate()
    const idEnd = 'acme_live_'.length + 16
    for (const bad of [
      '',
      token.slice(0, -1),
      `${token}a`,
      `${token.slice(0, idEnd)}a${token.slice(idEnd + 1)}`,
      `${token.slice(0, idEnd - 1)}-_${token.slice(idEnd + 1)}`,
      `${token.slice(0, -1)}-`,
      `${token.slice(0, -1)}_`,
      `${token.slice(0, -1)}ł`,
      token.replace('acme', 'acne'),
      token.replace('live', 'prod'),
    ]) {
      expect(format.parse(bad), bad).toBeNull()
    }
  })

  it('shows the whole id in a hint and nothing of the secret', () => {
    const token = format.generate('test')
    expect(format.hint(token)).toBe(`${token.slice(0, 'acme_test_'.length + 16)}_…`)
  })

  it('has 256 bits of secret and 16 characters of id unless told otherwise', () => {
    expect(format.generate()).toMatch(/^acme_live_[0-9A-Za-z]{16}_[0-9A-Za-z]{43}$/)
  })
})

describe('pairFormat', () => {
  it('cuts at the first separator', () => {
    expect(pairFormat().parse('acct_1:s3cret:more')).toEqual({ id: 'acct_1', secret: 's3cret:more' })
    expect(pairFormat({ separator: '|' }).parse('42|abc')).toEqual({ id: '42', secret: 'abc' })
    expect(pairFormat({ separator: '.' }).parse('a.b.c')).toEqual({ id: 'a', secret: 'b.c' })
  })

  it.each(['', 'abc', ':', ':abc', 'abc:', '::', '::x'])('takes no %j', (token) => {
    expect(pairFormat().parse(token)).toBeNull()
  })
})

describe('anyToken', () => {
  it('takes everything, or what its pattern matches, again and again', () => {
    expect(anyToken().parse('whatever')).toEqual({})
    const hex = anyToken(/^[0-9a-f]{4}$/)
    for (const _ of [1, 2]) {
      expect(hex.parse('00ff')).toEqual({})
      expect(hex.parse('00fg')).toBeNull()
    }
  })
})

describe('what cannot be used throws a TypeError that names it', () => {
  const bad: [string, () => unknown, RegExp][] = [
    ['no options', () => keyFormat(undefined as never), /keyFormat: options .*`prefix`/],
    ['null', () => keyFormat(null as never), /keyFormat: options .*`prefix`/],
    ['no prefix', () => keyFormat({} as never), /keyFormat: option `prefix`/],
    ['a number as prefix', () => keyFormat({ prefix: 1 as never }), /`prefix`/],
    ...['', '_a', 'a_', 'a__b', 'a-b', 'a b', 'é', 'a\n', 'a'.repeat(33)].map(
      (prefix): [string, () => unknown, RegExp] => [
        `prefix ${JSON.stringify(prefix)}`,
        () => keyFormat({ prefix }),
        /keyFormat: option `prefix`/,
      ],
    ),
    ...[['LIVE'], [''], ['a_b'], ['a|b'], ['a'.repeat(17)], [1], ['live', 'live'], 'live', null, ['a\n']].map(
      (environments): [string, () => unknown, RegExp] => [
        `environments ${JSON.stringify(environments)}`,
        () => keyFormat({ prefix: 'a', environments: environments as never }),
        /keyFormat: option `environments`/,
      ],
    ),
    ['random', () => keyFormat({ prefix: 'a', random: 4 as never }), /keyFormat: option `random`/],
    ['prefix of an id format', () => idKeyFormat({ prefix: '-' }), /idKeyFormat: option `prefix`/],
    ...[3, 65, 4.5, Number.NaN, '16', null].map((idLength): [string, () => unknown, RegExp] => [
      `idLength ${idLength}`,
      () => idKeyFormat({ prefix: 'a', idLength: idLength as never }),
      /idKeyFormat: option `idLength`/,
    ]),
    ...[21, 129, 43.5, Number.POSITIVE_INFINITY].map((secretLength): [string, () => unknown, RegExp] => [
      `secretLength ${secretLength}`,
      () => idKeyFormat({ prefix: 'a', secretLength }),
      /idKeyFormat: option `secretLength`/,
    ]),
    ...['', '::', '-', '=', ' ', null].map((separator): [string, () => unknown, RegExp] => [
      `separator ${JSON.stringify(separator)}`,
      () => pairFormat({ separator: separator as never }),
      /pairFormat: option `separator`/,
    ]),
    ...[/a/g, /a/y, 'a', null].map((pattern): [string, () => unknown, RegExp] => [
      `pattern ${pattern}`,
      () => anyToken(pattern as never),
      /anyToken: `pattern`/,
    ]),
  ]
  it.each(bad)('%s', (_name, make, message) => {
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })

  it('takes the bounds themselves', () => {
    expect(keyFormat({ prefix: 'a'.repeat(32), environments: ['b'.repeat(16)] }).maxLength).toBe(32 + 1 + 16 + 1 + 49)
    expect(idKeyFormat({ prefix: 'a', idLength: 4, secretLength: 22 }).maxLength).toBe(2 + 4 + 1 + 22)
    expect(idKeyFormat({ prefix: 'a', idLength: 64, secretLength: 128 }).maxLength).toBe(2 + 64 + 1 + 128)
  })

  it('does not keep the list it was given', () => {
    const environments = ['live']
    const format = keyFormat({ prefix: 'a', environments })
    environments.push('test')
    expect(format.environments).toEqual(['live'])
    expect(() => format.generate('test')).toThrow(TypeError)
  })
})

describe('a source of random bytes', () => {
  it.each([
    ['fills nothing', () => undefined],
    ['fills too late', async () => undefined],
    ['answers another array', () => new Uint8Array(64)],
  ])('that %s makes no token', (_what, random) => {
    expect(() => keyFormat({ prefix: 'acme', random }).generate()).toThrow('`random` has filled no bytes')
  })
})
