import { createServer } from 'node:http'
import * as bearwardExpress from '@bearward/express'
import express from 'express'
import OpenAI, { AuthenticationError, BadRequestError } from 'openai'
import Stripe from 'stripe'
import { describe, expect, test } from 'vitest'
import { isMissing, run } from './programs.ts'
import { ANSWER, servers, start } from './servers.ts'
import { createWorld } from './world.ts'

const GOOD = 'reader-key'
const BAD = 'unknown-key'

/** The status, the fields and the content of what curl received. */
async function curl(...parameters: string[]): Promise<{ status: number; text: string }> {
  const { stdout } = await run('curl', ['--silent', '--show-error', '--include', ...parameters])
  return { status: Number(stdout.split(' ')[1]), text: stdout }
}

const isWithoutCurl = await isMissing('curl')

describe.each(Object.entries(servers))('%s', (_, serverOf) => {
  test.skipIf(isWithoutCurl)('curl --oauth2-bearer', async () => {
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

  test.skipIf(isWithoutCurl)('curl --user token:, where Basic is enabled', async () => {
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
