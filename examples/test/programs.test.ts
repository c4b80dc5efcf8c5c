import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keyFormat, sha256 } from '@bearward/core'
import { createKeyring } from '@bearward/keyring'
import { postgres } from '@bearward/sql'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from './database.ts'
import { type Api, startApi, startProgram } from './program.ts'

const { generate } = keyFormat({ prefix: 'acme', environments: ['live'] })

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase()
})
afterAll(() => database.remove())

// The programs serve the same small API, so that one set of requests covers them.
describe.each(['express-sqlite', 'express-postgres', 'koa-router', 'hono-node', 'hono-edge'])('%s', (example) => {
  let api: Api
  beforeAll(async () => {
    api = await startApi(example, { DATABASE_URL: database.url })
  })
  afterAll(() => api?.stop('SIGTERM'))

  function send(path: string, token?: string, method = 'GET'): Promise<Response> {
    return fetch(api.origin + path, {
      method,
      headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
    })
  }

  async function answerOf(response: Promise<Response>): Promise<[number, string | null]> {
    const { status, headers } = await response
    return [status, headers.get('www-authenticate')]
  }

  test('refuses what is no accepted key', async () => {
    expect(await answerOf(send('/v1/posts'))).toEqual([401, 'Bearer realm="api"'])
    const unknown = await send('/v1/posts', generate())
    expect(unknown.status).toBe(401)
    expect(unknown.headers.get('www-authenticate')).toContain('error="invalid_token"')
    expect(unknown.headers.get('content-type')).toBe('application/problem+json')
    expect(await unknown.json()).toMatchObject({ status: 401, code: 'invalid' })
    const [status, challenge] = await answerOf(send('/v1/posts', 'two words'))
    expect(status).toBe(400)
    expect(challenge).toContain('error="invalid_request"')
  })

  test('hands the row of an accepted key to the handler', async () => {
    const response = await send('/v1/posts', api.reader.token)
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('private')
    expect(await response.json()).toEqual({ owner: 'acct_1', plan: 'pro', posts: ['hello'] })
  })

  test('refuses a key without the scope', async () => {
    const [status, challenge] = await answerOf(send('/v1/posts', api.admin.token))
    expect(status).toBe(403)
    expect(challenge).toContain('error="insufficient_scope"')
    expect(challenge).toContain('scope="posts:read"')
    expect((await send(`/v1/keys/${api.reader.id}`, api.reader.token, 'DELETE')).status).toBe(403)
  })

  test('answers each of many requests at once as its own key', async () => {
    const tokens = Array.from({ length: 60 }, (_, index) => [api.reader.token, api.admin.token, generate()][index % 3])
    const statuses = await Promise.all(tokens.map(async (token) => (await send('/v1/posts', token)).status))
    expect(statuses).toEqual(tokens.map((_, index) => [200, 403, 401][index % 3]))
  })

  test('finds no key to revoke under an unknown id', async () => {
    expect((await send('/v1/keys/other', api.admin.token, 'DELETE')).status).toBe(404)
  })

  test('refuses a revoked key on the next request, and prints no token twice', async () => {
    expect((await send('/v1/posts', api.reader.token)).status).toBe(200)
    expect((await send(`/v1/keys/${api.reader.id}`, api.admin.token, 'DELETE')).status).toBe(204)
    const [status, challenge] = await answerOf(send('/v1/posts', api.reader.token))
    expect(status).toBe(401)
    expect(challenge).toContain('error="invalid_token"')
    expect(api.output().split(api.reader.token)).toHaveLength(2)
  })
})

describe.each(['express-sqlite', 'koa-router', 'hono-node'])('%s with a file', (example) => {
  test('keeps digests and no tokens, and its keys work after a restart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bearward-test-'))
    const env = { DATABASE: join(folder, 'keys.db') }
    try {
      const first = await startApi(example, env)
      await first.stop('SIGTERM')
      const file = readdirSync(folder)
        .map((name) => readFileSync(join(folder, name), 'latin1'))
        .join()
      for (const { token } of [first.admin, first.reader]) {
        expect(file).toContain(await sha256().digest(token))
        expect(file).not.toContain(token)
      }

      const second = startProgram(example, { env })
      const printed = await second.until('listening on ')
      expect(printed).not.toContain('shown this once')
      const origin = /http:\S+/.exec(printed)?.[0] ?? ''
      const response = await fetch(`${origin}/v1/posts`, {
        headers: { Authorization: `Bearer ${first.reader.token}` },
      })
      await second.stop('SIGTERM')
      expect(response.status).toBe(200)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('koa-router', () => {
  test('one of several scopes is enough where the route says so', async () => {
    const api = await startApi('koa-router')
    const drafts = (token: string): Promise<Response> =>
      fetch(`${api.origin}/v1/drafts`, { headers: { Authorization: `Bearer ${token}` } })
    try {
      expect((await drafts(api.admin.token)).status).toBe(200)
      const refused = await drafts(api.reader.token)
      expect(refused.status).toBe(403)
      expect(refused.headers.get('www-authenticate')).toContain('scope="posts:write keys:manage"')
    } finally {
      await api.stop('SIGTERM')
    }
  })
})

describe('hono-node', () => {
  test('a stream ends when its key is revoked', async () => {
    const api = await startApi('hono-node')
    try {
      const stream = await fetch(`${api.origin}/v1/events`, {
        headers: { Authorization: `Bearer ${api.reader.token}` },
      })
      const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
      const first = await reader?.read()
      expect(first?.value).toContain('event: hello\ndata: "pro"')

      const revoked = await fetch(`${api.origin}/v1/keys/${api.reader.id}`, {
        method: 'DELETE',
        headers: { Authorization: `Bearer ${api.admin.token}` },
      })
      expect(revoked.status).toBe(204)

      let rest = ''
      for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) rest += part.value
      expect(rest).toContain('event: ended')
    } finally {
      await api.stop('SIGTERM')
    }
  })
})

describe('express-postgres', () => {
  test('an owner issues, lists, rotates and revokes keys, and no one else’s', async () => {
    const { url, remove } = await createDatabase()
    const api = await startApi('express-postgres', { DATABASE_URL: url })
    const send = async (method: string, path: string, token: string, body?: unknown) => {
      const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
      const response = await fetch(api.origin + path, { method, headers, body: body ? JSON.stringify(body) : null })
      const text = await response.text()
      return {
        status: response.status,
        cacheControl: response.headers.get('cache-control'),
        json: text && JSON.parse(text),
      }
    }
    try {
      const { token } = api.admin
      const issued = await send('POST', '/v1/keys', token, { name: 'CI', scopes: ['posts:read'] })
      expect(issued).toMatchObject({
        status: 201,
        cacheControl: 'no-store',
        json: { key: { owner: 'acct_1', name: 'CI' } },
      })
      const { id } = issued.json.key
      expect((await send('GET', '/v1/posts', issued.json.token)).status).toBe(200)

      const rotated = await send('POST', `/v1/keys/${id}/rotations`, token)
      expect(rotated).toMatchObject({ status: 201, json: { previous: { id, state: 'retiring' } } })
      for (const each of [issued, rotated]) expect((await send('GET', '/v1/posts', each.json.token)).status).toBe(200)
      expect((await send('POST', `/v1/keys/${id}/rotations`, token)).json.code).toBe('already_rotated')

      expect((await send('DELETE', `/v1/keys/${rotated.json.key.id}`, token)).status).toBe(204)
      // The key that it had replaced is not left working for the rest of its grace.
      for (const each of [issued, rotated]) expect((await send('GET', '/v1/posts', each.json.token)).status).toBe(401)
      const { keys } = (await send('GET', '/v1/keys', token)).json
      expect(keys.map(({ state }: { state: string }) => state)).toEqual(['revoked', 'revoked', 'active', 'active'])
      expect(JSON.stringify(keys)).not.toContain(issued.json.token)

      const wrong = await send('POST', '/v1/keys', token, { scopes: ['posts:delete'] })
      expect(wrong).toMatchObject({ status: 400, json: { code: 'invalid_input', field: 'scopes' } })
      expect((await send('DELETE', '/v1/keys/key_nobody', token)).status).toBe(404)
    } finally {
      await api.stop('SIGTERM')
      await remove()
    }
  })

  test('reaches no key of another owner, nor one that has none', async () => {
    const { url, remove } = await createDatabase()
    const api = await startApi('express-postgres', { DATABASE_URL: url })
    const pool = new Pool({ connectionString: url })
    const keyring = createKeyring({ store: postgres(pool), format: keyFormat({ prefix: 'acme' }) })
    const send = (method: string, path: string) =>
      fetch(api.origin + path, { method, headers: { Authorization: `Bearer ${api.admin.token}` } })
    try {
      for (const owner of ['acct_2', null]) {
        const { key } = await keyring.issue({ owner })
        for (const [method, path] of [
          ['DELETE', `/v1/keys/${key.id}`],
          ['POST', `/v1/keys/${key.id}/rotations`],
        ] as const) {
          const answers = await Promise.all([send(method, path), send(method, path.replace(key.id, 'key_nobody'))])
          expect(answers.map(({ status }) => status)).toEqual([404, 404])
          const texts = await Promise.all(answers.map((answer) => answer.text()))
          expect(texts[0]).toBe(texts[1])
        }
        expect((await keyring.get(key.id))?.state).toBe('active')
        expect(await (await send('GET', '/v1/keys')).text()).not.toContain(key.id)
      }
    } finally {
      await api.stop('SIGTERM')
      await keyring.close()
      await pool.end()
      await remove()
    }
  })

  test.each([
    ['postgres://app:hush@127.0.0.1:1/acme', 'the store is not ready: ', 'ECONNREFUSED'],
    ['postgres://app:hush@nowhere.invalid/acme', 'the store is not ready: ', 'nowhere.invalid'],
    ['no address', 'the store is not ready: ', 'check'],
  ])('does not start with the address %s, and says why without the password', async (url, ...words) => {
    const program = startProgram('express-postgres', { env: { DATABASE_URL: url } })
    expect(await program.ended).toBe(1)
    for (const word of words) expect(program.output()).toContain(word)
    expect(program.output()).not.toContain('hush')
    expect(program.output()).not.toContain('listening')
  })

  test('answers 204 to the load balancer while its database can be used', async () => {
    const { url, remove } = await createDatabase()
    const api = await startApi('express-postgres', { DATABASE_URL: url })
    try {
      expect((await fetch(`${api.origin}/ready`)).status).toBe(204)
      const admin = new Pool({ connectionString: url, max: 1 })
      await admin.query('alter table bearward_audit rename to bearward_audit_away')
      expect((await fetch(`${api.origin}/ready`)).status).toBe(503)
      await admin.end()
    } finally {
      await api.stop('SIGTERM')
      await remove()
    }
  })

  test('says what it needs when it is started without a database', async () => {
    const program = startProgram('express-postgres', { env: { DATABASE_URL: undefined } })
    expect(await program.ended).toBe(2)
    expect(program.output()).toContain('Set DATABASE_URL')
  })
})
