// Each framework with the console in it, what a test puts in front, and a handler behind that answers everything else.
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
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

/** What stands in front of the console. */
interface Front {
  /** A parser has read the body. */
  readonly parses?: boolean
  /** Paths with all that is under them, which are answered 418 as the framework itself matches them. */
  readonly guarded?: readonly string[]
}

export type Framework = (console: Console, front?: Front) => Listener

export const frameworks: readonly (readonly [name: string, Framework])[] = [
  ['Express 5', (console, front) => withExpress(express, console, front)],
  ['Express 4', (console, front) => withExpress(express4, console, front)],
  ['Koa 3', (console, front) => withKoa(Koa, console, front)],
  ['Koa 2', (console, front) => withKoa(Koa2, console, front)],
  ['Hono', withHono],
]

function withExpress(create: typeof express, console: Console, { parses, guarded = [] }: Front = {}): Listener {
  const app = create()
  for (const path of guarded) app.use(path, (_req, res) => void res.status(418).end('guarded'))
  if (parses) app.use(express.json() as RequestHandler)
  app.use(expressConsole(console))
  app.use((_req, res) => void res.send('behind'))
  return app
}

function withKoa(Framework: typeof Koa, console: Console, { parses, guarded = [] }: Front = {}): Listener {
  const app = new Framework()
  // Koa prints that a client has gone away.
  app.silent = true
  app.use(async (ctx, next) => {
    if (!guarded.some((path) => ctx.path === path || ctx.path.startsWith(`${path}/`))) return next()
    ctx.status = 418
    ctx.body = 'guarded'
  })
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

function withHono(console: Console, { parses, guarded = [] }: Front = {}): Listener {
  const app = new Hono()
  for (const path of guarded) app.use(`${path}/*`, async (c) => c.text('guarded', 418))
  if (parses) {
    app.use(async (c, next) => {
      await c.req.text()
      await next()
    })
  }
  app.use(honoConsole(console))
  app.all('*', (c) => c.text('behind'))
  return getRequestListener(app.fetch)
}

const closers: (() => void)[] = []

/** Ends every server that `listen()` has started. */
export function closeServers(): void {
  for (const close of closers.splice(0)) close()
}

/** Serves on a free port. @returns scheme, host and port */
export async function listen(listener: Listener): Promise<string> {
  const server = createServer((...exchange) => void listener(...exchange)).listen(0, '127.0.0.1')
  closers.push(() => {
    server.close()
    server.closeAllConnections()
  })
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Sends these bytes, and reads to the end. @returns the status, and everything that came */
export async function sendRaw(origin: string, bytes: string): Promise<{ status: number; answer: string }> {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1')
  socket.write(bytes, 'latin1')
  const answer = await text(socket)
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]), answer }
}
