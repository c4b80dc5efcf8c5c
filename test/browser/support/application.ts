// An application with the console mounted, and a route that only keys may ask, in each framework.
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ConsoleOptions, createConsole } from '@bearward/console'
import { expressConsole } from '@bearward/console/express'
import { honoConsole } from '@bearward/console/hono'
import { koaConsole } from '@bearward/console/koa'
import { type Channel, keyFormat, localChannel, type Verifier } from '@bearward/core'
import * as forExpress from '@bearward/express'
import * as forHono from '@bearward/hono'
import { createKeyring, type Keyring, type KeyringRecord, type KeyStore, memoryStore } from '@bearward/keyring'
import * as forKoa from '@bearward/koa'
import { serve } from '@hono/node-server'
import express from 'express'
import { Hono } from 'hono'
import Koa from 'koa'
import { LONG_PERSON } from './extremes.ts'

export const BASE = '/settings/keys'
const SCOPES = ['posts:read', 'posts:write', 'comments:read', 'files:read'] as const

/** Whom the application knows, by the cookie `session`. */
export const PEOPLE: Record<string, { actor: string; owner: string } | { actor: string; operator: true }> = {
  alice: { actor: 'alice@example.com', owner: 'acct_1' },
  bob: { actor: 'bob@example.com', owner: 'acct_2' },
  ops: { actor: 'ops@example.com', operator: true },
  long: LONG_PERSON,
}

type Handler = ReturnType<typeof createConsole>
export type Framework = keyof typeof frameworks

/** A running application. */
export interface Application {
  /** Scheme, host and port. */
  readonly origin: string
  /** Where the console is. */
  readonly url: string
  readonly keyring: Keyring
  readonly store: KeyStore
  /** A route that wants a key with `posts:read`. */
  readonly protectedUrl: string
  /** From now on, no process can be told of a change. */
  breakChannel(): void
  mendChannel(): void
  close(): Promise<void>
}

export interface ApplicationOptions {
  readonly framework?: Framework
  /** `null`: none are declared, any may be typed. */
  readonly scopes?: readonly string[] | null
  readonly store?: KeyStore
  readonly environments?: readonly string[]
  readonly console?: Partial<Omit<ConsoleOptions, 'keyring' | 'authorize' | 'basePath'>>
}

export async function startApplication({
  framework = 'express',
  scopes = SCOPES,
  store = memoryStore(),
  environments = ['live', 'test'],
  console: options = {},
}: ApplicationOptions = {}): Promise<Application> {
  const format = keyFormat({ prefix: 'acme', environments: [...environments] })
  const channel = breakable(localChannel())
  const keyring = createKeyring({
    store,
    format,
    channel: channel.channel,
    ...(scopes !== null && { scopes: [...scopes] }),
  })
  const handler = createConsole({
    keyring,
    basePath: BASE,
    issueLimit: { max: 1000, windowMs: 60_000 },
    ...options,
    authorize(request) {
      const [, name = ''] = /\bsession=(\w+)/.exec(request.headers.get('cookie') ?? '') ?? []
      return PEOPLE[name] ?? null
    },
  })
  const verifier = keyring.verifier()
  const server = await frameworks[framework](handler, verifier)
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    url: origin + BASE,
    keyring,
    store,
    protectedUrl: `${origin}/v1/posts`,
    breakChannel: channel.breakIt,
    mendChannel: channel.mendIt,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      verifier.close()
      await keyring.close()
    },
  }
}

function breakable(channel: Channel): { channel: Channel; breakIt: () => void; mendIt: () => void } {
  let isBroken = false
  return {
    channel: {
      leaseMs: channel.leaseMs,
      durable: channel.durable,
      subscribe: (subscriber) => channel.subscribe(subscriber),
      async publish(change, options) {
        if (isBroken) throw new Error('the channel is out of reach')
        return channel.publish(change, options)
      },
      close: () => channel.close(),
    },
    breakIt() {
      isBroken = true
    },
    mendIt() {
      isBroken = false
    },
  }
}

const frameworks = {
  express(handler: Handler, verifier: Verifier<KeyringRecord>): Promise<Server> {
    const app = express()
    app.use(expressConsole(handler))
    app.use('/v1', forExpress.authenticate(verifier))
    app.get('/v1/posts', forExpress.requireScopes('posts:read'), (_req, res) => void res.json({ posts: [] }))
    return listening(app.listen(0, '127.0.0.1'))
  },
  koa(handler: Handler, verifier: Verifier<KeyringRecord>): Promise<Server> {
    const app = new Koa()
    app.use(koaConsole(handler))
    app.use(forKoa.authenticate(verifier))
    app.use(forKoa.requireScopes('posts:read'))
    app.use((ctx) => {
      ctx.body = { posts: [] }
    })
    return listening(app.listen(0, '127.0.0.1'))
  },
  hono(handler: Handler, verifier: Verifier<KeyringRecord>): Promise<Server> {
    const app = new Hono()
    app.use(honoConsole(handler))
    app.use('/v1/*', forHono.authenticate(verifier))
    app.get('/v1/posts', forHono.requireScopes('posts:read'), (c) => c.json({ posts: [] }))
    return listening(serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server)
  },
}

async function listening(server: Server): Promise<Server> {
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve))
  return server
}
