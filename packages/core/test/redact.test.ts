import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyFormat } from '../src/index.ts'
import { redactor } from '../src/redact.ts'

const TOKEN = keyFormat({ prefix: 'acme', environments: ['live'] }).generate('live')
const MARK = 'mark-that-may-show-nowhere'
const redact = redactor()

describe('a text', () => {
  it.each([
    [`Authorization: Bearer ${MARK}`],
    [`authorization: bearer   ${MARK}`],
    [`AUTHORIZATION=${MARK}`],
    [`authorization: Basic ${btoa(`${MARK}:`)}`],
    [`Bearer ${MARK}`],
    [`sent Bearer%20${MARK} in vain`],
    [`Proxy-Authorization: Token ${'x'}; x-api-key: ${MARK}`],
    [`GET /v1/posts?api_key=${MARK}&page=2 HTTP/1.1`],
    [`GET /v1/posts?page=2&API-Key=${MARK}`],
    [`GET /v1/posts?api%5Fkey=${MARK}#x`],
    [`GET /v1/posts?%61%70%69_key=${MARK}`],
    [`GET /v1/posts?api_key[]=${MARK}&api_key%5B1%5D=${MARK}`],
    [`GET /v1/posts;access_token=${MARK}`],
    [`https://api.example/v1?token=${MARK}`],
    [`{"x-api-key":"${MARK}","host":"a"}`],
    [`{"headers":{"Authorization":"Bearer ${MARK}"}}`],
    [JSON.stringify({ line: JSON.stringify({ authorization: `Bearer ${MARK}`, 'X-API-Key': MARK }) })],
    [`{ 'x-api-key': '${MARK}', authorization: 'Bearer ${MARK}' }`],
    [`[ 'Host', 'a', 'X-API-Key', '${MARK}' ]`],
    [`["host","a","authorization","Bearer ${MARK}"]`],
    [`headers.authorization=Bearer ${MARK}`],
    [`headers[x-api-key]=${MARK}`],
    [`Cookie: theme=dark; session=${MARK}; other=${MARK}`],
    [`"set-cookie":"session=${MARK}; HttpOnly"`],
    [`{"url":"/v1?api_key=${MARK}"}`],
    [`url=https://api.example/?token=${MARK} referer=/?x=1&api_key=${MARK}`],
    [`url: '/v1?api_key=${MARK}', next: "https://b/?access_token=${MARK}"`],
    [`x=api_key=${MARK}`],
    [`key:token:${MARK}`],
    [`curl -H 'X-API-Key: ${MARK}' https://api.example`],
    [`x-api-key:${MARK}\nx-api-key: ${MARK}\r\nX_API_KEY = ${MARK}`],
  ])('loses the secret of %j', (text) => {
    const redacted = redact(text)
    expect(redacted).not.toContain(MARK)
    expect(redacted).not.toContain(btoa(`${MARK}:`))
    expect(redacted).toContain('[redacted]')
  })

  it.each([
    TOKEN,
    `no file ${TOKEN}, or x${TOKEN}y`,
    `127.0.0.1 - ${TOKEN} [10/Oct/2026] "GET / HTTP/1.1"`,
    `GET /v1/keys/${TOKEN}/rotate`,
    `GET /v1?other=${encodeURIComponent(TOKEN)}`,
    `GET /v1?other=${TOKEN.replaceAll('_', '%5F')}`,
    `{"key":"${TOKEN}"}`,
  ])('loses a whole token wherever it stands: %#', (text) => {
    expect(redact(text)).not.toContain(TOKEN.slice(10))
  })

  it('keeps everything else', () => {
    for (const text of [
      '',
      'GET /v1/posts?page=2&sort=name HTTP/1.1 200 12ms',
      'keyId=key_01HZX owner=acct_1 reason=expired',
      'WWW-Authenticate: Bearer realm="api", error="invalid_token"',
      'trace 4bf92f3577b34da6a3ce929d0e0e4736 of 3f1c2b0a-7a55-4a8e-9d53-0e7a5a4a8a11',
      '{"level":30,"time":1767225600000,"msg":"request completed"}',
      "{ tokens: 12, apiKeyId: 'key_1' }",
    ]) {
      expect(redact(text)).toBe(text)
    }
  })

  it('keeps the colours of a terminal', () => {
    const green = (text: string) => `\u001b[32m${text}\u001b[39m`
    expect(redact(green(`/v1?api_key=${MARK}`))).toBe(green('/v1?api_key=[redacted]'))
    expect(redact(green(`Bearer ${MARK}`))).toBe(green('Bearer [redacted]'))
  })

  it('is not kept by the last match of the runtime', () => {
    redact(`GET /v1?api_key=${MARK} authorization: Bearer ${MARK} ${TOKEN}`)
    const { input, lastMatch, leftContext, rightContext } = RegExp as unknown as Record<string, string>
    expect([input, lastMatch, leftContext, rightContext].join()).not.toMatch(new RegExp(`${MARK}|${TOKEN}`))
  })

  it('shows where a secret was', () => {
    expect(redact(`GET /v1?api_key=${MARK}&page=2`)).toBe('GET /v1?api_key=[redacted]&page=2')
    expect(redact(`{"authorization":"Bearer ${MARK}","host":"a"}`)).toBe('{"authorization":"[redacted]","host":"a"}')
  })

  it('loses any key in the places of `credentials`, and the names that are added', () => {
    const own = redactor({ credentials: { header: 'X-Acme', query: 'k' }, names: ['secret_of'] })
    const character = fc.constantFrom(...'ABCxyz019-._~+/|:'.split(''))
    const key = fc.array(character, { minLength: 8, maxLength: 60 }).map((all) => `MARK${all.join('')}`)
    fc.assert(
      fc.property(key, (token) => {
        const inQuery = encodeURIComponent(token)
        expect(own(`GET /?a=1&k=${inQuery} x-acme: ${token}`)).not.toContain('MARK')
        expect(own({ 'X-ACME': token, query: { k: token }, secretOf: token, url: `/?k=${inQuery}` })).toEqual({
          'X-ACME': '[redacted]',
          query: { k: '[redacted]' },
          secretOf: '[redacted]',
          url: '/?k=[redacted]',
        })
        for (const scheme of ['Bearer', 'bearer', 'Basic']) {
          const value = scheme === 'Basic' ? btoa(`${token}:`) : token
          expect(own(`said ${scheme} ${value}`)).toBe(`said ${scheme} [redacted]`)
        }
      }),
    )
  })

  // Each would take minutes where the time grows with the square of the length.
  it.each([
    'a',
    ' ',
    '=',
    '?a',
    '?a=',
    '&api_key',
    'bearer ',
    'cookie:',
    '"x-api-key" ',
    "'a', ",
    '\\',
    '\\"',
    'a.b[',
    '%61',
    'token=',
    '\n',
  ])('is read once: a megabyte of %j', (part) => {
    const text = part.repeat(1_000_000 / part.length)
    expect(redact(text).length).toBeLessThanOrEqual(text.length * 11)
  })
})

describe('a value', () => {
  it('loses its secrets at every depth and is not changed itself', () => {
    const given = {
      req: {
        method: 'GET',
        url: `/v1?access_token=${MARK}`,
        headers: { authorization: `Bearer ${MARK}`, 'x-api-key': MARK, host: 'a' },
        rawHeaders: ['Host', 'a', 'X-Api-Key', MARK, 'AUTHORIZATION', `Bearer ${MARK}`],
        query: { api_key: [MARK, MARK], 'api_key[]': MARK, 'api_key[a][0]': [MARK] },
      },
      entries: [['authorization', MARK]],
      lines: [`x-api-key: ${MARK}`],
      count: 2,
      none: null,
      absent: undefined,
      when: new Date(0),
    }
    const before = structuredClone(given)
    expect(redact(given)).toEqual({
      req: {
        method: 'GET',
        url: '/v1?access_token=[redacted]',
        headers: { authorization: '[redacted]', 'x-api-key': '[redacted]', host: 'a' },
        rawHeaders: ['Host', 'a', 'X-Api-Key', '[redacted]', 'AUTHORIZATION', '[redacted]'],
        query: { api_key: '[redacted]', 'api_key[]': '[redacted]', 'api_key[a][0]': '[redacted]' },
      },
      entries: [['authorization', '[redacted]']],
      lines: ['x-api-key: [redacted]'],
      count: 2,
      none: null,
      absent: undefined,
      when: new Date(0),
    })
    expect(given).toEqual(before)
  })

  it('keeps symbols, under which loggers have the written line', () => {
    const line = Symbol.for('message')
    expect(redact({ [line]: `?token=${MARK}`, level: 'info' })).toEqual({ [line]: '?token=[redacted]', level: 'info' })
  })

  it('stays an error', () => {
    const error = Object.assign(new TypeError(`cannot fetch /?token=${MARK}`, { cause: new Error(`Bearer ${MARK}`) }), {
      config: { headers: { Authorization: `Bearer ${MARK}` } },
    })
    const redacted = redact(error)
    expect(redacted).toBeInstanceOf(TypeError)
    expect(redacted.message).toBe('cannot fetch /?token=[redacted]')
    expect((redacted.cause as Error).message).toBe('Bearer [redacted]')
    expect(redacted.config).toEqual({ headers: { Authorization: '[redacted]' } })
    expect(redacted.stack).not.toContain(MARK)
    expect(Object.keys(redacted)).toEqual(['config'])
    expect(error.message).toContain(MARK)
  })

  it('is read where it is Headers, a URL, or its parameters', () => {
    const headers = redact(new Headers({ authorization: `Bearer ${MARK}`, 'x-url': `/?token=${MARK}`, host: 'a' }))
    expect([...headers]).toEqual([
      ['authorization', '[redacted]'],
      ['host', 'a'],
      ['x-url', '/?token=[redacted]'],
    ])
    expect(redact(new URL(`https://a/?token=${MARK}&b=1`)).href).toBe('https://a/?token=[redacted]&b=1')
    expect([...redact(new URLSearchParams({ api_key: MARK, b: '1' }))]).toEqual([
      ['api_key', '[redacted]'],
      ['b', '1'],
    ])
  })

  it('may be a cycle, very deep, unreadable, or nothing', () => {
    const cycle: Record<string, unknown> = { token: MARK }
    cycle.self = cycle
    const redacted = redact(cycle)
    expect(redacted.self).toBe(redacted)
    expect(redacted.token).toBe('[redacted]')

    let deep: unknown = `Bearer ${MARK}`
    for (let depth = 0; depth < 100_000; depth++) deep = depth % 2 === 0 ? [deep] : { deep }
    expect(JSON.stringify(redact(deep))).not.toContain(MARK)

    const hostile = {
      get broken(): string {
        throw new Error(MARK)
      },
      host: 'a',
    }
    expect(redact(hostile)).toEqual({ broken: '[unreadable]', host: 'a' })
    for (const value of [undefined, null, 0, true, 7n]) expect(redact(value)).toBe(value)
    class Other {
      name = MARK
    }
    const other = new Other()
    expect(redact(other)).toBe(other)
    for (const prototype of [null, {}, Object.create({ raw: other }) as object]) {
      const made = Object.assign(Object.create(prototype) as object, { token: MARK })
      expect(redact(made)).toEqual({ token: '[redacted]' })
      expect(Object.getPrototypeOf(redact(made))).toBe(prototype)
    }
    const polluting = JSON.parse(`{"__proto__":{"token":"${MARK}"}}`) as object
    expect(JSON.stringify(redact(polluting))).toBe('{"__proto__":{"token":"[redacted]"}}')
  })
})

describe('options', () => {
  it.each([
    [null, 'options must be an object'],
    [{ header: 'X-Key' }, 'there is no option `header`'],
    [{ credentials: 'X-Key' }, 'option `credentials`'],
    [{ names: 'X-Key' }, 'option `names`'],
    [{ names: [''] }, 'a name must be a string'],
    [{ names: ['_-'] }, 'a name must be a string'],
    [{ names: [7] }, 'a name must be a string'],
    [{ credentials: { header: 7 } }, 'a name must be a string'],
  ])('%j is refused', (options, message) => {
    expect(() => redactor(options as never)).toThrow(TypeError)
    expect(() => redactor(options as never)).toThrow(`redactor: ${message}`)
  })
})
