import type { IncomingMessage, ServerResponse } from 'node:http'
import { MAX_BODY_BYTES } from './json-body.ts'
import { isHost } from './request-path.ts'

/** A request of Node's `http`, and what a framework has made of it. */
export interface NodeExchange {
  readonly message: IncomingMessage
  /** The request target as the client sent it: no framework has taken a part of it away. */
  readonly target: string
  /** What a body parser has read, where one stood in front. */
  readonly parsed?: unknown
}

/** Methods that a `Request` cannot have (Fetch §2.2.1). None of them is answered with anything but 405. */
const FORBIDDEN = new Set(['CONNECT', 'TRACE', 'TRACK'])

/**
 * The same as a web-standard request, its body read up to what the console takes.
 *
 * @returns `undefined` when the client has gone away meanwhile
 */
export async function webRequestOf(exchange: NodeExchange): Promise<Request | undefined> {
  const { message, target } = exchange
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
  try {
    return new Request(url, { method, headers, body: await readBody(exchange, headers) })
  } catch (error) {
    if (message.destroyed && !message.complete) return undefined
    throw error
  }
}

async function readBody(
  { message, parsed }: NodeExchange,
  headers: Headers,
): Promise<Uint8Array<ArrayBuffer> | string> {
  if (message.readableEnded && parsed !== undefined) {
    // Whoever parsed it has also unpacked it.
    headers.delete('Content-Length')
    headers.delete('Content-Encoding')
    return typeof parsed === 'string' || parsed instanceof Uint8Array
      ? (parsed as Uint8Array<ArrayBuffer>)
      : JSON.stringify(parsed)
  }
  // Told to be too long: it is refused by what it says, and not read.
  if (Number(headers.get('content-length') ?? 0) > MAX_BODY_BYTES) return ''
  const chunks: Uint8Array[] = []
  let length = 0
  // A stream that is destroyed takes the socket along, and with it the answer.
  for await (const chunk of message.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Uint8Array)
    length += (chunk as Uint8Array).byteLength
    if (length > MAX_BODY_BYTES) break
  }
  return Buffer.concat(chunks)
}

/** Writes a web-standard answer. */
export async function writeAnswer(answer: Response, response: ServerResponse): Promise<void> {
  const body = Buffer.from(await answer.arrayBuffer())
  if (response.destroyed) return
  response.statusCode = answer.status
  for (const [name, value] of answer.headers) if (name !== 'set-cookie') response.setHeader(name, value)
  const cookies = answer.headers.getSetCookie()
  if (cookies.length > 0) response.appendHeader('Set-Cookie', cookies)
  response.end(body)
}
