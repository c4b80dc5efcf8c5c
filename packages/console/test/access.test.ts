import { keyFormat, MINUTE } from '@bearward/core'
import { createKeyring, memoryStore } from '@bearward/keyring'
import { describe, expect, test } from 'vitest'
import type { Access } from '../src/access.ts'
import { type ConsoleOptions, createConsole } from '../src/index.ts'
import { createWorld, fresh } from './support/world.ts'

const keyring = createKeyring({ store: memoryStore(), format: keyFormat({ prefix: 'acme' }) })
const authorize = (): Access => ({ actor: 'alice', owner: 'acct_1' })

describe('without the application saying who is acting', () => {
  test('there is no console', () => {
    expect(() => createConsole({ keyring } as unknown as ConsoleOptions)).toThrow(/^createConsole: option `authorize`/)
  })

  test.each(['/', '/new', '/keys/x', '/nowhere', '/api/keys', '/api/session', '/api/openapi.json', '/api/nowhere'])(
    '%s is 401',
    async (path) => {
      const { send } = createWorld()
      const answer = await send('GET', path, { as: 'nobody' })
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Application realm="console"'])
    },
  )

  test('it is asked for each request, with what the mount was given', async () => {
    const asked: unknown[] = []
    const console = createConsole({
      keyring,
      authorize: (_request, source: { user: string } | undefined) => {
        asked.push(source)
        return authorize()
      },
    })
    await console.fetch(new Request('http://x/console/api/session'), { source: { user: 'alice' } })
    await console.fetch(new Request('http://x/console/new'))
    expect(asked).toEqual([{ user: 'alice' }, undefined])
  })
})

describe('an answer of its own', () => {
  const login = () => {
    const answer = new Response(null, { status: 302, headers: { Location: '/login' } })
    answer.headers.append('Set-Cookie', 'a=1')
    answer.headers.append('Set-Cookie', 'b=2')
    return answer
  }

  test('is sent, cookies and all, and not kept', async () => {
    const { send } = createWorld({ authorize: login })
    const answer = await send('GET', '/')
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/login'])
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('x-frame-options')).toBe('DENY')
  })

  test('that nobody may change is sent too', async () => {
    const { send } = createWorld({ authorize: () => Response.redirect('https://login.example/') })
    expect((await send('GET', '/')).headers.get('location')).toBe('https://login.example/')
  })

  test('is 401 where a program would take the page behind a redirect for an answer', async () => {
    const { send } = createWorld({ authorize: login })
    expect((await send('GET', '/api/keys')).status).toBe(401)
    const { send: sendTo } = createWorld({ authorize: () => new Response('no', { status: 418 }) })
    expect((await sendTo('GET', '/api/keys')).status).toBe(418)
  })
})

describe('a mistake lets nobody in', () => {
  const mistakes: [string, unknown][] = [
    ['nothing', undefined],
    ['true', true],
    ['no actor', { owner: 'acct_1' }],
    ['an actor without a name', { actor: '', owner: 'acct_1' }],
    ['no owner', { actor: 'alice' }],
    ['an owner that is null', { actor: 'alice', owner: null }],
    ['an owner that is a number', { actor: 'alice', owner: 1 }],
    ['an owner that is empty', { actor: 'alice', owner: '' }],
    ['both', { actor: 'alice', owner: 'acct_1', operator: true }],
    ['an operator by something like true', { actor: 'alice', operator: 'yes' }],
    ['a name that nobody reads', { actor: 'alice', owner: 'acct_1', admin: true }],
    ['scopes that are none', { actor: 'alice', owner: 'acct_1', scopes: 'posts:read' }],
    ['a NUL', { actor: 'a\0', owner: 'acct_1' }],
  ]
  test.each(mistakes)('%s', async (_what, access) => {
    const { send, failures } = createWorld({ authorize: () => access as Access })
    for (const path of ['/', '/api/keys']) {
      const answer = await send('GET', path)
      expect([answer.status, answer.headers.has('retry-after')]).toEqual([503, true])
    }
    expect(failures).toHaveLength(2)
  })

  test('an error, and its message stays inside', async () => {
    const error = new Error('postgres://user:password@db')
    const { send, failures } = createWorld({ authorize: () => Promise.reject(error) })
    for (const path of ['/', '/api/keys']) {
      const answer = await send('GET', path)
      expect(answer.status).toBe(503)
      expect(await answer.text()).not.toContain('password')
    }
    expect(failures).toEqual([error, error])
  })
})

test('whatever is no address is not written down as one', async () => {
  const { console, keyring } = createWorld()
  const post = (address: string | undefined) =>
    console.fetch(
      new Request('http://x/settings/keys/api/keys', {
        method: 'POST',
        body: '{}',
        headers: { 'Content-Type': 'application/json', 'X-User': 'alice', ...fresh() },
      }),
      { address },
    )
  const others = [undefined, '', 'x'.repeat(256), 'a\0b', 'unknown', '\u001b[2J', '203.0.113.7, 10.0.0.1']
  for (const address of [...others, '::1', '203.0.113.7:50001', '::FFFF:CB00:7107']) {
    expect((await post(address)).status).toBe(201)
  }
  const recorded = (await keyring.audit()).entries.map(({ from }) => from)
  expect(recorded).toEqual(['203.0.113.7', '203.0.113.7', '::1', ...others.map(() => null)])
})

describe('how many keys one may issue', () => {
  test('is counted for each actor, and told', async () => {
    const world = createWorld({ issueLimit: { max: 2, windowMs: MINUTE } })
    const post = (as = 'alice', headers = fresh()) => world.send('POST', '/api/keys', { as, body: {}, headers })
    const first = await post()
    expect(first.headers.get('ratelimit-policy')).toBe('"issue";q=2;w=60')
    expect(first.headers.get('ratelimit')).toBe('"issue";r=1;t=60')
    world.clock.advance(MINUTE / 2)
    const { key } = (await (await post()).json()) as { key: { id: string } }
    const refused = await post()
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('30')
    expect(refused.headers.get('ratelimit')).toBe('"issue";r=0;t=30')
    const rotate = { body: {}, headers: fresh() }
    expect((await world.send('POST', `/api/keys/${key.id}/rotate`, rotate)).status).toBe(429)
    expect((await post('bob')).status).toBe(201)
    // What keeps a leaked key from being used is never counted.
    expect((await world.send('POST', `/api/keys/${key.id}/revoke`, { body: {} })).status).toBe(200)
    world.clock.advance(MINUTE / 2)
    expect((await world.send('POST', `/api/keys/${key.id}/rotate`, rotate)).status).toBe(409)
    expect((await post()).status).toBe(201)
  })

  test('does not count a request that comes again', async () => {
    const world = createWorld({ issueLimit: { max: 1, windowMs: MINUTE } })
    const headers = fresh()
    for (let time = 0; time < 3; time++) {
      expect((await world.send('POST', '/api/keys', { body: {}, headers })).status).toBe(201)
    }
  })
})

describe('options', () => {
  test.each<[Record<string, unknown>, RegExp]>([
    [{ keyring: {} }, /option `keyring`/],
    [{ authorize: true }, /option `authorize`/],
    [{ basePath: 'keys' }, /option `basePath`/],
    [{ basePath: '/keys/' }, /option `basePath`/],
    [{ basePath: '/a/../b' }, /option `basePath`/],
    [{ basePath: '/a b' }, /option `basePath`/],
    [{ issueLimit: { max: 0, windowMs: 1000 } }, /issueLimit\.max/],
    [{ issueLimit: { max: 1, windowMs: 1 } }, /issueLimit\.windowMs/],
    [{ issueLimit: null }, /issueLimit\.max/],
    [{ onFailure: 1 }, /option `onFailure`/],
    [{ clock: {} }, /option `clock`/],
    [{ atuhorize: 1 }, /there is no option `atuhorize`/],
  ])('%j', (options, message) => {
    const make = () => createConsole({ keyring, authorize, ...options } as ConsoleOptions)
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })

  test.each([
    ['/', '', '/api/session'],
    [undefined, '/console', '/console/api/session'],
    ['/a/b-c.d~e_f', '/a/b-c.d~e_f', '/a/b-c.d~e_f/api/session'],
  ])('base path %j', async (basePath, expected, path) => {
    const console = createConsole({ keyring, authorize, basePath })
    expect(console.basePath).toBe(expected)
    expect((await console.fetch(new Request(`http://x${path}`))).status).toBe(200)
  })
})

test('pages take what others add to their address, and fields that were left empty', async () => {
  const { send } = createWorld()
  expect((await send('GET', '/?search=&state=&utm_source=mail')).status).toBe(200)
  expect((await send('GET', '')).status).toBe(200)
  expect((await send('GET', '/?state=dead')).status).toBe(400)
  expect((await send('GET', '/keys/%zz')).status).toBe(404)
  expect((await send('GET', '/api/keys/%zz')).status).toBe(404)
})
