import type { IncomingMessage, ServerResponse } from 'node:http'
import { schedule, systemClock } from '@bearward/core'
import { isHost } from './request-path.ts'

/** A request of Node's `http`, and what a framework has made of it. */
export interface NodeExchange {
  readonly message: IncomingMessage
  /** The request target as the client sent it: no framework has taken a part of it away. */
  readonly target: string
  /** What a body parser has read, where one stood in front. */
  readonly parsed?: unknown
  /** Runs before the body is read, if it is read at all. */
  readonly onRead?: () => void
}

/** Methods that a `Request` cannot have (Fetch §2.2.1). None of them is answered with anything but 405. */
const FORBIDDEN = new Set(['CONNECT', 'TRACE', 'TRACK'])

/** The same as a web-standard request. Its body is read when the console asks for it, and no sooner. */
export function webRequestOf(exchange: NodeExchange): Request {
  const { message, target } = exchange
  // The client may go away at any moment, also when nothing reads or waits any more.
  message.on('error', () => {})
  const { method = 'GET', headers: own, rawHeaders } = message
  const headers = new Headers()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2)
    if (!name.startsWith(':')) headers.append(name, value)
  }
  const host = String(own[':authority'] ?? own.host ?? '')
  // Beside another Host it makes a value that is refused (RFC 9113 §8.3.1).
  if (host !== '' && headers.get('Host') !== host) headers.append('Host', host)
  const url = new URL(`http://${isHost(host) ? host : 'localhost'}${target}`)
  if (FORBIDDEN.has(method)) return new Request(url, { method: 'OPTIONS', headers })
  if (method === 'GET' || method === 'HEAD') return new Request(url, { method, headers })
  const parsed = parsedBody(exchange)
  if (parsed === undefined) {
    return new Request(url, { method, headers, body: streamOf(exchange), duplex: 'half' } as RequestInit)
  }
  // The parser has also unpacked it.
  headers.delete('Content-Length')
  headers.delete('Content-Encoding')
  return new Request(url, { method, headers, body: parsed })
}

/** The body that a parser in front has read; `undefined` where it was not read. */
function parsedBody({ message, parsed }: NodeExchange): Uint8Array<ArrayBuffer> | string | undefined {
  if (!message.readableEnded || parsed === undefined) return undefined
  if (typeof parsed === 'string' || parsed instanceof Uint8Array) return parsed as Uint8Array<ArrayBuffer> | string
  return JSON.stringify(parsed)
}

/** Reads nothing ahead, and leaves the message as it was when it is cancelled: destroyed, it would take the answer along. */
function streamOf({ message, onRead }: NodeExchange): ReadableStream<Uint8Array> {
  let detach: (() => void) | undefined
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (detach === undefined) {
          onRead?.()
          detach = attach(message, controller)
        }
        message.resume()
      },
      cancel: () => detach?.(),
    },
    { highWaterMark: 0 },
  )
}

/** @returns removes the listeners */
function attach(message: IncomingMessage, controller: ReadableStreamDefaultController<Uint8Array>): () => void {
  const onData = (chunk: Uint8Array): void => {
    message.pause()
    controller.enqueue(chunk)
  }
  const onEnd = (): void => {
    detach()
    controller.close()
  }
  const onLost = (): void => {
    detach()
    controller.error(message.errored)
  }
  const detach = (): void =>
    void message.off('data', onData).off('end', onEnd).off('error', onLost).off('close', onLost)
  if (message.readableEnded) controller.close()
  else if (message.destroyed) onLost()
  else message.on('data', onData).on('end', onEnd).on('error', onLost).on('close', onLost)
  return detach
}

/** What a client may still send after it was refused: so long that it can read the answer, and no longer. */
const LINGER_MS = 500

/**
 * Writes a web-standard answer. Where the body was not read to its end, the connection ends with the answer: what is left of
 * the body is discarded for half a second, because a client that is cut off while it sends may lose the answer.
 */
export async function writeAnswer(answer: Response, response: ServerResponse): Promise<void> {
  const body = Buffer.from(await answer.arrayBuffer())
  if (response.destroyed) return
  const { req: message } = response
  const isHttp2 = message.httpVersionMajor >= 2
  response.statusCode = answer.status
  for (const [name, value] of answer.headers) {
    if (name !== 'set-cookie' && !(isHttp2 && name === 'connection')) response.setHeader(name, value)
  }
  const cookies = answer.headers.getSetCookie()
  if (cookies.length > 0) response.appendHeader('Set-Cookie', cookies)
  if (message.complete) {
    response.end(body)
    return
  }
  if (!isHttp2) response.setHeader('Connection', 'close')
  response.setHeader('Content-Length', body.length)
  response.write(body)
  await discardRest(message)
  response.end()
}

/** Resolves when the rest of the body has come, or has not come in time, or the client has gone away. */
function discardRest(message: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    const cancel = schedule(systemClock, LINGER_MS, resolve)
    const done = (): void => {
      cancel()
      resolve()
    }
    message.once('end', done).once('close', done).once('error', done).resume()
  })
}
