import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isCanonicalPath, isHost, isPlainTarget, pathOfTarget, pathOfUrl, pathUnder } from '../src/request-path.ts'

describe('a path has one spelling', () => {
  test.each([
    '/',
    '/keys',
    '/keys/',
    '/api/keys/key_1',
    '/api/keys/a%2Fb',
    '/keys/%22%3E',
    '/keys/100%25',
    "/a~b!*()'",
  ])('%s is it', (path) => expect(isCanonicalPath(path)).toBe(true))

  test.each([
    ['no slash in front', ''],
    ['no slash in front', 'keys'],
    ['an absolute URL', 'http://h/api/keys'],
    ['an asterisk', '*'],
    ['an empty segment', '//'],
    ['an empty segment', '/api//keys'],
    ['an empty segment', '/api/keys//'],
    ['a dot segment', '/.'],
    ['a dot segment', '/x/../api/keys'],
    ['a dot segment', '/api/./keys'],
    ['a dot segment', '/api/keys/..'],
    ['encoded dots', '/x/%2e%2e/api/keys'],
    ['encoded dots', '/x/%2E./api/keys'],
    ['encoded dots', '/x/.%2e'],
    ['an encoded slash in the other spelling', '/api%2fkeys'],
    ['dots behind an encoded slash', '/keys/x%2F..%2F..%2Fapi'],
    ['dots behind an encoded slash', '/keys/..%2Fapi'],
    ['a backslash', '/api\\keys'],
    ['dots behind a backslash', '/x\\..\\api/keys'],
    ['dots behind an encoded backslash', '/x%5C..%5Capi'],
    ['an encoded backslash in the other spelling', '/a%5cb'],
    ['dots with a parameter', '/..;/api'],
    ['dots with an encoded parameter', '/..%3Bx/api'],
    ['a parameter', '/api;x=1/keys'],
    ['double encoding', '/x/%252e%252e/api/keys'],
    ['double encoding', '/x%252Fapi'],
    ['double encoding', '/x/%25252e'],
    ['triple encoding, digit by digit', '/x/%25%2532e'],
    ['a letter encoded for nothing', '/%61pi/keys'],
    ['a letter encoded for nothing', '/api/keys/key%5F1'],
    ['a colon that is not encoded', '/api/keys/a:b'],
    ['a NUL', '/api/keys/key_1%00'],
    ['a line break', '/api/keys/key_1%0D%0A'],
    ['a control character of C1', '/api/keys/%C2%85'],
    ['half an escape', '/api/keys/%'],
    ['half an escape', '/api/keys/%4'],
    ['an escape that is none', '/api/keys/%zz'],
    ['overlong UTF-8', '/x/%C0%AE%C0%AE/api'],
    ['half a character', '/keys/%E2%82'],
    ['a character that is not ASCII', '/keys/é'],
    ['a blank', '/keys/a b'],
    ['a fragment', '/api/keys#x'],
    ['a lone surrogate', '/keys/\ud800'],
    ['more characters than any address has', `/keys/${'k'.repeat(1019)}`],
  ])('with %s: %j', (_what, path) => expect(isCanonicalPath(path)).toBe(false))

  test('and every text has one as a segment, unless it hides others', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
        const path = `/${encodeURIComponent(text)}`
        if (!isCanonicalPath(path)) expect(text).toMatch(/(?:^|[/\\])\.{1,2}(?:[/\\;]|$)|%[\da-f]{2}|\p{Cc}/iu)
        else expect(new URL(`http://localhost${path}`).pathname).toBe(path)
      }),
    )
  })

  test('no reader of a canonical path finds another one in it', () => {
    const piece = fc.constantFrom(
      '.',
      '..',
      '/',
      '\\',
      '%',
      '%2e',
      '%2f',
      '%5c',
      '%25',
      '32',
      '2e',
      ';',
      'x',
      'api',
      '#',
      '?',
    )
    const segments = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(fc.oneof(segments, segments.map(encodeURIComponent)), (text) => {
        const path = `/keys/${text}`
        if (!isCanonicalPath(path)) return
        expect(pathOfUrl(new URL(`http://localhost${path}`).href)).toBe(path)
        const decoded = decodeURIComponent(path)
        expect(new URL(`http://localhost${decoded.replace(/[?#%]/g, '_')}`).pathname).toMatch(/^\/keys\//)
        expect(decoded.replace(/%(?![\da-f]{2})/gi, '')).not.toContain('%')
      }),
      { numRuns: 2000 },
    )
  })
})

test.each([
  ['https://app.example/keys?a=/b', '/keys'],
  ['https://app.example', '/'],
  ['https://app.example?x=/y', '/'],
  ['http://[::1]:80//keys', '//keys'],
  ['http://a\\b/keys', '\\b/keys'],
  ['http://h/x/../keys', '/x/../keys'],
])('the path of %s is %s', (url, path) => expect(pathOfUrl(url)).toBe(path))

test('what is under a base path is told by whole segments', () => {
  expect(pathUnder('/keys', '/keys')).toBe('')
  expect(pathUnder('/keys', '/keys/new')).toBe('/new')
  expect(pathUnder('/keys', '/keysx')).toBeUndefined()
  expect(pathUnder('/keys', '/Keys/new')).toBeUndefined()
  expect(pathUnder('', '/new')).toBe('/new')
  expect(pathOfTarget('/keys?x?y')).toBe('/keys')
})

test.each(['/keys', '/keys/%2F?a="<', '/', '/keys//x'])('%s is what a parser makes of it', (target) =>
  expect(isPlainTarget(target)).toBe(true),
)
test.each(['/x/../keys', '/keys\\x', '/%2e/keys', '/keys#x', '/keys?a#x', '*', 'http://h/keys', 'keys', '', '/é'])(
  '%s is not',
  (target) => expect(isPlainTarget(target)).toBe(false),
)

test.each([
  'localhost',
  'APP.example:8443',
  '127.0.0.1:3000',
  '[::1]:80',
  'app.example.',
  'my_host',
  'xn--bcher-kva.example',
])('%s is a host', (host) => expect(isHost(host)).toBe(true))
test.each([
  'a b',
  'h/console',
  'h/console#',
  'h?x',
  'h#',
  'user@h',
  'user:password@h',
  'h\\x',
  'h:port',
  'h:99999',
  'a, b',
  '[::1',
  '::1',
  '',
  'é.example',
  'h%2f',
  `${'a'.repeat(263)}`,
])('%s is none', (host) => expect(isHost(host)).toBe(false))
