import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkScopeName, ScopeSet, scopeRequirement } from '../src/scopes.ts'

const exact = (...granted: string[]): ScopeSet => new ScopeSet(granted)
const patterns = (...granted: string[]): ScopeSet => new ScopeSet(granted, { patterns: true })

/** Names of Object.prototype, and the parts of which scopes with patterns are made. */
const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__']
const part = fc.constantFrom('posts', 'read', '*', '', 'a', '__proto__')
const scope = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(':'))
const scopes = fc.array(scope, { maxLength: 5 })

/** The rule, said another way: part by part. */
function covers(granted: string, required: string): boolean {
  if (granted === required || granted === '*') return true
  if (!granted.endsWith(':*')) return false
  const stem = granted.split(':').slice(0, -1)
  const parts = required.split(':')
  const rest = parts.slice(stem.length).join(':')
  return parts.length > stem.length && rest !== '' && stem.every((name, index) => name === parts[index])
}

describe('ScopeSet, exact', () => {
  it('grants what is in it and nothing else', () => {
    const set = exact('posts:read', 'a')
    expect(set.has('posts:read')).toBe(true)
    for (const other of [
      'posts',
      'posts:',
      'posts:rea',
      'posts:read ',
      'Posts:read',
      'posts:read:x',
      '',
      'A',
      '*',
      'posts:*',
    ]) {
      expect(set.has(other), other).toBe(false)
    }
  })

  it('has no wildcards', () => {
    expect(exact('*').has('posts:read')).toBe(false)
    expect(exact('posts:*').has('posts:read')).toBe(false)
    expect(exact('*').has('*')).toBe(true)
    expect(new ScopeSet(['*'], { patterns: false }).has('a')).toBe(false)
    expect(new ScopeSet(['*'], {}).has('a')).toBe(false)
  })

  it('grants nothing when it is empty', () => {
    for (const set of [exact(), patterns()]) {
      expect(set.has('a')).toBe(false)
      expect(set.has('')).toBe(false)
      expect(set.hasAny(['a', ''])).toBe(false)
      expect(set.hasAll(['a'])).toBe(false)
      expect([...set]).toEqual([])
      expect(set.size).toBe(0)
    }
  })

  it('takes names of Object.prototype as ordinary strings', () => {
    for (const name of NAMES) {
      expect(exact('a').has(name), name).toBe(false)
      expect(patterns('a').has(name), name).toBe(false)
      expect(exact(name).has(name), name).toBe(true)
      expect(patterns(`${name}:*`).has(`${name}:x`), name).toBe(true)
      expect([...exact(name)]).toEqual([name])
    }
  })

  it('needs all, or one', () => {
    const set = exact('a', 'b')
    expect([set.hasAll(['a', 'b']), set.hasAll(['a', 'c']), set.hasAll(['c', 'a']), set.hasAll([])]).toEqual([
      true,
      false,
      false,
      true,
    ])
    expect([set.hasAny(['c', 'b']), set.hasAny(['c', 'd']), set.hasAny([])]).toEqual([true, false, false])
  })

  it('takes a name of its own as one scope, never a list of characters', () => {
    const set = new ScopeSet(['a', 'b', 'posts:read'])
    expect([set.hasAll('a', 'b'), set.hasAll('a', 'c'), set.hasAll(['a'], ['c']), set.hasAll('ab')]).toEqual([
      true,
      false,
      false,
      false,
    ])
    expect([set.hasAny('c', 'posts:read'), set.hasAny('ab'), set.hasAll()]).toEqual([true, false, true])
  })

  it('agrees with a list', () => {
    fc.assert(
      fc.property(scopes, scopes, (granted, required) => {
        const set = exact(...granted)
        for (const one of required) expect(set.has(one)).toBe(granted.includes(one))
        expect(set.hasAll(required)).toBe(required.every((one) => granted.includes(one)))
        expect(set.hasAny(required)).toBe(required.some((one) => granted.includes(one)))
      }),
    )
  })
})

describe('ScopeSet, with patterns', () => {
  it.each([
    ['*', 'posts:read', true],
    ['*', 'posts', true],
    ['*', '*', true],
    ['posts:*', 'posts:read', true],
    ['posts:*', 'posts:comments:write', true],
    ['posts:comments:*', 'posts:comments:write', true],
    ['posts:*', 'posts:*', true],
    ['posts:read', 'posts:read', true],
    ['posts:*', 'posts', false],
    ['posts:*', 'posts:', false],
    ['posts:*', 'postsx:read', false],
    ['posts:*', 'xposts:read', false],
    ['posts:*', 'Posts:read', false],
    ['posts:*', '*', false],
    ['posts:comments:*', 'posts:read', false],
    ['posts*', 'posts:read', false],
    ['posts:*:read', 'posts:a:read', false],
    ['*:read', 'posts:read', false],
    ['posts:read', 'posts:*', false],
    ['posts:re*', 'posts:read', false],
    ['posts.*', 'posts.read', false],
    ['**', 'posts', false],
    [':*', ':a', true],
    [':*', 'a', false],
  ])('%s covers %s: %s', (granted, required, expected) => {
    expect(patterns(granted).has(required)).toBe(expected)
    expect(covers(granted, required)).toBe(expected)
  })

  it('agrees with the rule taken part by part', () => {
    fc.assert(
      fc.property(scopes, scopes, (granted, required) => {
        const set = patterns(...granted)
        const allowed = (one: string): boolean => granted.some((grant) => covers(grant, one))
        for (const one of required) expect(set.has(one), `${granted.join()} / ${one}`).toBe(allowed(one))
        expect(set.hasAll(required)).toBe(required.every(allowed))
        expect(set.hasAny(required)).toBe(required.some(allowed))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('ScopeSet, as an object', () => {
  it('iterates in the order granted, each scope once', () => {
    expect([...exact('b', 'a', 'b')]).toEqual(['b', 'a'])
    expect(exact('b', 'a', 'b').size).toBe(2)
    expect(JSON.stringify(exact('b', 'a'))).toBe('["b","a"]')
  })

  it('is not changed by the list it was made from, nor by anybody else', () => {
    const granted = ['a']
    const set = new ScopeSet(granted)
    granted.push('admin')
    expect(set.has('admin')).toBe(false)
    expect(() => Object.assign(set, { has: () => true })).toThrow(TypeError)
    for (const symbol of Object.getOwnPropertySymbols(set)) expect(symbol).toBeUndefined()
    expect(Object.getOwnPropertyNames(set)).toEqual([])
  })
})

describe('scopeRequirement', () => {
  it('keeps the order, names each scope once, and is frozen', () => {
    const requirement = scopeRequirement('all', ['b', 'a', 'b'])
    expect(requirement).toEqual({ mode: 'all', scopes: ['b', 'a'] })
    expect(Object.isFrozen(requirement)).toBe(true)
    expect(Object.isFrozen(requirement.scopes)).toBe(true)
  })

  it('does not keep the list it was given', () => {
    const list = ['a']
    const requirement = scopeRequirement('any', list)
    list.push('b')
    expect(requirement.scopes).toEqual(['a'])
  })

  it.each([[[]], [undefined], ['posts:read'], [null], [new Set(['a'])]])('refuses %j', (list) => {
    expect(() => scopeRequirement('all', list as never)).toThrow(TypeError)
    expect(() => scopeRequirement('all', list as never)).toThrow('requireScopes: name at least one scope')
  })
})

describe('a scope that can be written in a challenge (RFC 6750 §3)', () => {
  it('is made of visible ASCII without " and \\', () => {
    for (let code = 0; code <= 0x200; code++) {
      const character = String.fromCharCode(code)
      const isAllowed = code >= 0x21 && code <= 0x7e && character !== '"' && character !== '\\'
      for (const name of [character, `a${character}`, `${character}a`]) {
        const check = () => checkScopeName('here', name)
        if (isAllowed) expect(check, `U+${code.toString(16)}`).not.toThrow()
        else expect(check, `U+${code.toString(16)}`).toThrow(/^here: a scope must be/)
      }
    }
  })

  it.each(['', 'a b', 'a\n', 1, null, undefined, ['a'], {}])('is not %j', (name) => {
    expect(() => checkScopeName('here', name)).toThrow(TypeError)
    expect(() => scopeRequirement('any', ['a', name as string])).toThrow(/^requireScopes: a scope must be/)
  })
})
