import { request } from 'node:http'
import { keyFormat } from '@bearward/core'
import { createKeyring, memoryStore } from '@bearward/keyring'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type LocalConsole, serveConsole } from '../src/local.ts'
import { fresh } from './support/world.ts'

const keyring = createKeyring({ store: memoryStore(), format: keyFormat({ prefix: 'acme' }) })

let console: LocalConsole
let origin: string
beforeEach(async () => {
  console = await serveConsole({ keyring, actor: 'alice' })
  origin = new URL(console.url).origin
})
afterEach(() => console.close())

const visit = (url: string, headers: Record<string, string> = {}) => fetch(url, { headers, redirect: 'manual' })

async function signIn(): Promise<Record<string, string>> {
  const answer = await visit(console.url)
  const [cookie = ''] = answer.headers.getSetCookie()
  return { Cookie: cookie.replace(/;.*/, '') }
}

test('listens on loopback alone', () => {
  expect(new URL(console.url).hostname).toBe('127.0.0.1')
  expect(new URL(console.url).port).toBe(String(console.port))
})

describe('the address that was printed', () => {
  test('signs in once, and leaves no secret in the address', async () => {
    const answer = await visit(console.url)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/'])
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
    const [cookie = ''] = answer.headers.getSetCookie()
    expect(cookie).toMatch(/^bearward_console_\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/)
    const headers = { Cookie: cookie.replace(/;.*/, '') }
    expect((await visit(`${origin}/`, headers)).status).toBe(200)
    expect((await visit(`${origin}/api/session`, headers)).status).toBe(200)

    const again = await visit(console.url)
    expect([again.status, again.headers.getSetCookie()]).toEqual([401, []])
  })

  test('is not guessed: nothing else signs in, and a wrong one uses nothing up', async () => {
    const secret = new URL(console.url).searchParams.get('once') ?? ''
    expect(secret).toMatch(/^[\w-]{43}$/)
    for (const wrong of [
      '',
      secret.slice(1),
      `${secret}x`,
      secret.toLowerCase(),
      secret.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
    ]) {
      expect((await visit(`${origin}/login?once=${wrong}`)).status).toBe(401)
    }
    expect((await fetch(console.url, { method: 'POST', redirect: 'manual' })).status).toBe(401)
    expect((await fetch(console.url, { method: 'HEAD', redirect: 'manual' })).status).toBe(401)
    expect((await visit(console.url)).status).toBe(303)
  })
})

test('without the cookie nothing is shown', async () => {
  for (const path of ['/', '/new', '/api/keys', '/api/openapi.json', '/login']) {
    const answer = await visit(origin + path)
    expect(answer.status).toBe(401)
    expect(await answer.text()).toContain('address that was printed')
  }
  const [name] = Object.values(await signIn())[0]?.split('=') ?? []
  expect((await visit(`${origin}/`, { Cookie: `${name}=${'x'.repeat(43)}` })).status).toBe(401)
  expect((await visit(`${origin}/`, { Cookie: `${name}=` })).status).toBe(401)
})

test('the cookie of another console is not taken, and does not get in the way', async () => {
  const other = await serveConsole({ keyring })
  const own = await signIn()
  const foreign = (await visit(other.url)).headers.getSetCookie()[0]?.replace(/;.*/, '') ?? ''
  expect((await visit(`${origin}/`, { Cookie: foreign })).status).toBe(401)
  expect((await visit(`${origin}/`, { Cookie: `${foreign}; ${own.Cookie}` })).status).toBe(200)
  await other.close()
})

test('shows all owners, and writes down who it is and from where', async () => {
  const headers = await signIn()
  const answer = await fetch(`${origin}/api/keys`, {
    method: 'POST',
    headers: { ...headers, ...fresh(), 'Content-Type': 'application/json' },
    body: '{"owner":"acct_7","metadata":{"plan":"pro"}}',
  })
  expect(answer.status).toBe(201)
  const { entries } = await keyring.audit({ owner: 'acct_7' })
  expect(entries).toMatchObject([{ actor: 'alice', from: '127.0.0.1' }])
})

describe('a page that has its own name point here', () => {
  const ask = (host: string, path: string, headers: Record<string, string>) =>
    new Promise<number | undefined>((resolve, reject) => {
      request(origin + path, { headers: { ...headers, Host: host } }, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      })
        .on('error', reject)
        .end()
    })

  test('is refused, whatever it knows', async () => {
    const headers = await signIn()
    const { port } = console
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1',
      `127.0.0.1.evil.example:${port}`,
      `[::1]:${port}`,
      `0.0.0.0:${port}`,
    ]) {
      for (const path of ['/', '/api/keys', '/login', '/assets/x.js']) expect(await ask(host, path, headers)).toBe(421)
    }
    expect(await ask(`localhost:${port}`, '/', headers)).toBe(200)
  })

  test('cannot use up the login', async () => {
    const { pathname, search } = new URL(console.url)
    expect(await ask('evil.example', pathname + search, {})).toBe(421)
    expect((await visit(console.url)).status).toBe(303)
  })
})

test('a server on another port is another site to it', async () => {
  const headers = { ...(await signIn()), ...fresh(), 'Content-Type': 'application/json' }
  const post = (extra: Record<string, string>) =>
    fetch(`${origin}/api/keys`, { method: 'POST', headers: { ...headers, ...extra }, body: '{}' })
  expect((await post({ 'Sec-Fetch-Site': 'same-site', Origin: 'http://127.0.0.1:9' })).status).toBe(403)
  expect((await post({ Origin: 'http://127.0.0.1:9' })).status).toBe(403)
})

test('what is no request is answered, and ends nothing', async () => {
  const answer = await new Promise<number | undefined>((resolve, reject) => {
    request(origin, { path: 'http://[', headers: { Host: new URL(origin).host } }, (got) => {
      got.resume()
      resolve(got.statusCode)
    })
      .on('error', reject)
      .end()
  })
  expect(answer).toBe(400)
  expect((await visit(console.url)).status).toBe(303)
})

test('ends, and frees its port', async () => {
  const { port } = console
  await console.close()
  await expect(fetch(origin)).rejects.toThrow()
  console = await serveConsole({ keyring, port })
  expect(console.port).toBe(port)
  await expect(serveConsole({ keyring, port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await console.close()
  await console.close()
})

test.each([-1, 65_536, 1.5, Number.NaN])('port %s is refused', async (port) => {
  await expect(serveConsole({ keyring, port })).rejects.toThrow(/^serveConsole: option `port`/)
})
