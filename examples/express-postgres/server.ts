import type { AddressInfo } from 'node:net'
import { DAY, HOUR, keyFormat, SECOND } from '@bearward/core'
import { authenticate } from '@bearward/express'
import { createKeyring, KeyringError } from '@bearward/keyring'
import { postgres } from '@bearward/sql'
import express, { type ErrorRequestHandler } from 'express'
import { Pool } from 'pg'

const { DATABASE_URL, PORT = '0' } = process.env
if (DATABASE_URL === undefined) {
  console.error('Set DATABASE_URL to a PostgreSQL database, such as postgres://localhost/acme')
  process.exit(2)
}

const pool = new Pool({ connectionString: DATABASE_URL })
// An idle connection that breaks is replaced by the pool; without a listener it would end the process.
pool.on('error', (error) => console.error('a database connection broke:', error.message))

const keyring = createKeyring({
  store: postgres(pool),
  format: keyFormat({ prefix: 'acme', environments: ['live', 'test'] }),
  scopes: ['posts:read', 'keys:manage'],
})
keyring.on('failed', ({ task, error }) => console.error(`${task} failed and is tried again:`, error))

const verifier = keyring.verifier()
verifier.on('failed', ({ reason, error }) => console.error(`keys cannot be checked: ${reason}`, error))
const auth = authenticate(verifier)

const app = express()
app.use(express.json())
app.use('/v1', auth)

app.get('/v1/posts', auth.requireScopes('posts:read'), (req, res) => {
  const { owner, key } = auth.principal(req)
  res.set('Cache-Control', 'private').json({ owner, plan: key.metadata.plan, posts: ['hello'] })
})

/** The keys that a request may manage: those of its owner, and of no other. A key without an owner manages none. */
function ownKeys(req: express.Request, res: express.Response) {
  const { owner, keyId } = auth.principal(req)
  if (owner === undefined) return void res.status(403).end()
  return { keys: keyring.forOwner(owner), by: { actor: keyId, from: req.ip } }
}

app.get('/v1/keys', auth.requireScopes('keys:manage'), async (req, res) => {
  const own = ownKeys(req, res)
  if (own) res.json(await own.keys.list({ cursor: req.query.cursor as string | undefined }))
})

app.post('/v1/keys', auth.requireScopes('keys:manage'), async (req, res) => {
  const own = ownKeys(req, res)
  if (!own) return
  const { name, scopes } = req.body
  const issued = await own.keys.issue({ name, scopes, expiresInMs: 90 * DAY, ...own.by })
  // The token must not stay in a cache on the way.
  res.status(201).set('Cache-Control', 'no-store').json(issued)
})

app.post('/v1/keys/:id/rotations', auth.requireScopes('keys:manage'), async (req, res) => {
  const own = ownKeys(req, res)
  if (!own) return
  const rotated = await own.keys.rotate(String(req.params.id), { graceMs: 24 * HOUR, ...own.by })
  res.status(201).set('Cache-Control', 'no-store').json(rotated)
})

app.delete('/v1/keys/:id', auth.requireScopes('keys:manage'), async (req, res) => {
  const own = ownKeys(req, res)
  if (!own) return
  await own.keys.revoke(String(req.params.id), own.by)
  res.status(204).end()
})

const STATUS: Partial<Record<string, number>> = { invalid_input: 400, not_found: 404 }

const onError: ErrorRequestHandler = (error, _req, res, next) => {
  if (!(error instanceof KeyringError)) return next(error)
  res.status(STATUS[error.code] ?? 409).json({ code: error.code, field: error.field, message: error.message })
}
app.use(onError)

// A wrong address or a missing right ends the start here, not the first request.
try {
  await keyring.ready()
} catch (error) {
  console.error((error as Error).message)
  process.exit(1)
}

// For the load balancer: 503 while the store cannot be used.
app.get('/ready', async (_req, res) => {
  const isReady = await keyring.ready({ deadlineMs: 2 * SECOND }).then(
    () => true,
    () => false,
  )
  res
    .status(isReady ? 204 : 503)
    .set('Cache-Control', 'no-store')
    .end()
})

if ((await keyring.list({ limit: 1 })).keys.length === 0) {
  const common = { owner: 'acct_1', metadata: { plan: 'pro' } } as const
  const admin = await keyring.issue({ ...common, scopes: ['keys:manage'] })
  const reader = await keyring.issue({ ...common, scopes: ['posts:read'] })
  console.log(`admin key ${admin.key.id}, shown this once: ${admin.token}`)
  console.log(`reader key ${reader.key.id}, shown this once: ${reader.token}`)
}

const server = app.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
process.once('SIGTERM', () => {
  server.close()
  server.closeIdleConnections()
  // Uses that were gathered in memory are written down.
  keyring.close().then(() => pool.end(), console.error)
})
