import { expect, test } from 'vitest'
import { readQuery } from '../src/input.ts'
import type { Refusal } from '../src/problem.ts'
import { ListQuery } from '../src/schemas.ts'

function read(query: string): unknown {
  try {
    return readQuery(ListQuery, new URLSearchParams(query))
  } catch (error) {
    return (error as Refusal).problem.errors
  }
}

test('numbers are read where the schema has them, and texts elsewhere', () => {
  expect(read('limit=5&search=5')).toEqual({ limit: 5, search: '5' })
  expect(read('')).toEqual({})
})

test.each([
  ['limit=5&limit=6', 'limit', 'must be given once'],
  ['a=1&b=2&a=1', 'a', 'must be given once'],
  ['a=1', 'a', 'is not known here'],
  ['__proto__=1', '__proto__', 'is not known here'],
  ['limit=1e1', 'limit', 'must be a whole number'],
  [Array.from({ length: 21 }, (_, index) => `a${index}`).join('&'), 'query', 'must have at most 20 parameters'],
])('%j is refused', (query, field, detail) => {
  expect(read(query)).toEqual([{ field, detail }])
})

// Each would take minutes where the time grows with the square of the number of parameters.
test.each([
  ['different parameters', Array.from({ length: 150_000 }, (_, index) => `a${index}`).join('&')],
  ['one parameter', 'a=1&'.repeat(250_000)],
  ['known parameters', 'limit=1&search=2&'.repeat(60_000)],
  ['separators', '&'.repeat(1_000_000)],
  ['one value', `search=${'x'.repeat(1_000_000)}`],
])('a megabyte of %s is read once', (_, query) => {
  expect(read(query)).toBeDefined()
})
