import { randomUUID } from 'node:crypto'
import { createVerifier, DAY, keyFormat, MINUTE, sha256, systemClock } from '@bearward/core'
import { authenticate } from '@bearward/express'
import express from 'express'
import { pool } from './pool.ts'

const SCOPES = ['posts:read', 'posts:write', 'keys:manage'] as const
const format = keyFormat({ prefix: 'acme', environments: ['live', 'test'] })

interface KeyRow {
  id: string
  owner: string
  plan: 'free' | 'pro'
  scopes: string[]
  expiresAt: number | null
  revokedAt: number | null
}

const verifier = createVerifier({
  async resolve(digest) {
    const { rows } = await pool.query<KeyRow>(
      `select id, owner, plan, scopes, expires_at as "expiresAt", revoked_at as "revokedAt"
       from api_keys where digest = $1`,
      [digest],
    )
    return rows[0]
  },
  format,
  scopes: SCOPES,
  // A row may be served for a minute after it was read; `invalidate()` below ends that at once, in this process.
  cache: { max: 10_000, maxStalenessMs: MINUTE },
})
verifier.on('failed', ({ reason, error }) => console.error(`keys cannot be checked: ${reason}`, error))

/** Stores the digest; the token it returns exists nowhere else. */
async function issueKey(owner: string, plan: KeyRow['plan'], scopes: (typeof SCOPES)[number][]) {
  const token = format.generate('live')
  const id = randomUUID()
  await pool.query(
    'insert into api_keys (id, digest, owner, plan, scopes, expires_at) values ($1, $2, $3, $4, $5, $6)',
    [id, await sha256().digest(token), owner, plan, scopes, systemClock.now() + 90 * DAY],
  )
  return { id, token }
}

const auth = authenticate(verifier)
const app = express()

app.use('/v1', auth)

app.get('/v1/posts', auth.requireScopes('posts:read'), (req, res) => {
  // `key` is your own row, with its type.
  const { key, owner } = auth.principal(req)
  res.set('Cache-Control', 'private').json({ owner, plan: key.plan, posts: ['hello'] })
})

app.post('/v1/posts', auth.requireScopes('posts:write'), (_req, res) => {
  res.status(201).json({ post: 'hello' })
})

app.delete('/v1/keys/:id', auth.requireScopes('keys:manage'), async (req, res) => {
  const id = String(req.params.id)
  // Commit first, then invalidate: the other way round, the old row could be read and remembered in between.
  const { rows } = await pool.query(
    'update api_keys set revoked_at = coalesce(revoked_at, $1) where id = $2 and owner = $3 returning id',
    [systemClock.now(), id, auth.principal(req).key.owner],
  )
  verifier.invalidate({ id })
  res.status(rows.length > 0 ? 204 : 404).end()
})

const { rows: known } = await pool.query('select id from api_keys limit 1')
if (known.length === 0) {
  const admin = await issueKey('acct_1', 'pro', ['keys:manage'])
  const reader = await issueKey('acct_1', 'pro', ['posts:read'])
  console.log(`admin key ${admin.id}, shown this once: ${admin.token}`)
  console.log(`reader key ${reader.id}, shown this once: ${reader.token}`)
}

const server = app.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object') console.log(`listening on http://127.0.0.1:${address?.port}`)
})
