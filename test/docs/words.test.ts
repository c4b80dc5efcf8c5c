import { expect, test } from 'vitest'
import { readPages } from './markdown.ts'

/** What helps nobody, and makes whoever is stuck feel it. */
const EMPTY_WORDS = /\b(?:just|simply|easy|easily|obviously)\b/i

test('no page says that something is easy', () => {
  const strays = readPages().flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => (EMPTY_WORDS.test(line) ? [`${path}:${index + 1}: ${line}`] : [])),
  )
  expect(strays).toEqual([])
})

test('every page of docs opens with the task it serves', () => {
  const strays = readPages()
    .filter(({ path }) => path.startsWith('docs/'))
    .filter(({ text }) => !/^# [A-Z].+\n\n(?:(?:Do|Read|Run|Measure|See|Use) )/.test(text))
  expect(strays.map(({ path }) => path)).toEqual([])
})
