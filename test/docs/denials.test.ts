import { DENIALS } from '@bearward/core'
import { expect, test } from 'vitest'
import { readPages } from './markdown.ts'

const page = readPages().find(({ path }) => path === 'docs/denials.md')

test('docs/denials.md repeats the table of denials, no row more and none less', () => {
  const rows = [...(page?.text ?? '').matchAll(/^\| \[`(\w+)`\]\(#\1\) \| (.*) \|$/gm)].map(([, code, cells = '']) => {
    const [status, error, section, title] = cells.split(' | ')
    return { code, status, error, section, title }
  })
  const expected = Object.entries(DENIALS).map(([code, { status, error, section, title }]) => ({
    code,
    status: String(status),
    error: error === undefined ? 'no challenge' : error === null ? 'none' : `\`${error}\``,
    section,
    title,
  }))
  expect(rows).toEqual(expected)
})

test('every code has a heading, which the `type` of its problem links to', () => {
  expect([...(page?.anchors ?? [])]).toEqual(expect.arrayContaining(Object.keys(DENIALS)))
})
