import { randomUUID } from 'node:crypto'
import { createVerifier, keyFormat, MINUTE, sha256, systemClock } from '@bearward/core'
import { authenticate } from '@bearward/hono'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'

const SCOPES = ['posts:read', 'keys:manage'] as const

interface KeyRow {
  id: string
  owner: string
  plan: string
  scopes: (typeof SCOPES)[number][]
  revokedAt: number | null
}

/** Your database goes here: digest to row. */
const keys = new Map<string, KeyRow>()

const format = keyFormat({ prefix: 'acme', environments: ['live', 'test'] })
const verifier = createVerifier({
  resolve: (digest) => keys.get(digest),
  format,
  scopes: SCOPES,
  cache: { max: 10_000, maxStalenessMs: MINUTE },
})
verifier.on('failed', ({ reason, error }) => console.error(`keys cannot be checked: ${reason}`, error))

/** Stores the digest; the token it returns exists nowhere else. */
async function issueKey(owner: string, plan: string, scopes: KeyRow['scopes']) {
  const token = format.generate('live')
  const id = randomUUID()
  keys.set(await sha256().digest(token), { id, owner, plan, scopes, revokedAt: null })
  return { id, token }
}

const auth = authenticate(verifier)

const v1 = new Hono()
  .use(auth)
  .get('/posts', auth.requireScopes('posts:read'), (c) => {
    // `key` is your own row, with its type.
    const { key, owner } = c.var.auth
    return c.json({ owner, plan: key.plan, posts: ['hello'] }, 200, { 'Cache-Control': 'private' })
  })
  .get('/events', auth.requireScopes('posts:read'), (c) => {
    const { key, signal } = c.var.auth
    return streamSSE(c, async (stream) => {
      // The request was allowed once; without this the stream would outlive its key.
      const ended = new Promise<void>((resolve) => {
        stream.onAbort(resolve)
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
      await stream.writeSSE({ event: 'hello', data: key.plan })
      if (!signal.aborted) await ended
      if (signal.aborted) await stream.writeSSE({ event: 'ended', data: 'the key is not accepted any more' })
    })
  })
  .delete('/keys/:id', auth.requireScopes('keys:manage'), (c) => {
    const { id } = c.req.param()
    const row = [...keys.values()].find((key) => key.id === id && key.owner === c.var.auth.owner)
    if (row === undefined) return c.body(null, 404)
    row.revokedAt ??= systemClock.now()
    // After the change, never before: requests from here on are refused, and open streams of that key end.
    verifier.invalidate({ id })
    return c.body(null, 204)
  })

const app = new Hono().route('/v1', v1)

const admin = await issueKey('acct_1', 'pro', ['keys:manage'])
const reader = await issueKey('acct_1', 'pro', ['posts:read'])
console.log(`admin key ${admin.id}, shown this once: ${admin.token}`)
console.log(`reader key ${reader.id}, shown this once: ${reader.token}`)

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 0), hostname: '127.0.0.1' }, ({ port }) => {
  console.log(`listening on http://127.0.0.1:${port}`)
})
