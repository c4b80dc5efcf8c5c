import { describe, expect, it } from 'vitest'
import { MALFORMED, MISSING } from '../src/header.ts'
import {
  type CredentialSources,
  challengeSchemeOf,
  credentialReader,
  nodeRequest,
  type RequestFields,
  webRequest,
} from '../src/request.ts'

const LENGTH = 512

/** A request with these fields, as Node would hand it over, repeated ones in `rawHeaders` alone. */
function node(url: string, ...fields: [name: string, value: string][]): RequestFields {
  const headers: Record<string, string> = {}
  for (const [name, value] of fields) headers[name.toLowerCase()] ??= value
  return nodeRequest({ url, headers, rawHeaders: fields.flat() })
}

function web(url: string, ...fields: [name: string, value: string][]): RequestFields {
  return webRequest(new Request(`http://host${url}`, { headers: fields }))
}

describe.each([
  ['nodeRequest', node],
  ['webRequest', web],
])('%s', (_name, request) => {
  const read = (sources: CredentialSources, url: string, ...fields: [string, string][]) =>
    credentialReader(sources, LENGTH)(request(url, ...fields))

  it('reads Authorization, whatever the case of its name', () => {
    for (const name of ['Authorization', 'authorization', 'AUTHORIZATION']) {
      expect(read({}, '/', [name, 'Bearer abc'])).toBe('abc')
    }
    expect(read({}, '/')).toBe(MISSING)
  })

  it('refuses a repeated field, whatever the case of its name, even when both agree', () => {
    for (const second of ['Bearer abc', 'Bearer def', 'Basic YTpi']) {
      expect(read({}, '/', ['Authorization', 'Bearer abc'], ['authorization', second])).toBe(MALFORMED)
    }
    expect(read({}, '/', ['authorization', 'Basic YTpi'], ['AUTHORIZATION', 'Bearer abc'])).toBe(MALFORMED)
    expect(read({ header: 'X-API-Key' }, '/', ['X-API-Key', 'abc'], ['x-api-key', 'abc'])).toBe(MALFORMED)
  })

  it('ignores every other place unless it is enabled', () => {
    const everywhere: [string, string][] = [
      ['X-API-Key', 'abc'],
      ['Cookie', 'token=abc'],
      ['Proxy-Authorization', 'Bearer abc'],
      ['X-Authorization', 'Bearer abc'],
      ['Sec-WebSocket-Protocol', 'bearer, abc'],
    ]
    expect(read({}, '/?access_token=abc&token=abc&api_key=abc', ...everywhere)).toBe(MISSING)
    expect(read({}, '/?access_token=abc', ...everywhere, ['Authorization', 'Bearer def'])).toBe('def')
  })

  it('reads a header that was named, in any case', () => {
    for (const header of ['X-API-Key', 'x-api-key']) {
      expect(read({ header }, '/', ['X-Api-Key', ' abc '])).toBe('abc')
      expect(read({ header }, '/', ['X-Api-Key', 'Bearer abc'])).toBe(MALFORMED)
      expect(read({ header }, '/')).toBe(MISSING)
    }
  })

  it('reads a query parameter that was named', () => {
    const query = { query: 'access_token' }
    expect(read(query, '/?access_token=abc')).toBe('abc')
    expect(read(query, '/?a=1&access_token=abc&b=2')).toBe('abc')
    expect(read(query, '/?access_token=abc#access_token=def')).toBe('abc')
    expect(read(query, '/?access%5Ftoken=a%7Cb')).toBe('a|b')
    for (const url of ['/', '/?', '/?a=1', '/?Access_Token=abc', '/?xaccess_token=abc', '/access_token=abc']) {
      expect(read(query, url), url).toBe(MISSING)
    }
  })

  it.each([
    '/?access_token=abc&access_token=abc',
    '/?access_token=abc&access_token=def',
    '/?access_token=&access_token=abc',
    '/?access_token[]=abc',
    '/?access_token[0]=abc',
    '/?access_token%5B%5D=abc',
    '/?access_token=abc&access_token[]=abc',
    '/?access_token=&access_token=',
    '/?access_token[]=',
    '/?access_token=a+b',
    '/?access_token=+abc',
    '/?access_token=abc%20',
    '/?access_token=%C2%A0',
    '/?access_token=%00',
    `/?access_token=${'+'.repeat(513)}`,
    '/?access_token=a%00b',
    `/?access_token=${'a'.repeat(513)}`,
  ])('refuses the query %s', (url) => {
    expect(read({ query: 'access_token' }, url)).toBe(MALFORMED)
  })

  it('refuses two sources at once, even when they agree', () => {
    const all: CredentialSources = { basic: true, header: 'X-API-Key', query: 'key' }
    const bearer: [string, string] = ['Authorization', 'Bearer abc']
    const basic: [string, string] = ['Authorization', 'Basic YWJjOg==']
    const header: [string, string] = ['X-API-Key', 'abc']
    expect(read(all, '/', bearer)).toBe('abc')
    expect(read(all, '/', basic)).toBe('abc')
    expect(read(all, '/', header)).toBe('abc')
    expect(read(all, '/?key=abc')).toBe('abc')
    expect(read(all, '/', bearer, header)).toBe(MALFORMED)
    expect(read(all, '/', basic, header)).toBe(MALFORMED)
    expect(read(all, '/?key=abc', bearer)).toBe(MALFORMED)
    expect(read(all, '/?key=abc', header)).toBe(MALFORMED)
    expect(read(all, '/?key=abc', bearer, header)).toBe(MALFORMED)
    expect(read(all, '/?key=abc', ['Authorization', 'Bearer '])).toBe(MALFORMED)
    expect(read(all, '/', ['Authorization', 'Basic '], header)).toBe(MALFORMED)
    // `Og==` is `:`, which names no key; the client chose the scheme all the same.
    expect(read(all, '/', ['Authorization', 'Basic Og=='], header)).toBe(MALFORMED)
    expect(read(all, '/', ['Authorization', 'Digest a="b", c="d"'], header)).toBe('abc')
  })

  describe('an empty place', () => {
    const all: CredentialSources = { basic: true, header: 'X-API-Key', query: 'key' }
    const empty: [place: string, url: string, fields: [string, string][]][] = [
      ['Authorization', '/', [['Authorization', '']]],
      ['Authorization, blank', '/', [['Authorization', ' \t ']]],
      ['X-API-Key', '/', [['X-API-Key', '']]],
      ['X-API-Key, blank', '/', [['X-API-Key', '\t ']]],
      ['the parameter', '/?key=', []],
      ['the parameter, without =', '/?key', []],
      ['the parameter, blank', '/?key=+%20%09', []],
      ['the parameter among others', '/?a=1&key=&b=2', []],
      [
        'all of them',
        '/?key=',
        [
          ['Authorization', ''],
          ['X-API-Key', ''],
        ],
      ],
    ]

    it.each(empty)('is no credential: %s', (_place, url, fields) => {
      expect(read(all, url, ...fields)).toBe(MISSING)
      expect(read({ header: 'X-API-Key', query: 'key', bearer: false }, url, ...fields)).toBe(MISSING)
    })

    it.each(empty)('leaves the credential of another place alone: %s', (_place, url, fields) => {
      const holds = (name: string) => fields.some(([field]) => field === name)
      const named = `${url}${url.includes('?') ? '&' : '?'}key=abc`
      if (!holds('Authorization')) expect(read(all, url, ...fields, ['Authorization', 'Bearer abc'])).toBe('abc')
      if (!holds('Authorization')) expect(read(all, url, ...fields, ['Authorization', 'Basic YWJjOg=='])).toBe('abc')
      if (!holds('X-API-Key')) expect(read(all, url, ...fields, ['X-API-Key', 'abc'])).toBe('abc')
      if (!url.includes('key')) expect(read(all, named, ...fields)).toBe('abc')
    })

    it.each([
      ['Authorization', 'Bearer abc'],
      ['X-API-Key', 'abc'],
    ])('counts where the field %s is repeated, as every other value does', (name, good) => {
      for (const [first, second] of [
        ['', good],
        [good, ''],
        ['', ''],
      ] as const) {
        expect(read(all, '/', [name, first], [name.toLowerCase(), second])).toBe(MALFORMED)
      }
    })
  })

  it('leaves Bearer out where it is switched off', () => {
    const alone: CredentialSources = { bearer: false, header: 'X-API-Key' }
    expect(read(alone, '/', ['Authorization', 'Bearer abc'])).toBe(MISSING)
    expect(read(alone, '/', ['Authorization', 'Bearer abc'], ['X-API-Key', 'def'])).toBe('def')
    expect(read({ bearer: false, basic: true }, '/', ['Authorization', 'Bearer abc'])).toBe(MISSING)
    expect(read({ bearer: false, basic: true }, '/', ['Authorization', 'Basic YWJjOg=='])).toBe('abc')
  })
})

describe('the scheme of challenges', () => {
  it.each<[CredentialSources, string]>([
    [{}, 'Bearer'],
    [{ basic: true }, 'Bearer'],
    [{ bearer: true, basic: true, header: 'X-API-Key' }, 'Bearer'],
    [{ bearer: false, basic: true }, 'Basic'],
    [{ bearer: false, basic: true, header: 'X-API-Key', query: 'key' }, 'Basic'],
    [{ bearer: false, header: 'X-API-Key' }, 'Bearer'],
    [{ bearer: false, basic: false, query: 'key' }, 'Bearer'],
  ])('of %j is %s', (sources, scheme) => {
    expect(challengeSchemeOf(sources)).toBe(scheme)
  })
})

describe('nodeRequest', () => {
  it('reads a message without raw fields by its headers', () => {
    const request = nodeRequest({ headers: { authorization: 'Bearer abc' } })
    expect(request.field('authorization')).toBe('Bearer abc')
    expect(request.query()).toBe('')
  })

  it('reads a list of one field as that field', () => {
    const request = (...values: string[]) =>
      nodeRequest({ headers: { 'x-api-key': values, authorization: [] as never } })
    const read = credentialReader({ header: 'X-API-Key' }, LENGTH)
    expect([read(request()), read(request('')), read(request(' ')), read(request('abc'))]).toEqual([
      MISSING,
      MISSING,
      MISSING,
      'abc',
    ])
    expect([read(request('', '')), read(request('', 'abc')), read(request('abc', 'abc'))]).toEqual([
      MALFORMED,
      MALFORMED,
      MALFORMED,
    ])
  })

  it('does not take a value for a name when it counts fields', () => {
    const request = nodeRequest({
      headers: { authorization: 'Bearer abc', 'x-name': 'authorization' },
      rawHeaders: ['X-Name', 'authorization', 'Authorization', 'Bearer abc'],
    })
    expect(credentialReader({}, LENGTH)(request)).toBe('abc')
  })

  it('reads the query of a target in absolute form', () => {
    expect(nodeRequest({ headers: {}, url: 'http://host/path?a=b?c' }).query()).toBe('a=b?c')
  })
})

describe('address', () => {
  const message = { headers: {}, socket: { remoteAddress: '192.0.2.1' } }
  const request = new Request('http://host/')

  it('is that of the connection, or nothing', () => {
    expect(nodeRequest(message).address?.()).toBe('192.0.2.1')
    for (const socket of [null, undefined, {}]) expect(nodeRequest({ headers: {}, socket }).address?.()).toBeUndefined()
    expect(webRequest(request).address?.()).toBeUndefined()
    expect(webRequest(request, { socket: { remoteAddress: '192.0.2.1' } }).address?.()).toBe('192.0.2.1')
  })

  it('is what the framework says, which may know of a proxy, before that of the connection', () => {
    expect(nodeRequest(message, { ip: '203.0.113.7' }).address?.()).toBe('203.0.113.7')
    expect(nodeRequest(message, { ip: undefined }).address?.()).toBe('192.0.2.1')
    expect(webRequest(request, { ip: '203.0.113.7' }).address?.()).toBe('203.0.113.7')
  })
})
