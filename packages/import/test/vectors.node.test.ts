import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { VECTORS } from './support.ts'

test('every vector says where it is from', () => {
  const file = readFileSync(new URL('../../../test/vectors/import.json', import.meta.url), 'utf8')
  expect(VECTORS.length).toBe((JSON.parse(file) as unknown[]).length)
  expect(VECTORS.every(({ source }) => source.length > 5)).toBe(true)
})
