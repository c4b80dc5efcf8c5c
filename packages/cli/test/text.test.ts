import { expect, test } from 'vitest'
import { printable, withoutSecrets } from '../src/text.ts'

test('what could be a token is cut', () => {
  const token = `acme_live_${'a'.repeat(49)}`
  expect(withoutSecrets(`no file ${token}, or x${token}`)).toBe('no file acme_live_aa…, or xacme_live_a…')
  expect(withoutSecrets('/home/somebody/a/path_of_ordinary_length.json')).toBe(
    '/home/somebody/a/path_of_ordinary_length.json',
  )
})

test.each([
  ['mysql://root:hunter2@db/app', 'mysql://root:…@db/app'],
  ['mysql://root:hun/ter:2@x@db/app', 'mysql://root:…@db/app'],
  ['mysql://:hunter2@db', 'mysql://:…@db'],
  ['mysql://:@db', 'mysql://:…@db'],
  ['mysql://root@db:3306/app', 'mysql://root@db:3306/app'],
  ['mysql://db:3306/app', 'mysql://db:3306/app'],
  ['a://b://root:hunter2@db', 'a://b:…@db'],
  ['no mysql://a:b@c and no\npostgres://d:e@f, please', 'no mysql://a:…@c and no\npostgres://d:…@f, please'],
])('the password of %j is cut', (text, expected) => {
  expect(withoutSecrets(text)).toBe(expected)
})

// Each would take minutes where the time grows with the square of the length.
test.each([
  ['heads without an end', '://a:'.repeat(250_000)],
  ['heads and one end', `${'://a:'.repeat(250_000)}@`],
  ['ends', `://a:${'@'.repeat(1_000_000)}`],
  ['slashes', '/'.repeat(1_000_000)],
  ['nearly tokens', `${'a'.repeat(39)} `.repeat(25_000)],
  ['one token', 'a'.repeat(1_000_000)],
])('a megabyte of %s is read once', (_, text) => {
  expect(withoutSecrets(text).length).toBeLessThanOrEqual(text.length + 1)
})

test('what a terminal would obey is written out', () => {
  expect(printable('a\u001b[2Jb\nc\u202ed')).toBe('a\\u001b[2Jb\\u000ac\\u202ed')
})
