import type { Server } from 'node:http'
import type { AuthenticateOptions } from '@bearward/core'
import { type AuthEnv, authenticate, type OnDenied, requireScopes } from '@bearward/hono'
import { createAdaptorServer } from '@hono/node-server'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
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

export function honoHarness(name: string): Harness {
  return {
    name,
    start(shape) {
      const faults: unknown[] = []
      const app = new Hono()
      app.onError((error, c) => {
        faults.push(error)
        return reply(c, faultReply(error))
      })
      if (shape.cors) app.use(cors({ origin: CORS_ORIGIN }))
      fill(app, shape)
      return listen(createAdaptorServer({ fetch: app.fetch }) as Server, faults)
    },
  }
}

function fill(app: Hono, area: Omit<Area, 'path'>): void {
  for (const step of area.steps ?? []) app.use(middlewareOf(step))
  for (const inner of area.areas ?? []) {
    const nested = new Hono()
    fill(nested, inner)
    app.route(inner.path, nested)
  }
  for (const route of area.routes ?? [])
    app.on('ALL', [route.path], ...(route.steps ?? []).map(middlewareOf), handlerOf(route))
}

function middlewareOf(step: Step): MiddlewareHandler {
  switch (step.step) {
    case 'authenticate':
      return authenticate(step.verifier, optionsOf(step)) as MiddlewareHandler
    case 'requireScopes': {
      const scopes = step.verifier === undefined ? requireScopes : authenticate(step.verifier).requireScopes
      return step.mode === 'any' ? scopes.any(...step.scopes) : scopes(...step.scopes)
    }
    case 'claim':
      return (c, next) => {
        c.set('auth', CLAIMED)
        return next()
      }
  }
}

const ON_DENIED: Record<'own' | 'hand on', OnDenied> = {
  own: (denial, c) => reply(c, ownReply(denial)),
  'hand on': (denial) => {
    throw new HandedOn(denial)
  },
}

function optionsOf({ optional = false, preflight = false, onDenied }: Authenticate): AuthenticateOptions<OnDenied> {
  return { optional, preflight, ...(onDenied && { onDenied: ON_DENIED[onDenied] }) }
}

function handlerOf({ handler }: Route): (c: Context<Partial<AuthEnv>>) => Promise<Response> {
  return async (c) => reply(c, replyOf(await handler(callOf(c))))
}

function reply(c: Context, { status, text }: { status: number; text: string }): Response {
  // RFC 9110 §15.4.5: a 304 has no content, and `Response` takes none.
  return status === 304 ? c.body(null, status) : c.body(text, status as 200)
}

function callOf(c: Context): Call {
  return {
    method: c.req.method,
    query: new URL(c.req.url).search.slice(1),
    field: (name) => c.req.header(name),
    principal: () => c.get('auth'),
    principalOf: (verifier) => authenticate(verifier).principal(c),
  }
}
