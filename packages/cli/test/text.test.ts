import { describe, expect, test } from 'vitest'
import { withoutSecrets } from '../src/text.ts'

test('what could be a token is cut', () => {
  const token = `acme_live_${'a'.repeat(49)}`
  expect(withoutSecrets(`no file ${token}, or x${token}`)).toBe('no file acme_live_aa…, or xacme_live_a…')
  expect(withoutSecrets('/home/somebody/a/path_of_ordinary_length.json')).toBe(
    '/home/somebody/a/path_of_ordinary_length.json',
  )
})

describe('the password of an address is cut', () => {
  test.each([
    ['postgres://u:S3CRET@h:5432/db', 'postgres://u:…@h:5432/db'],
    ['"mysql://u:S3@CR:ET@h/db"', '"mysql://u:…@h/db"'],
    ['got 1: mysql://u:S3CRET@h/db; see', 'got 1: mysql://u:…@h/db; see'],
    ['postgres://u:S3 CRET@h', 'postgres://u:…@h'],
    ['postgres://u:S3/CRET', 'postgres://u:…'],
    ['u:S3CRET@tcp(h:3306)/db', 'u:…@tcp(h:3306)/db'],
    ['host=h user=u password=S3CRET dbname=d', 'host=h user=u password=… dbname=d'],
    [`password='S3 \\' CRET' user=u`, 'password=… user=u'],
    ['Server=h;Uid=u;Pwd=S3;CRET;Port=1', 'Server=h;Uid=u;Pwd=…'],
    ['jdbc:postgresql://h/db?user=u&password=S3&CRET', 'jdbc:postgresql://h/db?user=u&password=…'],
    ['{"password":"S3CRET"}', '{"password":…}'],
  ])('%s', (typed, shown) => expect(withoutSecrets(typed)).toBe(shown))

  test.each([
    'postgres://127.0.0.1:1/x',
    'postgres://[::1]:5432/x',
    'write it as postgres://…, mysql://…, or a file',
    'connect ECONNREFUSED 127.0.0.1:1',
    'see https://nodejs.org.',
    'id: there is no such key',
    'mail a@b.example',
  ])('and nothing of %s', (text) => expect(withoutSecrets(text)).toBe(text))
})

test.each(['://x:', '://', 'password=', "password='", ':@', 'a:', '@'])(
  'a long text of %s takes no longer than a short one',
  (piece) => {
    const text = piece.repeat(1_000_000)
    expect(withoutSecrets(text).length).toBeLessThan(10_000)
  },
  2000,
)
