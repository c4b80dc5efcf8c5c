import { hash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { authenticate } from '@bearward/hono'
import { getRequestListener } from '@hono/node-server'
import { Hono, type MiddlewareHandler } from 'hono'
import { bearerAuth } from 'hono/bearer-auth'
import { type Keys, makeKeys } from './keys.ts'
import { byHand } from './minimum.ts'
import { candidate, type Handle, requests } from './requests.ts'
import type { Suite } from './suite.ts'
import { warmVerifier } from './warm.ts'

/** One handler behind one middleware in Hono, on Node through @hono/node-server. */
export const hono = {
  bare: candidate(() => app()),
  'no-op middleware': candidate(() => app((_c, next) => next())),
  'minimum by hand': candidate((keys) => app(minimum(keys))),
  '@bearward/hono': candidate((keys) => app(authenticate(warmVerifier(keys)))),
  'hono/bearer-auth, verifyToken + hash + map': candidate(({ rows }) =>
    app(bearerAuth({ verifyToken: (token) => rows.has(hash('sha256', token, 'hex')) })),
  ),
  // It knows one token, so every request carries that one.
  'hono/bearer-auth, one token': () => {
    const keys = makeKeys(1)
    return requests(keys, app(bearerAuth({ token: keys.tokens[0] as string })))
  },
} as const satisfies Suite

function app(...middleware: MiddlewareHandler[]): Handle {
  const app = new Hono()
  for (const one of middleware) app.use(one)
  app.get('/v1/posts', (c) => c.body(null, 204))
  const listener = getRequestListener(app.fetch)
  return (incoming, outgoing) => listener(incoming as unknown as IncomingMessage, outgoing as unknown as ServerResponse)
}

function minimum({ rows }: Keys): MiddlewareHandler {
  const find = byHand(rows)
  return (c, next) => {
    const row = find(c.req.raw.headers.get('authorization') ?? '')
    if (row === undefined) return Promise.resolve(c.body(null, 401))
    c.set('row', row)
    return next()
  }
}
