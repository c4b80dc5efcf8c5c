import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keyFormat, sha256 } from '@bearward/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Api, startApi, startProgram } from './program.ts'

const { generate } = keyFormat({ prefix: 'acme', environments: ['live'] })

// The four programs serve the same small API, so that one set of requests covers them.
describe.each(['express-sqlite', 'koa-router', 'hono-node', 'hono-edge'])('%s', (example) => {
  let api: Api
  beforeAll(async () => {
    api = await startApi(example)
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

describe.each(['express-sqlite', 'koa-router'])('%s with a file', (example) => {
  test('keeps digests and no tokens, and its keys work after a restart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bearward-test-'))
    const env = { DATABASE: join(folder, 'keys.db') }
    try {
      const first = await startApi(example, env)
      await first.stop('SIGTERM')
      const file = readFileSync(env.DATABASE, 'latin1')
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
      expect(first?.value).toContain('event: hello\ndata: pro')

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
