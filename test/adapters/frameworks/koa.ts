import { createServer, type Server } from 'node:http'
import type { AuthenticateOptions } from '@bearward/core'
import { authenticate, type OnDenied, requireScopes } from '@bearward/koa'
import cors from '@koa/cors'
import Router from '@koa/router'
import type Koa from 'koa'
import type { Middleware, ParameterizedContext } from 'koa'
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

export function koaHarness(name: string, Framework: typeof Koa): Harness {
  return {
    name,
    start(shape) {
      const faults: unknown[] = []
      const app = new Framework()
      app.use(async (ctx, next) => {
        try {
          await next()
        } catch (error) {
          faults.push(error)
          reply(ctx, faultReply(error))
        }
      })
      if (shape.cors) app.use(cors({ origin: CORS_ORIGIN }))
      for (const step of shape.steps ?? []) app.use(middlewareOf(step))
      app.use(routerOf({ routes: shape.routes ?? [], areas: shape.areas ?? [] }).routes() as Middleware)
      return listen(koaServer(app), faults)
    },
  }
}

/** Koa's callback answers with a promise that never rejects; Node wants a listener that answers with nothing. */
export function koaServer(app: Koa): Server {
  const callback = app.callback()
  return createServer((req, res) => void callback(req, res))
}

function routerOf(area: Omit<Area, 'path'>): Router {
  const router = new Router()
  for (const step of area.steps ?? []) router.use(middlewareOf(step))
  for (const inner of area.areas ?? []) router.use(inner.path, routerOf(inner).routes())
  for (const route of area.routes ?? [])
    router.all(route.path, ...(route.steps ?? []).map(middlewareOf), handlerOf(route))
  return router
}

function middlewareOf(step: Step): Middleware {
  switch (step.step) {
    case 'authenticate':
      return authenticate(step.verifier, optionsOf(step)) as Middleware
    case 'requireScopes': {
      const scopes = step.verifier === undefined ? requireScopes : authenticate(step.verifier).requireScopes
      return step.mode === 'any' ? scopes.any(...step.scopes) : scopes(...step.scopes)
    }
    case 'claim':
      return (ctx, next) => {
        ctx.state.auth = CLAIMED
        return next()
      }
  }
}

const ON_DENIED: Record<'own' | 'hand on', OnDenied> = {
  own: (denial, ctx) => reply(ctx, ownReply(denial)),
  'hand on': (denial) => {
    throw new HandedOn(denial)
  },
}

function optionsOf({ optional = false, preflight = false, onDenied }: Authenticate): AuthenticateOptions<OnDenied> {
  return { optional, preflight, ...(onDenied && { onDenied: ON_DENIED[onDenied] }) }
}

function handlerOf({ handler }: Route): Middleware {
  return async (ctx) => reply(ctx, replyOf(await handler(callOf(ctx))))
}

function reply(ctx: ParameterizedContext, { status, text }: { status: number; text: string }): void {
  ctx.status = status
  ctx.body = text
}

function callOf(ctx: ParameterizedContext): Call {
  return {
    method: ctx.method,
    query: ctx.querystring,
    field: (name) => ctx.get(name) || undefined,
    principal: () => ctx.state.auth,
    principalOf: (verifier) => authenticate(verifier).principal(ctx),
  }
}
