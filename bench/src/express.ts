import { hash } from 'node:crypto'
import { authenticate } from '@bearward/express'
import createApp, { type RequestHandler } from 'express'
import bearerToken from 'express-bearer-token'
import passport from 'passport'
import { Strategy } from 'passport-http-bearer'
import type { Keys, Row } from './keys.ts'
import { byHand } from './minimum.ts'
import { candidate, type Handle } from './requests.ts'
import type { Suite } from './suite.ts'
import { warmVerifier } from './warm.ts'

/** One route behind one middleware in Express. */
export const express = {
  bare: candidate(() => app()),
  'no-op middleware': candidate(() => app((_req, _res, next) => next())),
  'minimum by hand': candidate((keys) => app(minimum(keys))),
  '@bearward/express': candidate((keys) => app(authenticate(warmVerifier(keys)))),
  'express-bearer-token + hash + map': candidate((keys) => app(bearerToken(), lookUp(keys))),
  'passport-http-bearer + hash + map': candidate((keys) => {
    passport.use(new Strategy((token, done) => done(null, keys.rows.get(hash('sha256', token, 'hex')) ?? false)))
    return app(passport.authenticate('bearer', { session: false }))
  }),
} as const satisfies Suite

function app(...middleware: RequestHandler[]): Handle {
  const app = createApp().disable('x-powered-by')
  for (const one of middleware) app.use(one)
  app.get('/v1/posts', (_req, res) => {
    res.statusCode = 204
    res.end()
  })
  return app as unknown as Handle
}

function minimum({ rows }: Keys): RequestHandler {
  const find = byHand(rows)
  return (req, res, next) => {
    const row = find(req.headers.authorization ?? '')
    if (row === undefined) {
      res.statusCode = 401
      res.end()
      return
    }
    Object.assign(req, { row })
    next()
  }
}

/** Behind a middleware that only reads the token. */
function lookUp({ rows }: Keys): RequestHandler {
  return (req, res, next) => {
    const row: Row | undefined = rows.get(hash('sha256', req.token ?? '', 'hex'))
    if (row === undefined) {
      res.statusCode = 401
      res.end()
      return
    }
    Object.assign(req, { row })
    next()
  }
}
