import { keyFormat } from '@bearward/core'
import { authenticate } from '@bearward/hono'
import { createKeyring, KeyringError } from '@bearward/keyring'
import { sqlite } from '@bearward/sql'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'

const keyring = createKeyring({
  store: sqlite(process.env.DATABASE ?? ':memory:'),
  format: keyFormat({ prefix: 'acme', environments: ['live', 'test'] }),
  scopes: ['posts:read', 'keys:manage'],
})
keyring.on('failed', ({ task, error }) => console.error(`${task} failed and is tried again:`, error))
// A file that cannot be written ends the start here, not the first request.
await keyring.ready()

const verifier = keyring.verifier()
verifier.on('failed', ({ reason, error }) => console.error(`keys cannot be checked: ${reason}`, error))
const auth = authenticate(verifier)

const v1 = new Hono()
  .use(auth)
  .get('/posts', auth.requireScopes('posts:read'), (c) => {
    // `key` is what the keyring knows of the key, with its type.
    const { key, owner } = c.var.auth
    return c.json({ owner, plan: key.metadata.plan, posts: ['hello'] }, 200, { 'Cache-Control': 'private' })
  })
  .get('/events', auth.requireScopes('posts:read'), (c) => {
    const { key, signal } = c.var.auth
    return streamSSE(c, async (stream) => {
      // The request was allowed once; without this the stream would outlive its key.
      const ended = new Promise<void>((resolve) => {
        stream.onAbort(resolve)
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
      await stream.writeSSE({ event: 'hello', data: JSON.stringify(key.metadata.plan) })
      if (!signal.aborted) await ended
      if (signal.aborted) await stream.writeSSE({ event: 'ended', data: 'the key is not accepted any more' })
    })
  })
  .delete('/keys/:id', auth.requireScopes('keys:manage'), async (c) => {
    const { owner, keyId } = c.var.auth
    if (owner === undefined) return c.body(null, 403)
    // Resolved: requests from here on are refused, and open streams of that key end. A key of another owner is not there.
    await keyring.forOwner(owner).revoke(c.req.param('id'), { actor: keyId })
    return c.body(null, 204)
  })

const app = new Hono().route('/v1', v1).onError((error, c) => {
  if (error instanceof KeyringError && error.code === 'not_found') return c.body(null, 404)
  throw error
})

if ((await keyring.list({ limit: 1 })).keys.length === 0) {
  const common = { owner: 'acct_1', metadata: { plan: 'pro' } } as const
  const admin = await keyring.issue({ ...common, scopes: ['keys:manage'] })
  const reader = await keyring.issue({ ...common, scopes: ['posts:read'] })
  console.log(`admin key ${admin.key.id}, shown this once: ${admin.token}`)
  console.log(`reader key ${reader.key.id}, shown this once: ${reader.token}`)
}

const server = serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 0), hostname: '127.0.0.1' }, ({ port }) => {
  console.log(`listening on http://127.0.0.1:${port}`)
})
process.once('SIGTERM', () => {
  server.close()
  // Uses that were gathered in memory are written down.
  keyring.close().then(() => process.exit(), console.error)
})
