// The verifier and the keyring as a worker has them, all made at module scope.
import { createVerifier, keyFormat } from '@bearward/core'
import { authenticate } from '@bearward/hono'
import { createKeyring, memoryStore } from '@bearward/keyring'
import { Hono } from 'hono'
import { timeout } from 'hono/timeout'

interface Env {
  /** The address of the key service. */
  KEYS: string
}

const format = keyFormat({ prefix: 'acme' })
/** Bindings come with the first request. */
let keys = ''

function authFor(cache?: { max: number; maxStalenessMs: number }) {
  return authenticate(
    createVerifier({
      format,
      deadlineMs: 2000,
      cache,
      resolve: async (digest, { signal }) => {
        const answer = await fetch(`${keys}/${digest}`, { signal })
        return (await answer.json()) as { id: string }
      },
    }),
  )
}

const keyring = createKeyring({ store: memoryStore(), format })

const app = new Hono<{ Bindings: Env }>()
  .get('/warm', (c) => c.text('up'))
  .use('/plain', authFor())
  .use('/cached', authFor({ max: 100, maxStalenessMs: 60_000 }))
  .use('/hurried', timeout(100), authFor())
  .use('/own', authenticate(keyring.verifier()))
  .post('/issue', async (c) => c.json(await keyring.issue({ owner: null })))
  .get('/keys/:id', async (c) => c.json(await keyring.get(c.req.param('id'))))
  .get('/:route', (c) => c.text('ok'))

export default {
  fetch(request: Request, env: Env, context: ExecutionContext): Response | Promise<Response> {
    keys = env.KEYS
    // A worker may leave its context out.
    return new URL(request.url).search === '?no-context' ? app.fetch(request, env) : app.fetch(request, env, context)
  },
}

/** What this uses of Cloudflare's type. */
interface ExecutionContext {
  waitUntil(work: Promise<unknown>): void
  passThroughOnException(): void
  props: unknown
}
