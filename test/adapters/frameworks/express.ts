import { createServer } from 'node:http'
import type { AuthenticateOptions } from '@bearward/core'
import { authenticate, type OnDenied, requireScopes } from '@bearward/express'
import cors from 'cors'
import type express from 'express'
import type { ErrorRequestHandler, IRouter, Request, RequestHandler } from 'express'
import {
  type Area,
  type Authenticate,
  type Call,
  CLAIMED,
  CORS_ORIGIN,
  faultReply,
  HandedOn,
  type Harness,
  listen,
  ownReply,
  type Route,
  replyOf,
  type Step,
} from '../app.ts'

export function expressHarness(name: string, framework: typeof express): Harness {
  const fill = (router: IRouter, area: Omit<Area, 'path'>): void => {
    for (const step of area.steps ?? []) router.use(middlewareOf(step))
    for (const inner of area.areas ?? []) {
      const nested = framework.Router()
      fill(nested, inner)
      router.use(inner.path, nested)
    }
    for (const route of area.routes ?? [])
      router.all(route.path, ...(route.steps ?? []).map(middlewareOf), handlerOf(route))
  }

  return {
    name,
    start(shape) {
      const faults: unknown[] = []
      const app = framework()
      if (shape.cors) app.use(cors({ origin: CORS_ORIGIN }))
      fill(app, shape)
      // Express knows an error handler by its four parameters.
      const onError: ErrorRequestHandler = (error, _req, res, _next) => {
        faults.push(error)
        const { status, text } = faultReply(error)
        res.status(status).send(text)
      }
      app.use(onError)
      return listen(createServer(app), faults)
    },
  }
}

function middlewareOf(step: Step): RequestHandler {
  switch (step.step) {
    case 'authenticate':
      return authenticate(step.verifier, optionsOf(step))
    case 'requireScopes': {
      const scopes = step.verifier === undefined ? requireScopes : authenticate(step.verifier).requireScopes
      return step.mode === 'any' ? scopes.any(...step.scopes) : scopes(...step.scopes)
    }
    case 'claim':
      return (req, _res, next) => {
        req.auth = CLAIMED
        next()
      }
  }
}

const ON_DENIED: Record<'own' | 'hand on', OnDenied> = {
  own: (denial, _req, res) => {
    const { status, text } = ownReply(denial)
    res.status(status).send(text)
  },
  'hand on': (denial, _req, _res, next) => next(new HandedOn(denial)),
}

function optionsOf({ optional = false, preflight = false, onDenied }: Authenticate): AuthenticateOptions<OnDenied> {
  return { optional, preflight, ...(onDenied && { onDenied: ON_DENIED[onDenied] }) }
}

function handlerOf({ handler }: Route): RequestHandler {
  return (req, res, next) => {
    // Express 4 does not look at what a handler returns, so this hands rejections on by itself.
    Promise.resolve()
      .then(() => handler(callOf(req)))
      .then((reply) => {
        const { status, text } = replyOf(reply)
        res.status(status).send(text)
      })
      .catch(next)
  }
}

function callOf(req: Request): Call {
  return {
    method: req.method,
    query: req.originalUrl.split('?')[1] ?? '',
    field: (name) => req.get(name),
    principal: () => req.auth,
    principalOf: (verifier) => authenticate(verifier).principal(req),
  }
}
