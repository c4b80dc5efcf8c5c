import { describe, expect, test } from 'vitest'
import { DigestCache, shortOf } from '../src/digest-cache.ts'

/** A digest of the usual length that begins with `start` and ends with `end`. */
function digestOf(start: string, end: string): string {
  return start + end.padStart(64 - start.length, '0')
}

function setUp(max = 10) {
  const disposed: string[] = []
  const cache = new DigestCache<{ digest: string; name: string }>(max, ({ name }) => disposed.push(name))
  const set = (digest: string, name: string) => cache.set({ digest, name })
  return { cache, set, disposed, nameAt: (digest: string) => cache.get(digest)?.name }
}

describe('digests that begin alike', () => {
  const [first, second, third] = ['1', '2', '3'].map((end) => digestOf('abcdef0', end)) as [string, string, string]

  test('each have their own value', () => {
    const { set, nameAt } = setUp()
    set(first, 'first')
    expect(nameAt(second)).toBeUndefined()
    set(second, 'second')
    set(third, 'third')
    expect([first, second, third].map(nameAt)).toEqual(['first', 'second', 'third'])
  })

  test('are replaced and deleted one by one', () => {
    const { cache, set, nameAt, disposed } = setUp()
    for (const digest of [first, second]) set(digest, 'old')
    set(second, 'new')
    expect([first, second].map(nameAt)).toEqual(['old', 'new'])
    cache.delete(third)
    cache.delete(first)
    expect([first, second].map(nameAt)).toEqual([undefined, 'new'])
    cache.delete(second)
    expect(nameAt(second)).toBeUndefined()
    expect(disposed).toEqual(['old', 'old', 'new'])
  })

  test('leave no older value behind when the first of them has gone', () => {
    const { cache, set, nameAt } = setUp()
    set(first, 'first')
    set(second, 'older')
    cache.delete(first)
    set(second, 'newer')
    expect(nameAt(second)).toBe('newer')
    cache.delete(second)
    expect(nameAt(second)).toBeUndefined()
  })

  test('count towards the bound like any other', () => {
    const { set, nameAt, disposed } = setUp(2)
    for (const digest of [first, second]) set(digest, digest)
    expect(nameAt(first)).toBe(first)
    set(third, third)
    expect([first, second, third].map(nameAt)).toEqual([first, undefined, third])
    expect(disposed).toEqual([second])
  })
})

test('the place of a digest is the number that its first seven characters write', () => {
  for (const hex of ['0123456', '789abcd', 'ef00000', 'fffffff', '0000001', '1000000']) {
    expect(shortOf(digestOf(hex, 'ff'))).toBe(Number.parseInt(hex, 16))
  }
})

test('takes digests of any length and alphabet, for a digester may be anybody’s', () => {
  const { set, nameAt } = setUp()
  const digests = ['', 'a', 'ab', 'Zz', '€', 'not hex at all']
  for (const digest of digests) set(digest, digest)
  expect(digests.map(nameAt)).toEqual(digests)
})

test('forgets the value used longest ago', () => {
  const { set, nameAt } = setUp(2)
  const [a, b, c] = ['a', 'b', 'c'].map((start) => digestOf(start, '0')) as [string, string, string]
  set(a, 'a')
  set(b, 'b')
  expect(nameAt(a)).toBe('a')
  set(c, 'c')
  expect([a, b, c].map(nameAt)).toEqual(['a', undefined, 'c'])
})

test('clear() empties it', () => {
  const { cache, set, nameAt, disposed } = setUp()
  set('a', 'a')
  cache.clear()
  expect(nameAt('a')).toBeUndefined()
  expect(disposed).toEqual(['a'])
})

test.each([1, 12, 13, 100])('is empty once it is cleared, and has said so of each of %i entries', (count) => {
  const dropped: string[] = []
  const cache = new DigestCache<{ digest: string }>(100, ({ digest }) => dropped.push(digest))
  const digests = Array.from({ length: count }, (_, index) => index.toString(16).padStart(64, '0'))
  for (const digest of digests) cache.set({ digest })
  cache.clear()
  expect(digests.filter((digest) => cache.get(digest) !== undefined)).toEqual([])
  expect(dropped.toSorted()).toEqual(digests)
})
