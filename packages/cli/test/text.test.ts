import { expect, test } from 'vitest'
import { printable, withoutSecrets } from '../src/text.ts'

test('what could be a token is cut', () => {
  const token = `acme_live_${'a'.repeat(49)}`
  expect(withoutSecrets(`no file ${token}, or x${token}`)).toBe('no file acme_live_aa…, or xacme_live_a…')
  expect(withoutSecrets('/home/somebody/a/path_of_ordinary_length.json')).toBe(
    '/home/somebody/a/path_of_ordinary_length.json',
  )
})

test('what a terminal would obey is written out', () => {
  expect(printable('a\u001b[2Jb\nc\u202ed')).toBe('a\\u001b[2Jb\\u000ac\\u202ed')
})
