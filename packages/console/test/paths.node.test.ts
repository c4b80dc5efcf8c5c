// A guard that an application puts in front of a part of the console, and every way round it that a socket can send.
import { once } from 'node:events'
import { connect, createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { afterEach, describe, expect, test } from 'vitest'
import { serveConsole } from '../src/local.ts'
import { isCanonicalPath, pathOfUrl, pathUnder } from '../src/request-path.ts'
import { closeServers, frameworks, listen, sendRaw } from './support/frameworks.ts'
import { BASE, createWorld, type World } from './support/world.ts'

afterEach(closeServers)

const API = `${BASE}/api`
const KEY = `${API}/keys/key_1`
const PAGE = `${BASE}/keys/key_1`
const guarded = [API, PAGE]

/** Targets that some reader takes for one of the guarded paths, or for the same address in other characters. */
const targets = [
  `${BASE}/x/../api/keys`,
  `${BASE}/x/%2e%2e/api/keys`,
  `${BASE}/x/%2E%2E/api/keys`,
  `${BASE}/x/.%2e/api/keys`,
  `${BASE}/./api/keys`,
  `${BASE}/%2e/api/keys`,
  `${BASE}//api/keys`,
  `${BASE}/x/..//api/keys`,
  `${BASE}/x\\..\\api/keys`,
  `${BASE}/x\\../api/keys`,
  `${BASE}\\api\\keys`,
  `${BASE}/x%5c..%5capi/keys`,
  `${BASE}/x%5C..%5Capi/keys`,
  `${BASE}/x%2f..%2fapi%2fkeys`,
  `${BASE}/x%2F..%2Fapi%2Fkeys`,
  `${BASE}/api%2fkeys`,
  `${BASE}/api%2Fkeys`,
  `${BASE}%2fapi%2fkeys`,
  `${BASE}/x/%252e%252e/api/keys`,
  `${BASE}/x/%25252e%25252e/api/keys`,
  `${BASE}/x/%c0%ae%c0%ae/api/keys`,
  `${BASE}/x/%u002e%u002e/api/keys`,
  `${BASE}/..;/keys/api/keys`,
  `${BASE}/x/..;/api/keys`,
  `${BASE}/;/api/keys`,
  `${BASE}/api;x=1/keys`,
  `${BASE};x/api/keys`,
  `${BASE}/%61pi/keys`,
  `${BASE}/a%70i/keys/`,
  `${BASE}/%2561pi/keys`,
  `${BASE}/API/keys`,
  `${BASE}/Api/keys`,
  `${BASE.toUpperCase()}/api/keys`,
  `${BASE}/api./keys`,
  `${BASE}/api%20/keys`,
  `${BASE}/api%00/keys`,
  `${BASE}/%00/../api/keys`,
  `${BASE}/api%0d%0a/keys`,
  `${BASE}/api%`,
  `${BASE}/x/../../keys/api/keys`,
  `${BASE}/../keys/api/keys`,
  `/settings/./keys/api/keys`,
  `/settings//keys/api/keys`,
  `//settings/keys/api/keys`,
  `///settings/keys/api/keys`,
  `/\\settings/keys/api/keys`,
  `/x/..${API}/keys`,
  `/%2e%2e${API}/keys`,
  `/settings%2fkeys/api/keys`,
  `/%73ettings/keys/api/keys`,
  `${API.slice(1)}/keys`,
  `@localhost${API}/keys`,
  `//user:password@localhost${API}/keys`,
  `http://localhost${API}/keys`,
  `http://localhost${BASE}/x/../api/keys`,
  `http://user@localhost${API}/keys`,
  `https://evil.example${API}/keys`,
  `HTTP://localhost${API}/keys`,
  `http:${API}/keys`,
  `file://${API}/keys`,
  `${BASE}/x/..#${API}/keys`,
  `${BASE}#/../api/keys`,
  `${BASE}/#/api/keys`,
  `${BASE}/x/../keys/key_1`,
  `${BASE}/keys/./key_1`,
  `${BASE}/keys//key_1`,
  `${BASE}/keys/key%5F1`,
  `${BASE}/keys/key%5f1`,
  `${BASE}/keys/%6bey_1`,
  `${BASE}/keys/x%2F..%2Fkey_1`,
  `${BASE}/keys/key_1%00`,
  `${BASE}/keys/key_1;x`,
  `${BASE}/keys/key_1%3bx`,
  `${BASE}/KEYS/key_1`,
  `${BASE}/x/../assets/../keys/key_1`,
  `${BASE}/assets/../api/keys`,
  `${BASE}/assets/%2e%2e/api/keys`,
  `${BASE}/assets/..%2fapi%2fkeys`,
  `${BASE}/${'a/../'.repeat(1000)}api/keys`,
  `${BASE}/${'%25'.repeat(2000)}2e/api/keys`,
  `${BASE}/${'/'.repeat(4000)}api/keys`,
]

/** Values of `Host` that would put another path into a URL that is joined of them. */
const hosts = [
  `h${API}/keys#`,
  `h${API}/keys?x=`,
  `h${API}/keys\\`,
  `localhost${API}/keys#`,
  `localhost/x/..${API}/keys?`,
  `user@localhost`,
  `user:password@localhost`,
  `localhost@evil.example`,
  `localhost#`,
  `localhost?`,
  `localhost/`,
  `localhost\\`,
  `localhost:80:80`,
  `localhost:port`,
  `localhost%2f`,
  `a b`,
  `[::1`,
  `localhost, evil.example`,
  `é.example`,
  `${'a'.repeat(5000)}`,
]

function bytesOf(method: string, target: string, fields: readonly string[]): string {
  return `${[`${method} ${target} HTTP/1.1`, ...fields, 'X-User: alice', 'Connection: close'].join('\r\n')}\r\n\r\n`
}

async function worldWithKey(): Promise<World & { asked: string[] }> {
  const asked: string[] = []
  const world = createWorld({
    authorize(request) {
      asked.push(request.url)
      return { actor: 'alice', owner: 'acct_1' }
    },
  })
  await world.keyring.issue({ id: 'key_1', owner: 'acct_1', name: 'the one that is guarded' })
  return Object.assign(world, { asked })
}

/** Addresses that the application was asked about although a guard stands in front, or they have two readings. */
function strays(asked: readonly string[]): string[] {
  const isGuarded = (path: string) => guarded.some((own) => pathUnder(own, path) !== undefined)
  return asked.map(pathOfUrl).filter((path) => !isCanonicalPath(path) || isGuarded(path))
}

/** Sends a target and tells what came: `418` where the guard answered, `behind` where the console left it to others. */
async function ask(origin: string, target: string, fields: readonly string[] = ['Host: localhost']): Promise<string> {
  const { status, answer } = await sendRaw(origin, bytesOf('GET', target, fields))
  expect(answer).not.toContain('key_1"')
  expect(answer).not.toContain('the one that is guarded')
  return answer.endsWith('behind') ? 'behind' : String(status)
}

describe.each(frameworks)('in %s', (_name, mount) => {
  test('a guard in front of a part of the console answers for it, and the console for the rest', async () => {
    const { console, keyring } = await worldWithKey()
    await keyring.issue({ id: 'key_2', owner: 'acct_1', name: 'another' })
    const origin = await listen(mount(console, { guarded }))
    for (const path of [API, `${API}/keys`, KEY, PAGE]) expect(await ask(origin, path)).toBe('418')
    const { status, answer } = await sendRaw(origin, bytesOf('GET', `${BASE}/keys/key_2`, ['Host: localhost']))
    expect([status, answer.includes('another')]).toEqual([200, true])
  })

  test('no spelling of the path walks round it, and the application is not asked about one', async () => {
    const { console, asked } = await worldWithKey()
    const origin = await listen(mount(console, { guarded }))
    for (const target of targets) {
      expect.soft(await ask(origin, target), target).toMatch(/^(?:400|404|418|behind)$/)
    }
    expect(strays(asked)).toEqual([])
  })

  test('no value of Host does', async () => {
    const { console, asked } = await worldWithKey()
    const origin = await listen(mount(console, { guarded }))
    for (const host of hosts) {
      for (const target of [BASE, `${BASE}/`, `${BASE}/new`]) {
        expect
          .soft(await ask(origin, target, [`Host: ${host}`]), `${target} of ${host}`)
          .toMatch(/^(?:400|418|behind)$/)
      }
    }
    expect(asked).toEqual([])
  })

  test('neither do two values of it', async () => {
    const { console, asked } = await worldWithKey()
    const origin = await listen(mount(console))
    for (const fields of [
      ['Host: localhost', 'Host: evil.example'],
      ['Host: localhost', 'Host: localhost'],
    ]) {
      expect(await ask(origin, `${BASE}/new`, fields)).toBe('400')
    }
    expect(asked).toEqual([])
  })

  test('nothing is changed through one either', async () => {
    const { console, keyring } = await worldWithKey()
    const origin = await listen(mount(console, { guarded: [API] }))
    const fields = ['Host: localhost', 'Content-Type: application/json', 'Content-Length: 2']
    for (const target of targets) {
      const act = `${target.replace(/\/keys$/, '')}/keys/key_1/revoke`
      await sendRaw(origin, `${bytesOf('POST', act, fields)}{}`)
    }
    expect(await keyring.get('key_1')).toMatchObject({ state: 'active' })
  })
})

describe('over HTTP/2', () => {
  const [, withKoa] = frameworks[2] as (typeof frameworks)[number]

  test('the path and the authority are read in one way too', async () => {
    const { console, asked } = await worldWithKey()
    const server = createServer(withKoa(console, { guarded }) as never).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const session = connect(`http://127.0.0.1:${port}`)
    const status = async (headers: Record<string, string>): Promise<unknown> => {
      const stream = session.request(headers)
      stream.resume()
      // Node refuses some by itself, and ends the stream.
      return once(stream, 'response').then(
        ([answer]) => answer[':status'],
        () => 400,
      )
    }
    const authority = { ':authority': 'localhost' }
    for (const path of targets.filter((target) => target.startsWith(`${BASE}/`) && target.length < 4000)) {
      expect.soft([400, 404, 418], path).toContain(await status({ ...authority, ':path': path }))
    }
    expect(strays(asked)).toEqual([])
    for (const host of hosts.filter((each) => /^[\x21-\x7e]{1,200}$/.test(each))) {
      expect.soft(await status({ ':authority': host, ':path': `${BASE}/new` }), host).toBe(400)
    }
    expect(await status({ ...authority, host: 'evil.example', ':path': `${BASE}/new` })).toBe(400)
    expect(await status({ ...authority, host: 'localhost', ':path': `${BASE}/new` })).toBe(200)
    expect(await status({ ...authority, ':path': `${BASE}/new` })).toBe(200)
    session.close()
    server.close()
  })
})

test('a server that hands the target on shares its reading with what stands in front', async () => {
  const { console } = await worldWithKey()
  const listener = getRequestListener((request, env) =>
    console.fetch(request, { target: (env as { incoming: { url: string } }).incoming.url }),
  )
  const origin = await listen((message, response) => {
    if (message.url?.startsWith(API) || message.url?.startsWith(PAGE)) return response.writeHead(418).end('guarded')
    return listener(message, response)
  })
  expect(await ask(origin, `${API}/keys`)).toBe('418')
  for (const target of targets) expect.soft(await ask(origin, target), target).toMatch(/^(?:400|404|418)$/)
})

test('a Request whose URL nobody has parsed is read as it stands', async () => {
  const { console } = await worldWithKey()
  for (const path of [`${BASE}/x/../api/keys`, `${BASE}/x\\..\\api/keys`, `${BASE}//api/keys`, `${BASE}/%61pi/keys`]) {
    const request = new Proxy(new Request('http://localhost/'), {
      get: (target, name) => (name === 'url' ? `http://localhost${path}` : Reflect.get(target, name)),
    })
    expect((await console.fetch(request)).status).toBe(404)
  }
})

describe('the console of one machine', () => {
  test('reads a path in one way too, signs in at one address, and leads nowhere else', async () => {
    const { keyring } = await worldWithKey()
    const local = await serveConsole({ keyring })
    const { origin, search } = new URL(local.url)
    const host = [`Host: 127.0.0.1:${local.port}`]
    for (const path of [
      '/x/../login',
      '/./login',
      '//login',
      '/login/',
      '/%6cogin',
      '/LOGIN',
      '/login;x',
      '/x\\..\\login',
    ]) {
      const { status, answer } = await sendRaw(origin, bytesOf('GET', path + search, host))
      expect.soft([401, 404], path).toContain(status)
      expect.soft(answer, path).not.toMatch(/set-cookie/i)
    }
    for (const target of [`http://127.0.0.1:${local.port}/login${search}`, '*', 'login', `@127.0.0.1/login${search}`]) {
      expect.soft((await sendRaw(origin, bytesOf('GET', target, host))).status, target).toBe(400)
    }
    const { status, answer } = await sendRaw(origin, bytesOf('GET', `/login${search}`, host))
    expect([status, /^Location: (.*)\r$/im.exec(answer)?.[1]]).toEqual([303, '/'])
    const cookie = /^Set-Cookie: ([^;]*)/im.exec(answer)?.[1] ?? ''
    for (const target of targets.map((each) => each.replaceAll(BASE, ''))) {
      expect.soft(await ask(origin, target, [...host, `Cookie: ${cookie}`]), target).toMatch(/^(?:400|404)$/)
    }
    const seen = await sendRaw(origin, bytesOf('GET', '/api/keys/key_1', [...host, `Cookie: ${cookie}`]))
    expect(seen.status).toBe(200)
    await local.close()
  })

  test('is reached by no other name than its own', async () => {
    const { keyring } = await worldWithKey()
    const local = await serveConsole({ keyring })
    const { origin } = new URL(local.url)
    const own = `127.0.0.1:${local.port}`
    for (const host of [
      ...hosts,
      'evil.example',
      `LOCALHOST:${local.port}`,
      `localhost.:${local.port}`,
      `user@${own}`,
      `${own}/`,
    ]) {
      expect.soft([400, 421], host).toContain((await sendRaw(origin, bytesOf('GET', '/', [`Host: ${host}`]))).status)
    }
    const two = await sendRaw(origin, bytesOf('GET', '/', [`Host: ${own}`, 'Host: evil.example']))
    expect([400, 421]).toContain(two.status)
    await local.close()
  })
})
