import { hash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { authenticate } from '@bearward/koa'
import Koa, { type Middleware } from 'koa'
import { bearerToken } from 'koa-bearer-token'
import type { Keys } from './keys.ts'
import { byHand } from './minimum.ts'
import { candidate, type Handle } from './requests.ts'
import type { Suite } from './suite.ts'
import { warmVerifier } from './warm.ts'

/** One handler behind one middleware in Koa. */
export const koa = {
  bare: candidate(() => app()),
  'no-op middleware': candidate(() => app((_ctx, next) => next())),
  'minimum by hand': candidate((keys) => app(minimum(keys))),
  '@bearward/koa': candidate((keys) => app(authenticate(warmVerifier(keys)))),
  'koa-bearer-token + hash + map': candidate((keys) => app(bearerToken() as Middleware, lookUp(keys))),
} as const satisfies Suite

/** Without Koa's own writing of the answer, which needs a socket. */
function app<State>(...middleware: Middleware<State>[]): Handle {
  const app = new Koa<State>()
  for (const one of middleware) app.use(one)
  app.use((ctx) => {
    ctx.status = 204
  })
  const { compose } = app as unknown as { compose(list: unknown): (ctx: unknown) => Promise<void> }
  const handle = compose(app.middleware)
  return (incoming, outgoing) =>
    handle(app.createContext(incoming as unknown as IncomingMessage, outgoing as unknown as ServerResponse))
}

function minimum({ rows }: Keys): Middleware {
  const find = byHand(rows)
  return (ctx, next) => {
    const row = find(ctx.req.headers.authorization ?? '')
    if (row === undefined) {
      ctx.status = 401
      return undefined
    }
    ctx.state.row = row
    return next()
  }
}

/** Behind a middleware that only reads the token. */
function lookUp({ rows }: Keys): Middleware {
  return (ctx, next) => {
    const row = rows.get(hash('sha256', tokenOf(ctx.request), 'hex'))
    if (row === undefined) {
      ctx.status = 401
      return undefined
    }
    ctx.state.row = row
    return next()
  }
}

function tokenOf(request: object): string {
  return 'token' in request && typeof request.token === 'string' ? request.token : ''
}
