import { type Keys, makeKeys, ORDER_MASK } from './keys.ts'
import type { Run } from './suite.ts'

/** What frameworks read of a request of Node's `http`, with the fields that a client usually sends. */
interface Incoming {
  readonly method: string
  readonly url: string
  readonly httpVersionMajor: number
  readonly headers: Readonly<Record<string, string>>
  readonly rawHeaders: readonly string[]
}

/** What frameworks write to. */
interface Outgoing extends Readonly<Record<'on' | 'setHeader' | 'removeHeader' | 'writeHead' | 'end', unknown>> {
  statusCode: number
  readonly headersSent: boolean
}

/** Answers nobody: only the way there is measured. All of it own properties, for Express replaces the prototype. */
function outgoing(): Outgoing {
  return { statusCode: 0, headersSent: false, on: same, setHeader: same, removeHeader: same, writeHead, end: same }
}

function same<T>(this: T): T {
  return this
}

function writeHead<T extends { statusCode: number }>(this: T, status: number): T {
  this.statusCode = status
  return this
}

function incomingOf(authorization: string): Incoming {
  return {
    method: 'GET',
    url: '/v1/posts',
    httpVersionMajor: 1,
    headers: {
      host: 'localhost:3000',
      connection: 'keep-alive',
      'user-agent': 'curl/8.11.0',
      accept: 'application/json',
      'accept-encoding': 'gzip, br',
      authorization,
    },
    rawHeaders: [
      'Host',
      'localhost:3000',
      'Connection',
      'keep-alive',
      'User-Agent',
      'curl/8.11.0',
      'Accept',
      'application/json',
      'Accept-Encoding',
      'gzip, br',
      'Authorization',
      authorization,
    ],
  }
}

/** Handles one request; has ended when it returns, or when its promise has. */
export type Handle = (incoming: Incoming, outgoing: Outgoing) => unknown

/** Sends a request of one of the keys after the other and counts those that were answered 204 by the handler. */
export function requests(keys: Keys, handle: Handle): Run {
  let next = 0
  return async (iterations) => {
    let answered = 0
    for (let index = 0; index < iterations; index++) {
      const answer = outgoing()
      const header = keys.headers[keys.order[next++ & ORDER_MASK] as number] as string
      const done = handle(incomingOf(header), answer)
      if (done instanceof Promise) await done
      if (answer.statusCode === 204) answered++
    }
    return answered
  }
}

/** A suite's candidate: an application made from `size` keys. */
export function candidate(make: (keys: Keys) => Handle): (size: number) => Run {
  return (size) => {
    const keys = makeKeys(size)
    return requests(keys, make(keys))
  }
}
