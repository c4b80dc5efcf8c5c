import { expect, test } from 'vitest'
import { table } from '../src/table.ts'

test('columns are as wide as what is in them, without colour', () => {
  const rows = [
    ['\u001b[31mlong name\u001b[39m', '1'],
    ['é', '22'],
  ]
  expect(table(['NAME', 'N'], rows)).toBe('NAME       N\n\u001b[31mlong name\u001b[39m  1\né          22')
})
