import { expect, test } from 'vitest'
import { paintMark, withoutPaint } from '../src/paint.ts'
import { details, table } from '../src/table.ts'

test('columns are as wide as what is in them, without colour', () => {
  const rows = [
    [paintMark('red', 'long name'), '1'],
    ['é', '22'],
  ]
  const lines = table(['NAME', 'N'], rows)
  expect(lines.map(withoutPaint)).toEqual(['NAME       N', 'long name  1', 'é          22'])
  expect(lines[1]).toBe(`${paintMark('red', 'long name')}  1`)
})

test('a cell stays in its column and on its line', () => {
  const lines = table(['A', 'B'], [['x\n9  forged', 'y']])
  expect(lines).toEqual(['A                 B', 'x\\u000a9  forged  y'])
})

test('details have a line each', () => {
  expect(
    details(
      [
        ['id', 'a\nname  b'],
        ['name', 'c'],
      ],
      6,
    ),
  ).toEqual(['id    a\\u000aname  b', 'name  c'])
})
