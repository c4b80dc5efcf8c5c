import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { keyFormat } from '@bearward/core'
import { createKeyring, memoryStore } from '@bearward/keyring'
import { afterEach, describe, expect, test } from 'vitest'
import { serveConsole } from '../src/local.ts'
import { closeServers, frameworks, listen } from './support/frameworks.ts'
import { createWorld, type World } from './support/world.ts'

afterEach(closeServers)

let attempts = 0

/** The head of a request that issues a key, and of a body of this length, or in chunks. */
function head(user: string, length: number | 'chunked', more = ''): string {
  const framing = length === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`
  return [
    'POST /settings/keys/api/keys HTTP/1.1',
    'Host: x',
    `X-User: ${user}`,
    `Idempotency-Key: body-${attempts++}`,
    'Content-Type: application/json',
    framing,
    `${more}\r\n`,
  ].join('\r\n')
}

interface Manners {
  readonly whileWaiting?: () => void
  /** Whether the client ends the connection when it has been told that it will end. */
  readonly hangsUp?: boolean
}

/** Sends bytes, and answers what came back until the connection ended. */
async function converse(
  origin: string,
  bytes: string,
  { whileWaiting = () => {}, hangsUp = false }: Manners = {},
): Promise<string> {
  const { hostname, port } = new URL(origin)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  let answer = ''
  socket.setEncoding('latin1').on('data', (text: string) => {
    answer += text
    if (hangsUp && /^connection: close\r$/im.test(answer)) socket.end()
  })
  let isOver = false
  const end = once(socket, 'close').then(() => {
    isOver = true
  })
  socket.write(bytes)
  while (!isOver) {
    whileWaiting()
    await Promise.race([end, wait(10)])
  }
  return answer
}

const statusOf = (answer: string) => answer.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length)

describe.each(frameworks)('%s', (_name, mount) => {
  async function serve(): Promise<World & { origin: string }> {
    const world = createWorld()
    return Object.assign(world, { origin: await listen(mount(world.console)) })
  }

  test('refuses a stranger without waiting for the body, and ends the connection', async () => {
    const { origin, failures } = await serve()
    expect(statusOf(await converse(origin, head('nobody', 100)))).toBe('401')
    expect(statusOf(await converse(origin, head('nobody', 'chunked'), { hangsUp: true }))).toBe('401')
    expect(failures).toEqual([])
  })

  test('refuses a body that says that it is too long without waiting for it', async () => {
    const { origin } = await serve()
    const answer = await converse(origin, head('alice', 65_537), { hangsUp: true })
    expect([statusOf(answer), /^connection: close\r$/im.test(answer)]).toEqual(['413', true])
  })

  test('gives a body ten seconds, and then ends the connection', async () => {
    const { origin, clock, keyring } = await serve()
    const parts = [`${head('alice', 100)}{"name":`, `${head('alice', 'chunked')}5\r\n{"nam\r\n`, head('alice', 2)]
    for (const part of parts) {
      let waited = 0
      const whileWaiting = () => {
        clock.advance(500)
        waited += 500
      }
      const answer = await converse(origin, part, { whileWaiting, hangsUp: true })
      expect([statusOf(answer), answer.includes('"code":"too_slow"')]).toEqual(['408', true])
      expect(answer).toMatch(/^connection: close\r$/im)
      expect(waited).toBeGreaterThanOrEqual(10_000)
    }
    expect((await keyring.list()).keys).toEqual([])
  })

  test('reads chunks of one byte with extensions, and a trailer', async () => {
    const { origin, keyring } = await serve()
    const chunks = Array.from('{"name":"x"}', (character) => `1;a="b"\r\n${character}\r\n`).join('')
    const answer = await converse(
      origin,
      `${head('alice', 'chunked', 'Connection: close\r\n')}${chunks}0\r\nX: y\r\n\r\n`,
    )
    expect(statusOf(answer)).toBe('201')
    expect((await keyring.list()).keys).toHaveLength(1)
  })
})

test('the console of one person asks for a body only once it knows who sends it', async () => {
  const keyring = createKeyring({ store: memoryStore(), format: keyFormat({ prefix: 'acme' }) })
  const console = await serveConsole({ keyring })
  try {
    const { origin, host } = new URL(console.url)
    const [cookie = ''] = (await fetch(console.url, { redirect: 'manual' })).headers.getSetCookie()
    const body = JSON.stringify({ owner: null })
    const start = (fields: string) =>
      `POST /api/keys HTTP/1.1\r\nHost: ${host}\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n${fields}`
    const refused = await converse(origin, start('\r\n'))
    expect(refused).toMatch(/^HTTP\/1\.1 401 /)
    const fields = `Cookie: ${cookie.replace(/;.*/, '')}\r\nIdempotency-Key: a\r\nConnection: close\r\n\r\n`
    const answered = await converse(origin, start(fields) + body)
    expect(answered).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 201 /)
  } finally {
    await console.close()
  }
})

test('many connections in chunks of one byte hold about as many bytes as the console takes of each', async () => {
  const child = fork(join(import.meta.dirname, 'support/hold-connections.ts'), { execArgv: ['--expose-gc'] })
  const [{ sent, held }] = (await once(child, 'message')) as [{ sent: number; held: number }]
  // Each connection has objects of its own besides: a socket, a parser, a request.
  expect(held / sent).toBeLessThan(20)
}, 60_000)
