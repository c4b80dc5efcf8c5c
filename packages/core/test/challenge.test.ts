import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import vectors from '../../../test/vectors/challenge.json' with { type: 'json' }
import { type ChallengeScheme, type Denials, denialsOf } from '../src/challenge.ts'
import { scopeRequirement } from '../src/scopes.ts'
import { DENIALS, type Denial, type DenialCode } from '../src/verdict.ts'

function denial(denials: Denials, code: DenialCode, scopes: readonly string[] = ['a']): Denial {
  return code === 'insufficient_scope' ? denials.insufficientScope(scopeRequirement('all', scopes)) : denials[code]
}

const CODES = Object.keys(DENIALS) as DenialCode[]

/** Reads a challenge as a client does: RFC 9110 §11.2 parameters with quoted strings. */
function parseChallenge(challenge: string): { scheme: string; parameters: [string, string][] } {
  const scheme = /^[A-Za-z]+/.exec(challenge)?.[0] ?? ''
  let rest = challenge.slice(scheme.length + 1)
  const parameters: [string, string][] = []
  while (rest !== '') {
    const found = /^([a-z_]+)="((?:[^"\\]|\\.)*)"(?:, (?=.)|$)/.exec(rest)
    if (found === null) throw new Error(`unreadable: ${rest}`)
    parameters.push([found[1] ?? '', (found[2] ?? '').replace(/\\(.)/g, '$1')])
    rest = rest.slice(found[0].length)
  }
  return { scheme, parameters }
}

describe('denialsOf: vectors', () => {
  for (const { description, code, realm, scheme, scopes, status, headers, body } of vectors) {
    it(description, () => {
      const made = denial(denialsOf(realm, scheme as ChallengeScheme | undefined), code as DenialCode, scopes)
      expect(made.code).toBe(code)
      expect(made.status).toBe(status)
      expect(made.headers).toEqual(headers)
      expect(made.challenge).toBe((headers as Record<string, string>)['WWW-Authenticate'])
      expect(made.body).toBe(body)
      expect(made.problem).toEqual(JSON.parse(body))
    })
  }

  it('have each code', () => {
    expect(new Set(vectors.map(({ code }) => code))).toEqual(new Set(CODES))
  })
})

describe('a challenge', () => {
  const printable = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) })

  it('is one Bearer challenge in which a client reads the realm as it was given', () => {
    fc.assert(
      fc.property(printable, fc.constantFrom(...CODES), (realm, code) => {
        const { challenge } = denial(denialsOf(realm), code)
        if (code === 'unavailable') {
          expect(challenge).toBeUndefined()
          return
        }
        const { scheme, parameters } = parseChallenge(challenge ?? '')
        expect(scheme).toBe('Bearer')
        expect(parameters[0]).toEqual(['realm', realm])
        const names = parameters.map(([name]) => name)
        expect(names).toEqual(['realm', 'error', 'scope'].slice(0, names.length))
      }),
    )
  })

  it('of Basic has the realm and the charset and nothing else for each denial', () => {
    fc.assert(
      fc.property(printable, fc.constantFrom(...CODES), (realm, code) => {
        const { challenge } = denial(denialsOf(realm, 'Basic'), code)
        if (code === 'unavailable') {
          expect(challenge).toBeUndefined()
          return
        }
        expect(parseChallenge(challenge ?? '')).toEqual({
          scheme: 'Basic',
          parameters: [
            ['realm', realm],
            ['charset', 'UTF-8'],
          ],
        })
      }),
    )
  })

  it('names all that the route needs, in one mode as in the other', () => {
    for (const mode of ['all', 'any'] as const) {
      const { challenge } = denialsOf('api').insufficientScope(scopeRequirement(mode, ['b', 'a']))
      expect(challenge).toBe('Bearer realm="api", error="insufficient_scope", scope="b a"')
    }
  })

  it('has no error attribute where no credentials were sent', () => {
    expect(denialsOf('api').missing.challenge).toBe('Bearer realm="api"')
  })
})

describe('a realm that cannot be written as a quoted string', () => {
  it('is everything but printable ASCII', () => {
    for (let code = 0; code <= 0x200; code++) {
      const make = () => denialsOf(`a${String.fromCharCode(code)}`)
      if (code >= 0x20 && code <= 0x7e) expect(make).not.toThrow()
      else expect(make, `U+${code.toString(16)}`).toThrow(/option `realm`/)
    }
  })

  it.each([undefined, null, 1, {}, ['a']])('and %j', (realm) => {
    expect(() => denialsOf(realm as never)).toThrow(TypeError)
  })
})

describe('a denial', () => {
  it('cannot be changed', () => {
    for (const code of CODES) {
      const made = denial(denialsOf('api'), code)
      for (const part of [made, made.headers, made.problem]) expect(Object.isFrozen(part)).toBe(true)
    }
  })

  it('is made once per route', () => {
    const denials = denialsOf('api')
    const requirement = scopeRequirement('all', ['a'])
    const other = scopeRequirement('all', ['b'])
    expect(denials.insufficientScope(requirement)).toBe(denials.insufficientScope(requirement))
    expect(denials.insufficientScope(other).challenge).toContain('scope="b"')
  })

  it('of one verifier has the realm of no other', () => {
    const requirement = scopeRequirement('all', ['a'])
    expect(denialsOf('one').insufficientScope(requirement).challenge).toContain('realm="one"')
    expect(denialsOf('two').insufficientScope(requirement).challenge).toContain('realm="two"')
  })
})
