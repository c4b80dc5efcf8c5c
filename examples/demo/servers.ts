import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Verifier } from '@bearward/core'
import { authenticate as expressAuthenticate } from '@bearward/express'
import { authenticate as honoAuthenticate } from '@bearward/hono'
import type { KeyringRecord } from '@bearward/keyring'
import { authenticate as koaAuthenticate } from '@bearward/koa'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import { Hono } from 'hono'
import Koa from 'koa'
import { planOf, type Scope } from './keys.ts'
import { lineOf } from './log.ts'

type DemoVerifier = Verifier<KeyringRecord, Scope>

export interface RunningServer {
  readonly framework: string
  readonly origin: string
  /** Writes a line for each request from now on; another process writes none here. */
  log?(write: (line: string) => void): void
  close(): void
}

/** The same small API three times: `GET /v1/posts` and `DELETE /v1/posts`, one verifier before all of them. */
export async function startServers(verifier: DemoVerifier): Promise<RunningServer[]> {
  return [
    await listen('Express 5', expressApp(verifier)),
    await listen('Koa 3', koaApp(verifier)),
    await listen('Hono 4 on Node', honoApp(verifier)),
  ]
}

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown

function expressApp(verifier: DemoVerifier): Listener {
  const auth = expressAuthenticate(verifier)
  const app = express()
  app.use('/v1', auth)
  app.get('/v1/posts', auth.requireScopes('posts:read'), (req, res) => {
    const { key } = auth.principal(req)
    res.json({ framework: 'Express', key: key.id, plan: planOf(key) })
  })
  app.delete('/v1/posts', auth.requireScopes('posts:write'), (_req, res) => {
    res.status(204).end()
  })
  return app
}

function koaApp(verifier: DemoVerifier): Listener {
  const auth = koaAuthenticate(verifier)
  const mayRead = auth.requireScopes('posts:read')
  const mayWrite = auth.requireScopes('posts:write')
  const app = new Koa()
    .use(auth)
    .use((ctx, next) => (ctx.method === 'DELETE' ? mayWrite(ctx, next) : mayRead(ctx, next)))
    .use((ctx) => {
      const { key } = ctx.state.auth
      if (ctx.method === 'DELETE') ctx.status = 204
      else ctx.body = { framework: 'Koa', key: key.id, plan: planOf(key) }
    })
  return app.callback()
}

function honoApp(verifier: DemoVerifier): Listener {
  const auth = honoAuthenticate(verifier)
  const app = new Hono()
    .use('/v1/*', auth)
    .get('/v1/posts', auth.requireScopes('posts:read'), (c) => {
      const { key } = c.var.auth
      return c.json({ framework: 'Hono', key: key.id, plan: planOf(key) })
    })
    .delete('/v1/posts', auth.requireScopes('posts:write'), (c) => c.body(null, 204))
  return getRequestListener(app.fetch)
}

async function listen(framework: string, listener: Listener): Promise<RunningServer> {
  const server: Server = createServer((request, response) => void listener(request, response))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    framework,
    origin: `http://127.0.0.1:${port}`,
    log(write) {
      server.on('request', (request: IncomingMessage) => write(lineOf(request)))
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** The same API in another process, over the same file: it knows of no change but what the file tells. */
export async function startNeighbour(file: string): Promise<RunningServer> {
  const script = fileURLToPath(new URL('./neighbour.ts', import.meta.url))
  const child = fork(script, [file], { execArgv: ['--disable-warning=ExperimentalWarning'] })
  const [port] = (await once(child, 'message')) as [number]
  return { framework: 'Another process', origin: `http://127.0.0.1:${port}`, close: () => child.disconnect() }
}
