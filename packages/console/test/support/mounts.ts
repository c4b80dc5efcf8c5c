import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { getRequestListener } from '@hono/node-server'
import express, { type RequestHandler } from 'express'
import express4 from 'express4'
import { Hono } from 'hono'
import Koa from 'koa'
import Koa2 from 'koa2'
import { expressConsole } from '../../src/express.ts'
import { honoConsole } from '../../src/hono.ts'
import type { Console } from '../../src/index.ts'
import { koaConsole } from '../../src/koa.ts'

export type Listener = (...exchange: Parameters<RequestListener>) => unknown

/** Each framework with the console, something in front of it that has read the body, and a handler behind it. */
export const frameworks: [string, (console: Console, parses: boolean) => Listener][] = [
  ['Express 5', (console, parses) => withExpress(express, console, parses)],
  ['Express 4', (console, parses) => withExpress(express4, console, parses)],
  ['Koa 3', (console, parses) => withKoa(Koa, console, parses)],
  ['Koa 2', (console, parses) => withKoa(Koa2, console, parses)],
  [
    'Hono',
    (console, parses) => {
      const app = new Hono()
      if (parses) {
        app.use(async (c, next) => {
          await c.req.text()
          await next()
        })
      }
      app.use(honoConsole(console))
      app.all('*', (c) => c.text('behind'))
      return getRequestListener(app.fetch)
    },
  ],
]

function withExpress(create: typeof express, console: Console, parses: boolean): Listener {
  const app = create()
  if (parses) app.use(express.json() as RequestHandler)
  app.use(expressConsole(console))
  app.use((_req, res) => void res.send('behind'))
  return app
}

function withKoa(Framework: typeof Koa, console: Console, parses: boolean): Listener {
  const app = new Framework()
  // Koa prints that a client has gone away.
  app.silent = true
  if (parses) {
    app.use(async (ctx, next) => {
      const rawBody = await text(ctx.req)
      Object.assign(ctx.request, { rawBody, body: rawBody && JSON.parse(rawBody) })
      await next()
    })
  }
  app.use(koaConsole(console))
  app.use((ctx) => {
    ctx.body = 'behind'
  })
  return app.callback()
}

const closers: (() => void)[] = []

/** Ends the servers that were started. */
export function closeAll(): void {
  for (const close of closers.splice(0)) close()
}

export async function listen(listener: Listener): Promise<string> {
  const server = createServer((...exchange) => void listener(...exchange)).listen(0, '127.0.0.1')
  closers.push(() => {
    server.close()
    server.closeAllConnections()
  })
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
