import { describe, expect, it } from 'vitest'
import { capture } from '../src/record.ts'

const SECRET = 'SeCrEtVaLuE'

describe('capture', () => {
  it('reads the least there is: no scopes, no dates, not revoked, not disabled', () => {
    expect(capture({ id: 'key_1' })).toEqual({
      id: 'key_1',
      scopes: [],
      owner: undefined,
      environment: undefined,
      digest: undefined,
      secretHash: undefined,
      notBefore: Number.NEGATIVE_INFINITY,
      expiresAt: Number.POSITIVE_INFINITY,
      revoked: false,
      disabled: false,
    })
  })

  it('reads all that decides', () => {
    const row = {
      id: 'key_1',
      scopes: ['a', 'b'],
      owner: 'acct_1',
      environment: 'live',
      digest: 'd',
      secretHash: 's',
      notBefore: 1000,
      expiresAt: new Date(2000),
      revokedAt: new Date(1500),
      disabled: true,
      plan: 'pro',
    }
    expect(capture(row)).toEqual({
      id: 'key_1',
      scopes: ['a', 'b'],
      owner: 'acct_1',
      environment: 'live',
      digest: 'd',
      secretHash: 's',
      notBefore: 1000,
      expiresAt: 2000,
      revoked: true,
      disabled: true,
    })
  })

  it('takes null for absent, in every field but the id', () => {
    const fields = [
      'scopes',
      'owner',
      'environment',
      'digest',
      'secretHash',
      'notBefore',
      'expiresAt',
      'revokedAt',
      'disabled',
    ]
    const row = Object.fromEntries(fields.map((name) => [name, null]))
    expect(capture({ id: 'key_1', ...row })).toEqual(capture({ id: 'key_1' }))
  })

  it('takes 0 for the epoch and not for none', () => {
    const captured = capture({ id: 'key_1', notBefore: 0, expiresAt: 0, revokedAt: 0 })
    expect(captured).toMatchObject({ notBefore: 0, expiresAt: 0, revoked: true })
    expect(capture({ id: 'k', expiresAt: new Date(0) }).expiresAt).toBe(0)
    expect(capture({ id: 'k', expiresAt: -1 }).expiresAt).toBe(-1)
  })

  it('takes a revocation in the future for a revocation', () => {
    expect(capture({ id: 'k', revokedAt: new Date(8.64e15) }).revoked).toBe(true)
  })

  it('is not changed by what happens to the row afterwards', () => {
    const expiresAt = new Date(1000)
    const scopes = ['a']
    const row = { id: 'key_1', scopes, expiresAt, disabled: true }
    const captured = capture(row)
    scopes.push('admin')
    expiresAt.setTime(9_999_999)
    row.disabled = false
    row.id = 'key_2'
    expect(captured).toMatchObject({ id: 'key_1', scopes: ['a'], expiresAt: 1000, disabled: true })
    expect(Object.isFrozen(captured)).toBe(true)
    expect(Object.isFrozen(captured.scopes)).toBe(true)
  })

  it('reads each field once, so that no second answer can differ', () => {
    const reads = new Map<string, number>()
    const row = new Proxy(
      { id: 'key_1', scopes: ['a'], expiresAt: 1000 },
      {
        get(target, name) {
          reads.set(String(name), (reads.get(String(name)) ?? 0) + 1)
          return Reflect.get(target, name)
        },
      },
    )
    capture(row)
    expect(Math.max(...reads.values())).toBe(1)
  })

  it('does not let a Date that lies about its time decide', () => {
    const liar = Object.assign(new Date(1000), { getTime: () => 9e15, valueOf: () => 9e15 })
    expect(capture({ id: 'k', expiresAt: liar }).expiresAt).toBe(1000)
    class Late extends Date {
      override getTime(): number {
        return 9e15
      }
    }
    expect(capture({ id: 'k', expiresAt: new Late(1000) }).expiresAt).toBe(1000)
  })

  it('reads rows without a prototype, of a class and with inherited fields', () => {
    expect(capture(Object.assign(Object.create(null), { id: 'k' })).id).toBe('k')
    class Row {
      get id(): string {
        return 'k'
      }
    }
    expect(capture(new Row()).id).toBe('k')
    expect(capture(Object.create({ id: 'k' })).id).toBe('k')
  })
})

describe('an unreadable record', () => {
  const unreadableMoments = [
    SECRET,
    '2030-01-01',
    '',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    false,
    true,
    new Date(Number.NaN),
    {},
    [],
    [1000],
    1000n,
    { getTime: () => 1000 },
    Object.create(Date.prototype),
    () => 1000,
    Symbol('x'),
  ]
  const noStrings = [0, 1, false, {}, ['a'], () => 'a', 1n, Object('a'), Symbol('x')]

  const cases: [field: string, row: unknown][] = [
    ...[SECRET, 1, true, 1n, undefined, null, Symbol('x'), () => ({ id: 'k' })].map((row): [string, unknown] => [
      'record',
      row,
    ]),
    ...[...noStrings, '', null, undefined].map((id): [string, unknown] => ['record.id', { id }]),
    ['record', []],
    ['record.revoked_at', { id: 'k', revoked_at: null }],
    ['record.expires_at', { id: 'k', expires_at: 1 }],
    ['record.not_before', { id: 'k', not_before: SECRET }],
    ['record.id', {}],
    ...[...noStrings.filter((value) => !Array.isArray(value)), SECRET, '', new Set(['a']), { 0: 'a', length: 1 }].map(
      (scopes): [string, unknown] => ['record.scopes', { id: 'k', scopes }],
    ),
    ...[1, null, undefined, {}, ['a'], true, Object('a')].map((scope): [string, unknown] => [
      'record.scopes',
      { id: 'k', scopes: ['a', scope] },
    ]),
    ['record.scopes', { id: 'k', scopes: Object.assign(new Array(2), { 1: 'a' }) }],
    ...['owner', 'environment', 'digest', 'secretHash'].flatMap((field) =>
      noStrings.map((value): [string, unknown] => [`record.${field}`, { id: 'k', [field]: value }]),
    ),
    ...['notBefore', 'expiresAt', 'revokedAt'].flatMap((field) =>
      unreadableMoments.map((value): [string, unknown] => [`record.${field}`, { id: 'k', [field]: value }]),
    ),
    ...[0, 1, 'false', SECRET, {}, [], 0n].map((disabled): [string, unknown] => [
      'record.disabled',
      { id: 'k', disabled },
    ]),
  ]

  it.each(cases.map(([field, row], index) => [index, field, row] as const))(
    '%i: names %s and not its value',
    (_index, field, row) => {
      let thrown: unknown
      try {
        capture(row)
      } catch (error) {
        thrown = error
      }
      expect(thrown).toBeInstanceOf(TypeError)
      const { message } = thrown as TypeError
      expect(message.startsWith(`${field}: `), message).toBe(true)
      expect(message).not.toContain(SECRET)
      expect(message).not.toContain('2030')
    },
  )

  it.each([
    'id',
    'scopes',
    'owner',
    'environment',
    'digest',
    'secretHash',
    'notBefore',
    'expiresAt',
    'revokedAt',
    'disabled',
  ])('is one whose getter for %s throws', (field) => {
    const error = new Error('column not loaded')
    const row = Object.defineProperty({ id: 'k' }, field, {
      get() {
        throw error
      },
    })
    expect(() => capture(row)).toThrow(error)
  })
})
