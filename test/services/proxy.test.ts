import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startProxy, type TcpProxy } from './src/index.ts'

let proxy: TcpProxy
let close: () => void

/** What reached the server, in order. It answers each piece with the same bytes. */
let arrived: string[]

beforeEach(async () => {
  arrived = []
  const echo = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      arrived.push(String(chunk))
      socket.write(chunk)
    })
    socket.on('end', () => socket.end('over'))
  })
  await once(echo.listen(0, '127.0.0.1'), 'listening')
  proxy = await startProxy({ to: (echo.address() as AddressInfo).port })
  close = () => echo.close()
})

afterEach(async () => {
  await proxy.close()
  close()
})

async function open(): Promise<Socket> {
  const client = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true })
  await once(client, 'connect')
  return client
}

async function ask(client: Socket, question: string): Promise<string> {
  const answer = once(client, 'data')
  client.write(question)
  return String(await answer)
}

test('forwards bytes and the end of them', async () => {
  const client = await open()
  expect(await ask(client, 'hello')).toBe('hello')
  client.end('and')
  expect(await text(client)).toBe('andover')
})

test('forwards more than the sockets hold', async () => {
  const client = await open()
  const much = 'x'.repeat(8_000_000)
  client.end(much)
  expect(await text(client)).toBe(`${much}over`)
})

test('drop() cuts what is open and accepts what comes', async () => {
  const client = await open()
  await ask(client, 'hello')
  const ended = once(client, 'end')
  proxy.drop()
  await ended
  expect(await ask(await open(), 'again')).toBe('again')
})

test('refuse() turns new connections away and leaves the open ones', async () => {
  const client = await open()
  await ask(client, 'hello')
  await proxy.refuse(true)
  await expect(open()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  expect(await ask(client, 'still')).toBe('still')
  await proxy.refuse(false)
  expect(await ask(await open(), 'again')).toBe('again')
})

test('pause() accepts and holds, resume() lets go in order', async () => {
  const before = await open()
  await ask(before, 'hello')
  proxy.pause()
  const during = await open()
  before.write('one')
  during.end('two')
  // A connection that is not held is ahead of both: time enough for them to arrive, if they could.
  await untilOthersPassed()
  expect(arrived).toEqual(['hello'])
  expect(before.readableEnded || during.readableEnded).toBe(false)

  const answer = once(before, 'data')
  proxy.resume()
  expect(String((await answer)[0])).toBe('one')
  expect(await text(during)).toBe('twoover')
})

test('delay() keeps the order, and resume() ends it', async () => {
  const client = await open()
  await ask(client, 'hello')
  proxy.delay(3_600_000)
  client.write('one')
  await untilOthersPassed()
  expect(arrived).toEqual(['hello'])
  proxy.delay(50)
  expect(await ask(client, 'two')).toBe('one')
  await once(client, 'data')
  expect(arrived).toEqual(['hello', 'one', 'two'])

  proxy.delay(3_600_000)
  client.write('three')
  await untilOthersPassed()
  const answer = once(client, 'data')
  proxy.resume()
  expect(String((await answer)[0])).toBe('three')
})

test('pause() holds what delay() has kept', async () => {
  const client = await open()
  await ask(client, 'hello')
  proxy.delay(3_600_000)
  client.write('one')
  await untilOthersPassed()
  proxy.pause()
  proxy.delay(0)
  await untilOthersPassed()
  expect(arrived).toEqual(['hello'])
  const answer = once(client, 'data')
  proxy.resume()
  expect(String((await answer)[0])).toBe('one')
})

test('strand() holds the connections that are open, and lets new ones pass', async () => {
  const old = await open()
  await ask(old, 'hello')
  proxy.strand()
  old.write('lost')
  proxy.resume()
  await ask(await open(), 'new')
  await untilOthersPassed()
  expect(arrived).toEqual(['hello', 'new'])
  proxy.drop()
  await once(old.resume(), 'end')
})

test('a server that is gone ends the connection', async () => {
  close()
  const client = await open()
  await once(client, 'end')
})

/** Bytes on another way through the same event loop, several times to and fro. */
async function untilOthersPassed(): Promise<void> {
  const other = createServer((socket) => socket.pipe(socket))
  await once(other.listen(0, '127.0.0.1'), 'listening')
  const client = connect((other.address() as AddressInfo).port, '127.0.0.1')
  for (let i = 0; i < 20; i++) await ask(client, 'around')
  client.destroy()
  other.close()
}
