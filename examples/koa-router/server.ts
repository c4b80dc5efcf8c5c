import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { createVerifier, keyFormat, sha256, systemClock } from '@bearward/core'
import { type AuthState, authenticate } from '@bearward/koa'
import Router from '@koa/router'
import Koa from 'koa'

const SCOPES = ['posts:read', 'posts:write', 'keys:manage'] as const
type Scope = (typeof SCOPES)[number]

interface KeyRow {
  id: string
  owner: string
  plan: string
  scopes: string[]
  revokedAt: number | null
}

const db = new DatabaseSync(process.env.DATABASE ?? ':memory:')
db.exec(`
  create table if not exists api_keys (
    id text primary key, digest text not null unique, owner text not null, plan text not null, scopes text not null,
    revoked_at integer
  )`)
const findKey = db.prepare('select * from api_keys where digest = ?')
const addKey = db.prepare('insert into api_keys (id, digest, owner, plan, scopes) values (?, ?, ?, ?, ?)')
const revokeKey = db.prepare('update api_keys set revoked_at = coalesce(revoked_at, ?) where id = ? and owner = ?')

const format = keyFormat({ prefix: 'acme', environments: ['live', 'test'] })
// No cache: a lookup in the same process is quick, and every request sees the row as it is.
const verifier = createVerifier({
  resolve(digest): KeyRow | undefined {
    const row = findKey.get(digest)
    if (row === undefined) return undefined
    const { id, owner, plan, scopes } = row as Record<string, string>
    // Whatever throws here, and a row that is not a key, ends in 503: never in a pass.
    return { id, owner, plan, scopes: JSON.parse(scopes ?? ''), revokedAt: row.revoked_at } as KeyRow
  },
  format,
  scopes: SCOPES,
})
verifier.on('failed', ({ reason, error }) => console.error(`keys cannot be checked: ${reason}`, error))

/** Stores the digest; the token it returns exists nowhere else. */
async function issueKey(owner: string, plan: string, scopes: Scope[]) {
  const token = format.generate('live')
  const id = randomUUID()
  addKey.run(id, await sha256().digest(token), owner, plan, JSON.stringify(scopes))
  return { id, token }
}

const auth = authenticate(verifier)
const router = new Router<AuthState<KeyRow, Scope>>({ prefix: '/v1' })

router.use(auth)

router.get('/posts', auth.requireScopes('posts:read'), (ctx) => {
  // `key` is your own row, with its type.
  const { key, owner } = ctx.state.auth
  ctx.set('Cache-Control', 'private')
  ctx.body = { owner, plan: key.plan, posts: ['hello'] }
})

// One of the two is enough.
router.get('/drafts', auth.requireScopes.any('posts:write', 'keys:manage'), (ctx) => {
  ctx.body = { drafts: [] }
})

router.delete('/keys/:id', auth.requireScopes('keys:manage'), (ctx) => {
  const { changes } = revokeKey.run(systemClock.now(), ctx.params.id ?? '', ctx.state.auth.key.owner)
  // Nothing is cached here, but a stream that watches `auth.signal` is to end, and a cache may come later.
  verifier.invalidate({ id: ctx.params.id ?? '' })
  ctx.status = changes > 0 ? 204 : 404
})

const app = new Koa()
app.use(router.routes()).use(router.allowedMethods())

if (db.prepare('select id from api_keys limit 1').get() === undefined) {
  const admin = await issueKey('acct_1', 'pro', ['keys:manage'])
  const reader = await issueKey('acct_1', 'pro', ['posts:read'])
  console.log(`admin key ${admin.id}, shown this once: ${admin.token}`)
  console.log(`reader key ${reader.id}, shown this once: ${reader.token}`)
}

const server = app.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
