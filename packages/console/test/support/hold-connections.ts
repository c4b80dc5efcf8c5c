// Holds connections open whose bodies came in chunks of one byte; needs --expose-gc
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import express from 'express'
import { expressConsole } from '../../src/express.ts'
import { createWorld } from './world.ts'

const [CONNECTIONS, BYTES] = [20, 20_000]

function held(): number {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const server = createServer(express().use(expressConsole(createWorld().console))).listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as AddressInfo

let received = 0
server.on('connection', (socket) => socket.on('data', (bytes: Uint8Array) => (received += bytes.length)))

const request = (index: number) =>
  `POST /settings/keys/api/keys HTTP/1.1\r\nHost: x\r\nX-User: alice\r\nIdempotency-Key: ${index}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${'1\r\n{\r\n'.repeat(BYTES)}`

const before = held()
for (let index = 0; index < CONNECTIONS; index++) connect(port, '127.0.0.1').write(request(index))
const all = CONNECTIONS * request(0).length
while (received < all) await new Promise((resolve) => setTimeout(resolve, 20))
// What has been received is handed on in the turns that follow.
for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
process.send?.({ sent: CONNECTIONS * BYTES, held: held() - before }, () => process.exit())
