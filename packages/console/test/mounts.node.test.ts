import { once } from 'node:events'
import { request as send } from 'node:http'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import express from 'express'
import { afterEach, describe, expect, test } from 'vitest'
import { expressConsole } from '../src/express.ts'
import type { Access, Console } from '../src/index.ts'
import { closeAll, frameworks, type Listener, listen } from './support/mounts.ts'
import { createWorld, fresh, type World } from './support/world.ts'

afterEach(closeAll)

async function serve(
  mount: (console: Console, parses: boolean) => Listener,
  parses = false,
): Promise<World & { origin: string }> {
  const world = createWorld()
  return Object.assign(world, { origin: await listen(mount(world.console, parses)) })
}

const json = (extra: Record<string, string> = {}) => ({
  'X-User': 'alice',
  'Content-Type': 'application/json',
  ...extra,
})

describe.each(frameworks)('%s', (_name, mount) => {
  test.each([false, true])('issues, reads and revokes; body parsed before: %s', async (parses) => {
    const { origin, keyring } = await serve(mount, parses)
    const keys = `${origin}/settings/keys/api/keys`
    const made = await fetch(keys, { method: 'POST', headers: json(fresh()), body: '{"name":"Zoë"}' })
    expect(made.status).toBe(201)
    const { key } = (await made.json()) as { key: { id: string; name: string } }
    expect(key.name).toBe('Zoë')
    expect((await keyring.audit()).entries).toMatchObject([{ actor: 'alice', from: '127.0.0.1' }])
    const read = await fetch(`${keys}/${key.id}`, { headers: json() })
    expect([read.status, read.headers.get('etag')]).toEqual([200, '"1"'])
    expect(read.headers.get('content-type')).toBe('application/json')
    const gone = await fetch(`${keys}/${key.id}/revoke`, { method: 'POST', headers: json(), body: '{}' })
    expect(await gone.json()).toMatchObject({ key: { state: 'revoked' } })
  })

  test('answers under its path alone', async () => {
    const { origin } = await serve(mount)
    const at = async (path: string) => {
      const answer = await fetch(origin + path, { headers: json(), redirect: 'manual' })
      return `${answer.status} ${(await answer.text()).slice(0, 6)}`
    }
    expect(await at('/settings/keys')).toBe('200 <!doct')
    expect(await at('/settings/keys/?search=x')).toBe('200 <!doct')
    for (const path of ['/', '/settings/keysx', '/settings', '/x/settings/keys'])
      expect(await at(path)).toBe('200 behind')
  })

  test('keeps status, fields and the lack of a body', async () => {
    const { origin } = await serve(mount)
    const keys = `${origin}/settings/keys/api/keys`
    const nobody = await fetch(keys)
    expect([nobody.status, nobody.headers.get('content-type')]).toEqual([401, 'application/problem+json'])
    expect(nobody.headers.get('content-security-policy')).toContain("default-src 'none'")
    const head = await fetch(keys, { method: 'HEAD', headers: json() })
    expect([head.status, await head.text()]).toEqual([200, ''])
    const refused = await fetch(keys, { method: 'DELETE', headers: json(), body: '{}' })
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST'])
  })

  test('sends an answer of the application, cookies and all', async () => {
    const login = new Response(null, { status: 303, headers: { Location: '/login' } })
    login.headers.append('Set-Cookie', 'a=1')
    login.headers.append('Set-Cookie', 'b=2')
    const { console } = createWorld({ authorize: () => login.clone() })
    const answer = await fetch(`${await listen(mount(console, false))}/settings/keys`, { redirect: 'manual' })
    expect([answer.status, answer.headers.get('location'), await answer.text()]).toEqual([303, '/login', ''])
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  })

  test('hands its own request to `authorize`', async () => {
    const sources: unknown[] = []
    const { console } = createWorld({
      authorize: (_request, source): Access => {
        sources.push(source)
        return { actor: 'alice', owner: 'acct_1' }
      },
    })
    await fetch(`${await listen(mount(console, false))}/settings/keys/api/session`)
    expect(sources).toHaveLength(1)
    expect(sources[0]).toBeTypeOf('object')
  })

  test('refuses what is too long, whether it says so or not', async () => {
    const { origin } = await serve(mount)
    const long = `{"name":"${'x'.repeat(70_000)}"}`
    const url = `${origin}/settings/keys/api/keys`
    expect((await fetch(url, { method: 'POST', headers: json(fresh()), body: long })).status).toBe(413)
    const chunked = new Blob([long]).stream()
    const answer = await fetch(url, {
      method: 'POST',
      headers: json(fresh()),
      body: chunked,
      duplex: 'half',
    } as RequestInit)
    expect(answer.status).toBe(413)
  })

  test('survives a client that goes away, in the middle of its body and before its answer', async () => {
    const world = await serve(mount)
    const { hostname, port } = new URL(world.origin)
    const head = (length: number) =>
      `POST /settings/keys/api/keys HTTP/1.1\r\nHost: x\r\nX-User: alice\r\nIdempotency-Key: gone-${length}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`
    for (const bytes of [`${head(100)}{"name":`, `${head(2)}{}`]) {
      const socket = connect(Number(port), hostname)
      await once(socket, 'connect')
      socket.write(bytes)
      socket.resetAndDestroy()
      await once(socket, 'close')
    }
    const answer = await fetch(`${world.origin}/settings/keys/api/session`, { headers: json() })
    expect(answer.status).toBe(200)
    expect(world.failures).toEqual([])
    // Whoever lost the answer asks again, and one key is all there is.
    const again = await fetch(`${world.origin}/settings/keys/api/keys`, {
      method: 'POST',
      headers: json({ 'Idempotency-Key': 'gone-2' }),
      body: '{}',
    })
    expect(again.status).toBe(201)
    expect((await world.keyring.list()).keys).toHaveLength(1)
  })
})

describe('on Node', () => {
  const [, withExpress5] = frameworks[0] as (typeof frameworks)[0]

  const raw = (origin: string, method: string, path: string, headers: Record<string, string>) =>
    new Promise<number | undefined>((resolve, reject) => {
      send(origin, { method, path, headers }, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      })
        .on('error', reject)
        .end()
    })

  test('a method that a web request cannot have, a host that is none, and dots in the path', async () => {
    const { origin } = await serve(withExpress5)
    expect(await raw(origin, 'TRACE', '/settings/keys/api/keys', json())).toBe(405)
    expect(await raw(origin, 'GET', '/settings/keys/api/keys', json({ Host: 'a b' }))).toBe(200)
    expect(await raw(origin, 'GET', '/settings/keys/../../settings/keys/api/keys', json())).toBe(200)
    expect(await raw(origin, 'GET', '//settings/keys/api/keys', json())).toBe(200)
  })

  test('a router that takes a part of the path away changes nothing', async () => {
    const { console } = createWorld()
    const app = express()
    app.use('/settings', expressConsole(console))
    const answer = await fetch(`${await listen(app)}/settings/keys/api/session`, { headers: json() })
    expect(answer.status).toBe(200)
  })

  test('a body that is packed is refused, unless somebody has unpacked it', async () => {
    const packed = gzipSync('{"name":"x"}')
    const post = async (parses: boolean) => {
      const { origin } = await serve(withExpress5, parses)
      const headers = json({ ...fresh(), 'Content-Encoding': 'gzip' })
      return (await fetch(`${origin}/settings/keys/api/keys`, { method: 'POST', headers, body: packed })).status
    }
    expect(await post(false)).toBe(415)
    expect(await post(true)).toBe(201)
  })
})
