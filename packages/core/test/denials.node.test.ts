import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DENIALS, type DenialRow } from '../src/verdict.ts'

const page = readFileSync(new URL('../../../docs/denials.md', import.meta.url), 'utf8')
const [head = [], , ...rows] = page
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )

const code = (cell = ''): string => /^\[`([a-z_]+)`\]\(#\1\)$/.exec(cell)?.[1] ?? cell
const error = ({ error }: DenialRow): string =>
  error === undefined ? 'no challenge' : error === null ? 'none' : `\`${error}\``

describe('docs/denials.md', () => {
  it('has the table of the code, row by row, nothing more and nothing less', () => {
    expect(head).toEqual(['code', 'status', 'error', 'section', 'title'])
    const expected = Object.entries(DENIALS).map(([name, row]) => [
      name,
      String(row.status),
      error(row),
      row.section,
      row.title,
    ])
    expect(rows.map(([name, ...rest]) => [code(name), ...rest])).toEqual(expected)
  })

  it('has a heading that the problem type of each code leads to, and no heading of another', () => {
    const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, name]) => name)
    expect(headings).toEqual(Object.keys(DENIALS))
  })
})
