// A fetch handler for Cloudflare Workers and their like: Web Crypto and nothing of Node.
import { createVerifier, keyFormat, systemClock } from '@bearward/core'
import { authenticate } from '@bearward/hono'
import { Hono } from 'hono'

/** What this uses of `D1Database` from `@cloudflare/workers-types`. */
interface Database {
  prepare(sql: string): Statement
}
interface Statement {
  bind(...values: (string | number)[]): Statement
  first<Row>(): Promise<Row | null>
  run(): Promise<{ meta: { changes: number } }>
}

interface Env {
  DB: Database
}

/** As D1 returns it: `scopes` is JSON. */
interface KeyRow {
  id: string
  owner: string
  plan: string
  scopes: string
  revokedAt: number | null
}

function createApp({ DB }: Env): Hono {
  const verifier = createVerifier({
    // D1 answers from one primary, so the next request sees a revocation wherever it arrives. KV would not do: it may
    // serve the old row for a minute. No cache here for the same reason: `invalidate()` cannot reach other isolates.
    async resolve(digest) {
      const row = await DB.prepare(
        'select id, owner, plan, scopes, revoked_at as revokedAt from api_keys where digest = ?',
      )
        .bind(digest)
        .first<KeyRow>()
      return row && { ...row, scopes: JSON.parse(row.scopes) as string[] }
    },
    format: keyFormat({ prefix: 'acme', environments: ['live', 'test'] }),
    scopes: ['posts:read', 'keys:manage'],
  })
  verifier.on('failed', ({ reason, error }) => console.error(`keys cannot be checked: ${reason}`, error))

  const auth = authenticate(verifier)
  const v1 = new Hono()
    .use(auth)
    .get('/posts', auth.requireScopes('posts:read'), (c) => {
      // `key` is your own row, with its type.
      const { key, owner } = c.var.auth
      return c.json({ owner, plan: key.plan, posts: ['hello'] }, 200, { 'Cache-Control': 'private' })
    })
    .delete('/keys/:id', auth.requireScopes('keys:manage'), async (c) => {
      const { id } = c.req.param()
      const { meta } = await DB.prepare(
        'update api_keys set revoked_at = coalesce(revoked_at, ?) where id = ? and owner = ?',
      )
        .bind(systemClock.now(), id, c.var.auth.key.owner)
        .run()
      // For this isolate: calls under way are not joined any more.
      verifier.invalidate({ id })
      return c.body(null, meta.changes > 0 ? 204 : 404)
    })
  return new Hono().route('/v1', v1)
}

// Bindings are known with the first request and stay the same for the life of the isolate.
let app: Hono | undefined

export default {
  fetch(request: Request, env: Env): Response | Promise<Response> {
    app ??= createApp(env)
    return app.fetch(request, env)
  },
}
