// A server with a protected route and an open one, that counts what its resolvers are asked. Started with --expose-gc.
import { hash } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createVerifier, DAY, localChannel } from '@bearward/core'
import { authenticate } from '@bearward/express'
import createApp, { type RequestHandler } from 'express'
import { format } from '../keys.ts'

const NEGATIVE_MS = 1000
const KEYS = 100

/** What the server is when it has started. */
export interface Started {
  readonly port: number
  /** Tokens that `/protected` accepts. */
  readonly tokens: readonly string[]
  /** One that is well-formed, and nobody's. */
  readonly unknown: string
  /** How long `/bounded` takes an unknown token for unknown without asking again. */
  readonly negativeMs: number
}

/** Calls of the resolvers and bytes in use, since the server began. */
export interface Figures {
  readonly protectedCalls: number
  readonly boundedCalls: number
  readonly heapBytes: number
}

const tokens = Array.from({ length: KEYS }, () => format.generate('live'))
const rows = new Map(tokens.map((token, index) => [hash('sha256', token, 'hex'), { id: `key_${index}` }]))
let protectedCalls = 0
let boundedCalls = 0
const protecting = createVerifier({
  format,
  // No record is read again during the run for its age: every call is the doing of a request.
  cache: { max: 10_000, channel: localChannel(), maxAgeMs: DAY },
  resolve: async (digest) => {
    protectedCalls++
    return rows.get(digest) ?? null
  },
})
const bounded = createVerifier({
  format,
  cache: { max: 10_000, maxStalenessMs: NEGATIVE_MS },
  resolve: async () => {
    boundedCalls++
    return null
  },
})

const answer: RequestHandler = (_req, res) => void res.json({ posts: [] })
const app = createApp().disable('x-powered-by').disable('etag')
app.get('/open', answer)
app.get('/protected', authenticate(protecting), answer)
app.get('/bounded', authenticate(bounded), answer)
const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')
// A machine that stands still for a while must not make it hang up.
server.keepAliveTimeout = 0

process.on('message', () => {
  globalThis.gc?.()
  const { heapUsed: heapBytes } = process.memoryUsage()
  process.send?.({ protectedCalls, boundedCalls, heapBytes } satisfies Figures)
})
process.on('disconnect', () => process.exit())
const { port } = server.address() as AddressInfo
process.send?.({ port, tokens, unknown: format.generate('live'), negativeMs: NEGATIVE_MS } satisfies Started)
