import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { authenticate as expressAuthenticate } from '@bearward/express'
import { authenticate as honoAuthenticate } from '@bearward/hono'
import { authenticate as koaAuthenticate } from '@bearward/koa'
import { serve } from '@hono/node-server'
import express from 'express'
import { Hono } from 'hono'
import Koa from 'koa'
import { afterEach, describe, expect, test } from 'vitest'
import { importVector, setUp, VECTORS, type World } from './support.ts'

type Verifier = ReturnType<World['keyring']['verifier']>

const servers: Server[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise<void>((resolve) => void server.close(() => resolve()))
})

const FRAMEWORKS: Readonly<Record<string, (verifier: Verifier) => Server>> = {
  express(verifier) {
    const app = express()
    app.use(expressAuthenticate(verifier))
    app.get('/', (req, res) => void res.send(req.auth?.keyId))
    return createServer(app)
  },
  koa(verifier) {
    const app = new Koa()
    app.use(koaAuthenticate(verifier))
    app.use((ctx) => {
      ctx.body = ctx.state.auth.keyId
    })
    const answer = app.callback()
    return createServer((req, res) => void answer(req, res))
  },
  hono(verifier) {
    const app = new Hono()
    app.use(honoAuthenticate(verifier))
    app.get('/', (c) => c.text((c.get('auth' as never) as { keyId: string }).keyId))
    return serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server
  },
}

async function urlOf(server: Server): Promise<string> {
  servers.push(server)
  if (!server.listening) await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

describe.each(Object.entries(FRAMEWORKS))('%s', (_name, start) => {
  test.each(VECTORS)('$name', async (vector) => {
    const world = setUp()
    await importVector(world, vector)
    expect(await world.store.findByDigest([vector.stored], { fresh: true })).not.toBeNull()
    const [key] = (await world.keyring.list()).keys
    const server = start(world.keyring.verifier())
    const url = await urlOf(server)
    const ask = (token: string): Promise<Response> => fetch(url, { headers: { authorization: `Bearer ${token}` } })

    world.lookups.length = 0
    const first = await ask(vector.token)
    expect([first.status, await first.text()]).toEqual([200, key?.id])
    expect(world.lookups.length).toBe(1)
    await world.keyring.flush()
    expect((await world.keyring.audit({ action: 'redigested' })).entries.length).toBe(1)
    expect((await ask(vector.token)).status).toBe(200)
    expect(await world.store.findByDigest([vector.stored], { fresh: true })).toBeNull()

    const last = vector.token.at(-1) === 'a' ? 'b' : 'a'
    expect((await ask(vector.token.slice(0, -1) + last)).status).toBe(401)
    await world.keyring.revoke(key?.id ?? '')
    expect((await ask(vector.token)).status).toBe(401)
    await world.keyring.close()
  })
})
