import { execFile } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import { promisify } from 'node:util'
import type { Verifier } from '@bearward/core'
import * as bearwardExpress from '@bearward/express'
import * as bearwardHono from '@bearward/hono'
import * as bearwardKoa from '@bearward/koa'
import { createAdaptorServer } from '@hono/node-server'
import express from 'express'
import { Hono } from 'hono'
import Koa from 'koa'
import OpenAI, { AuthenticationError, BadRequestError } from 'openai'
import Stripe from 'stripe'
import { describe, expect, onTestFinished, test } from 'vitest'
import { listen } from './app.ts'
import { koaServer } from './frameworks/koa.ts'
import { createWorld } from './world.ts'

/** What each of the clients can read as the answer to its request. */
const ANSWER = { object: 'list', data: [{ id: 'model_1', object: 'model' }] }
const GOOD = 'reader-key'
const BAD = 'unknown-key'

const servers: Record<string, (verifier: Verifier) => Server> = {
  Express: (verifier) => {
    const app = express()
    app.use(bearwardExpress.authenticate(verifier), (_req, res) => void res.json(ANSWER))
    return createServer(app)
  },
  Koa: (verifier) => {
    const app = new Koa()
    app.use(bearwardKoa.authenticate(verifier)).use((ctx) => {
      ctx.body = ANSWER
    })
    return koaServer(app)
  },
  Hono: (verifier) => {
    const app = new Hono().use(bearwardHono.authenticate(verifier)).all('*', (c) => c.json(ANSWER))
    return createAdaptorServer({ fetch: app.fetch }) as Server
  },
}

async function start(server: Server): Promise<number> {
  const { port, stop } = await listen(server, [])
  onTestFinished(stop)
  return port
}

/** The status, the fields and the content of what curl received. */
async function curl(...parameters: string[]): Promise<{ status: number; text: string }> {
  const { stdout } = await promisify(execFile)('curl', ['--silent', '--show-error', '--include', ...parameters])
  return { status: Number(stdout.split(' ')[1]), text: stdout }
}

const whyNoCurl = await curlIsMissing()
if (whyNoCurl !== undefined) console.log(`curl is left out: ${whyNoCurl}`)

async function curlIsMissing(): Promise<string | undefined> {
  try {
    await promisify(execFile)('curl', ['--version'])
    return undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'it is not installed'
    throw error
  }
}

describe.each(Object.entries(servers))('%s', (_, serverOf) => {
  test.skipIf(whyNoCurl !== undefined)('curl --oauth2-bearer', async () => {
    const url = `http://127.0.0.1:${await start(serverOf(createWorld().verifier))}/v1/models`
    const accepted = await curl('--oauth2-bearer', GOOD, url)
    expect(accepted.status).toBe(200)
    expect(accepted.text).toContain(JSON.stringify(ANSWER))

    const refused = await curl('--oauth2-bearer', BAD, url)
    expect(refused.status).toBe(401)
    expect(refused.text).toMatch(/^www-authenticate: Bearer realm="api", error="invalid_token"\r$/im)
    expect((await curl(url)).status).toBe(401)
    expect((await curl('--user', `${GOOD}:`, url)).status).toBe(401)
  })

  test.skipIf(whyNoCurl !== undefined)('curl --user token:, where Basic is enabled', async () => {
    const { verifier } = createWorld('later', { credentials: { basic: true } })
    const url = `http://127.0.0.1:${await start(serverOf(verifier))}/v1/charges`
    expect((await curl('--user', `${GOOD}:`, url)).status).toBe(200)
    expect((await curl('--oauth2-bearer', GOOD, url)).status).toBe(200)

    const refused = await curl('--user', `${BAD}:`, url)
    expect(refused.status).toBe(401)
    // A Basic challenge would make browsers ask for a password.
    expect(refused.text).not.toMatch(/^www-authenticate: basic/im)
    expect((await curl('--user', `${GOOD}:password`, url)).status).toBe(401)
  })

  test('fetch', async () => {
    const url = `http://127.0.0.1:${await start(serverOf(createWorld().verifier))}/v1/models`
    const accepted = await fetch(url, { headers: { authorization: `Bearer ${GOOD}` } })
    expect([accepted.status, await accepted.json()]).toEqual([200, ANSWER])

    const refused = await fetch(url, { headers: { authorization: `Bearer ${BAD}` } })
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="api", error="invalid_token"')
    expect(await refused.json()).toMatchObject({ code: 'invalid' })
  })

  test('the OpenAI SDK', async () => {
    const baseURL = `http://127.0.0.1:${await start(serverOf(createWorld().verifier))}/v1`
    const models = (apiKey: string) => new OpenAI({ baseURL, apiKey, maxRetries: 0 }).models.list()
    expect((await models(GOOD)).data).toEqual(ANSWER.data)

    const refused = await models(BAD).then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(refused).toBeInstanceOf(AuthenticationError)
    expect(refused).toMatchObject({ status: 401 })
    expect((refused as AuthenticationError).headers.get('www-authenticate')).toContain('invalid_token')
    const unreadable = await models('two words').then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(unreadable).toBeInstanceOf(BadRequestError)
  })

  test('the Stripe SDK sends a good key', async () => {
    const port = await start(serverOf(createWorld().verifier))
    expect((await stripe(port, GOOD).customers.list()).data).toEqual(ANSWER.data)
  })
})

test('the Stripe SDK knows a refusal by `error` in the content, which onDenied can write', async () => {
  const app = express()
  const onDenied: bearwardExpress.OnDenied = ({ status, headers, code, problem }, _req, res) => {
    res
      .status(status)
      .set(headers)
      .json({ error: { type: 'invalid_request_error', code, message: problem.title } })
  }
  app.use(bearwardExpress.authenticate(createWorld().verifier, { onDenied }), (_req, res) => void res.json(ANSWER))
  const port = await start(createServer(app))

  expect((await stripe(port, GOOD).customers.list()).data).toEqual(ANSWER.data)
  const refused = await stripe(port, BAD)
    .customers.list()
    .then(
      () => undefined,
      (error: unknown) => error,
    )
  expect(refused).toBeInstanceOf(Stripe.errors.StripeAuthenticationError)
  expect(refused).toMatchObject({ statusCode: 401, code: 'invalid', message: 'The key is not accepted' })
})

function stripe(port: number, key: string): Stripe {
  return new Stripe(key, { protocol: 'http', host: '127.0.0.1', port, maxNetworkRetries: 0, telemetry: false })
}
