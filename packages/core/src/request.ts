import { readBasic } from './basic.ts'
import type { ChallengeScheme } from './challenge.ts'
import {
  type Credential,
  type FieldValue,
  MALFORMED,
  MISSING,
  readAuthorization,
  readWholeField,
  readWholeValue,
  type Schemes,
} from './header.ts'
import type { TokenReader } from './token.ts'

/**
 * Where a request may carry its credentials. `Authorization: Bearer` is read unless `bearer` is `false`; everything
 * else only where it is named here. A request that carries two of them is malformed (RFC 6750 §2). A field or parameter
 * that is empty, or holds spaces and tabs alone, carries none.
 */
export interface CredentialSources {
  /** `Authorization: Bearer <token>`, which challenges then ask for. Default `true`. */
  readonly bearer?: boolean
  /**
   * `Authorization: Basic`, RFC 7617, as Stripe's clients send it: the token as user-id, no password. Challenges ask for it
   * where `bearer` is `false`. Default `false`.
   */
  readonly basic?: boolean
  /** Another header whose whole value is the token, such as `'X-API-Key'`. Default: none. */
  readonly header?: string
  /**
   * A parameter of the query string. Tokens in addresses end up in logs and histories: for clients that can set no
   * header, and for nothing else (RFC 6750 §5.3). Default: none.
   */
  readonly query?: string
}

/** What the verifier reads of a request. Adapters make one with `nodeRequest()` or `webRequest()`. */
export interface RequestFields {
  /** All fields of this name (given in lower case): absent, one, or several. */
  field(name: string): FieldValue
  /** The query string of the request target, with or without its `?`, or the empty string. */
  query(): string
  /** The client's address, for the `accepted` event; asked for only while somebody listens to that. */
  address?(): string | undefined
  /**
   * Lets work go on after the response was sent, on runtimes that end a request's work with it: `waitUntil` of Cloudflare's
   * execution context. For listeners of the `accepted` event.
   */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined
}

/** The part of Node's `IncomingMessage` that is read; Express and Koa hand it over as it is. */
export interface NodeMessage {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly rawHeaders?: readonly string[]
  readonly url?: string | undefined
  readonly socket?: Peer['socket']
}

/** Who knows the client's address: a framework that can see past a proxy, or else the connection. */
interface Peer {
  /** As `req.ip` of Express and `ctx.ip` of Koa: they honour what the application says of its proxies. */
  readonly ip?: string | undefined
  readonly socket?: { readonly remoteAddress?: string | undefined } | null | undefined
}

/** The part of a Fetch API `Request` that is read. */
export interface WebMessage {
  readonly headers: { get(name: string): string | null }
  readonly url: string
}

/**
 * A request of Node's `http` as the verifier reads it. `message.headers` shows only the first of two `Authorization`
 * fields, so the raw fields are counted too.
 *
 * @param message an `IncomingMessage`: `req` in Express, `ctx.req` in Koa
 * @param peer who knows the client's address. Default: `message`, by its socket alone
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { createVerifier, nodeRequest } from '@bearward/core'
 *
 * const verifier = createVerifier({ resolve: () => null })
 * createServer(async (req, res) => {
 *   const verdict = await verifier.verifyRequest(nodeRequest(req))
 *   res.writeHead(verdict.ok ? 204 : verdict.denial.status, verdict.ok ? {} : { ...verdict.denial.headers })
 *   res.end(verdict.ok ? undefined : verdict.denial.body)
 * })
 * ```
 */
export function nodeRequest(message: NodeMessage, peer?: Peer): RequestFields {
  return new NodeRequest(message, peer)
}

/**
 * Makes the `waitUntil` of a request from a framework's context. Where the runtime has no execution context, work does not end with
 * the response, and the function does nothing.
 *
 * @param context has the runtime's execution context, or a getter that throws where there is none, as in Hono
 * @example
 * ```ts
 * import { waitUntilIn, webRequest } from '@bearward/core'
 *
 * declare const c: { req: { raw: Request }; executionCtx: { waitUntil(work: Promise<unknown>): void } }
 * const request = webRequest(c.req.raw, undefined, waitUntilIn(c))
 * ```
 */
export function waitUntilIn(context: {
  readonly executionCtx?: { waitUntil(work: Promise<unknown>): void } | undefined
}): (work: Promise<unknown>) => void {
  return (work) => {
    let execution: typeof context.executionCtx
    try {
      execution = context.executionCtx
    } catch {
      return
    }
    execution?.waitUntil(work)
  }
}

/**
 * A Fetch API `Request` as the verifier reads it; `Headers` joins repeated fields with a comma, which no token has.
 *
 * @param request a `Request`: `c.req.raw` in Hono, the argument of a `fetch` handler
 * @param peer who knows the client's address, where the runtime has such. Default: nobody
 * @param waitUntil lets work go on after the response, such as `(work) => ctx.waitUntil(work)`. Default: none
 * @example
 * ```ts
 * import { createVerifier, webRequest } from '@bearward/core'
 *
 * const verifier = createVerifier({ resolve: () => null })
 * export default {
 *   async fetch(request: Request): Promise<Response> {
 *     const verdict = await verifier.verifyRequest(webRequest(request))
 *     if (!verdict.ok) return new Response(verdict.denial.body, verdict.denial)
 *     return new Response(`hello ${verdict.principal.keyId}`)
 *   },
 * }
 * ```
 */
export function webRequest(
  request: WebMessage,
  peer?: Peer,
  waitUntil?: (work: Promise<unknown>) => void,
): RequestFields {
  return new WebRequest(request, peer, waitUntil)
}

class NodeRequest implements RequestFields {
  readonly #message: NodeMessage
  readonly #peer: Peer | undefined

  constructor(message: NodeMessage, peer: Peer | undefined) {
    this.#message = message
    this.#peer = peer
  }

  field(name: string): FieldValue {
    return countFields(this.#message.rawHeaders, name) > 1 ? TWO_FIELDS : this.#message.headers[name]
  }

  query(): string {
    return queryOf(this.#message.url ?? '')
  }

  address(): string | undefined {
    return addressOf(this.#peer) ?? this.#message.socket?.remoteAddress
  }
}

class WebRequest implements RequestFields {
  readonly #request: WebMessage
  readonly #peer: Peer | undefined
  readonly waitUntil: RequestFields['waitUntil']

  constructor(request: WebMessage, peer: Peer | undefined, waitUntil: RequestFields['waitUntil']) {
    this.#request = request
    this.#peer = peer
    this.waitUntil = waitUntil
  }

  field(name: string): FieldValue {
    return this.#request.headers.get(name)
  }

  query(): string {
    return queryOf(this.#request.url)
  }

  address(): string | undefined {
    return addressOf(this.#peer)
  }
}

function addressOf(peer: Peer | undefined): string | undefined {
  return peer?.ip ?? peer?.socket?.remoteAddress
}

/** Stands for any repeated field: what the fields hold does not matter any more. */
const TWO_FIELDS: readonly string[] = Object.freeze(['', ''])

/** Node's `rawHeaders` is a flat list: name, value, name, value. */
function countFields(rawHeaders: readonly string[] | undefined, name: string): number {
  if (rawHeaders === undefined) return 0
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const candidate = rawHeaders[index] as string
    if (candidate.length === name.length && candidate.toLowerCase() === name) count++
  }
  return count
}

function queryOf(target: string): string {
  const mark = target.indexOf('?')
  if (mark === -1) return ''
  const fragment = target.indexOf('#', mark)
  return fragment === -1 ? target.slice(mark + 1) : target.slice(mark + 1, fragment)
}

/**
 * The schemes of the `Authorization` field that are enabled.
 *
 * @param reader of a format that proves the grammar, if there is one
 */
export function schemesOf({ bearer = true, basic = false }: CredentialSources, reader?: TokenReader): Schemes {
  return { bearer, readToken: reader, ...(basic && { basic: readBasic }) }
}

/**
 * The scheme that challenges name. `Bearer` wherever it is read, because a Basic challenge makes a browser ask for a
 * password; `Basic` where the `Authorization` field carries nothing else, because wget, git and `curl --anyauth` send a
 * key only to a server that asks for it so. A header or a parameter has no scheme to name: `Bearer` stands for those.
 */
export function challengeSchemeOf({ bearer = true, basic = false }: CredentialSources): ChallengeScheme {
  return basic && !bearer ? 'Basic' : 'Bearer'
}

/** Reads the one credential of a request from the sources that were enabled. */
export type CredentialReader = (request: RequestFields) => Credential

/** Makes the reader once, so that a request pays only for the sources that were enabled. */
export function credentialReader(
  sources: CredentialSources,
  maxTokenLength: number,
  schemes: Schemes = schemesOf(sources),
): CredentialReader {
  const readers: CredentialReader[] = []
  const { bearer = true, basic = false, header, query } = sources
  if (bearer || basic) {
    readers.push((request) => readAuthorization(request.field('authorization'), maxTokenLength, schemes))
  }
  if (header !== undefined) {
    const name = header.toLowerCase()
    readers.push((request) => readWholeField(request.field(name), maxTokenLength))
  }
  if (query !== undefined) readers.push((request) => readParameter(request.query(), query, maxTokenLength))
  const [first] = readers
  return readers.length === 1 && first !== undefined ? first : (request) => onlyOne(readers, request)
}

function onlyOne(readers: readonly CredentialReader[], request: RequestFields): Credential {
  let found: Credential = MISSING
  for (const read of readers) {
    const credential = read(request)
    if (credential === MISSING) continue
    // RFC 6750 §2: "Clients MUST NOT use more than one method to transmit the token in each request."
    if (found !== MISSING) return MALFORMED
    found = credential
  }
  return found
}

function readParameter(query: string, name: string, maxTokenLength: number): Credential {
  if (query === '') return MISSING
  let found: string | undefined
  for (const [parameter, value] of new URLSearchParams(query)) {
    if (parameter !== name && !parameter.startsWith(`${name}[`)) continue
    if (found !== undefined || parameter !== name) return MALFORMED
    found = value
  }
  return found === undefined ? MISSING : readWholeValue(found, maxTokenLength)
}
