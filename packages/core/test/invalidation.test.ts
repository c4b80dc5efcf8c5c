import { describe, expect, test } from 'vitest'
import { concerns, type Invalidation, type Subject, targetOf } from '../src/invalidation.ts'

const subject: Subject = { digest: 'aa', foundBy: 'bb', id: 'key_1', owner: 'acct_1' }

describe('an invalidation concerns', () => {
  const cases: [Invalidation, boolean][] = [
    ['all', true],
    [{ id: 'key_1' }, true],
    [{ id: 'key_2' }, false],
    [{ id: 'acct_1' }, false],
    [{ digest: 'aa' }, true],
    [{ digest: 'bb' }, true],
    [{ digest: 'cc' }, false],
    [{ owner: 'acct_1' }, true],
    [{ owner: 'acct_2' }, false],
    [{ owner: 'key_1' }, false],
  ]
  for (const [invalidation, expected] of cases) {
    test(`${JSON.stringify(invalidation)}: ${expected}`, () => {
      expect(concerns(targetOf(invalidation), subject)).toBe(expected)
    })
  }

  test('no key without an owner when it names an owner', () => {
    const orphan = { ...subject, owner: undefined }
    expect(concerns(targetOf({ owner: 'acct_1' }), orphan)).toBe(false)
    expect(concerns(targetOf({ id: 'key_2' }), orphan)).toBe(false)
  })
})

describe('an invalidation that names no key throws', () => {
  const misuses: unknown[] = [
    undefined,
    null,
    {},
    'everything',
    'a',
    7,
    { id: undefined },
    { id: 7 },
    { id: null },
    { keyId: 'key_1' },
    { id: 'key_1', digest: 'aa' },
    { id: 'key_1', typo: 1 },
    Object.create({ id: 'key_1' }),
    [],
  ]
  for (const [index, misuse] of misuses.entries()) {
    test(`misuse ${index}: ${typeof misuse} ${JSON.stringify(misuse)}`, () => {
      expect(() => targetOf(misuse as Invalidation)).toThrow(TypeError)
    })
  }

  test('and takes a name that is given beside undefined ones', () => {
    expect(targetOf({ id: 'key_1', owner: undefined } as Invalidation)).toMatchObject({ all: false, id: 'key_1' })
  })
})
