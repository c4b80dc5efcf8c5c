import { createServer, type Server } from 'node:http'
import type { Verifier } from '@bearward/core'
import * as bearwardExpress from '@bearward/express'
import * as bearwardHono from '@bearward/hono'
import * as bearwardKoa from '@bearward/koa'
import { createAdaptorServer } from '@hono/node-server'
import express from 'express'
import { Hono } from 'hono'
import Koa from 'koa'
import { onTestFinished } from 'vitest'
import { listen } from './app.ts'
import { koaServer } from './frameworks/koa.ts'

/** An answer that each of the clients can read. */
export const ANSWER = { object: 'list', data: [{ id: 'model_1', object: 'model' }] }

/** A server for each framework that gives `answer`, a text or JSON, to each request that a verifier accepts. */
export const servers: Record<string, (verifier: Verifier, answer?: string | object) => Server> = {
  Express: (verifier, answer = ANSWER) => {
    const app = express()
    app.use(bearwardExpress.authenticate(verifier), (_req, res) => void res.send(answer))
    return createServer(app)
  },
  Koa: (verifier, answer = ANSWER) => {
    const app = new Koa()
    app.use(bearwardKoa.authenticate(verifier)).use((ctx) => {
      ctx.body = answer
    })
    return koaServer(app)
  },
  Hono: (verifier, answer = ANSWER) => {
    const app = new Hono().use(bearwardHono.authenticate(verifier))
    app.all('*', (c) => (typeof answer === 'string' ? c.text(answer) : c.json(answer)))
    return createAdaptorServer({ fetch: app.fetch }) as Server
  },
}

/** Listens until the test ends; the port. */
export async function start(server: Server): Promise<number> {
  const { port, stop } = await listen(server, [])
  onTestFinished(stop)
  return port
}
