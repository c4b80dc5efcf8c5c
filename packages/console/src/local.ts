import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AnyKeyring } from '@bearward/keyring'
import { type Console, createConsole } from './console.ts'
import { webRequestOf, writeAnswer } from './node-http.ts'
import { pathOfTarget } from './request-path.ts'

/** What `serveConsole()` takes. */
export interface LocalConsoleOptions {
  /** Whose keys they are: all of them can be seen and changed. */
  readonly keyring: AnyKeyring
  /** 0 to 65535. Default 0: a free one. */
  readonly port?: number | undefined
  /** Who it is, for the audit trail. Default `local`. */
  readonly actor?: string | undefined
  /** Address of your API for the `curl` line beside a new token, http or https. Default: a placeholder. */
  readonly exampleUrl?: string | undefined
  /** Is told why an answer was 503. Default: one line on the console, without the cause. */
  readonly onFailure?: ((error: unknown) => void) | undefined
}

/** A console that is being served. */
export interface LocalConsole {
  /** Where a person signs in, once. Whoever has it first may do everything: show it to nobody else. */
  readonly url: string
  /** The port that it listens on. */
  readonly port: number
  /** Ends it, and every connection to it. */
  close(): Promise<void>
}

const HOST = '127.0.0.1'
const LOGIN_PATH = '/login'

/**
 * Serves the console of a keyring to one person on this machine: bound to loopback, all owners, signed in by an address that
 * works once. The keyring stays open when it ends.
 *
 * @param options `keyring` must be given
 * @throws {TypeError} naming the option that cannot be used
 * @throws {Error} when the port is taken
 * @example
 * ```ts
 * import { serveConsole } from '@bearward/console/local'
 * import { keyFormat } from '@bearward/core'
 * import { createKeyring, memoryStore } from '@bearward/keyring'
 *
 * const keyring = createKeyring({ store: memoryStore(), format: keyFormat({ prefix: 'acme' }) })
 * const { url, close } = await serveConsole({ keyring })
 * console.log(`Open ${url}`)
 * await close()
 * ```
 */
export async function serveConsole(options: LocalConsoleOptions): Promise<LocalConsole> {
  const { keyring, port: wanted = 0, actor = 'local', exampleUrl, onFailure } = options
  if (!Number.isInteger(wanted) || wanted < 0 || wanted > 65_535) {
    throw new TypeError('serveConsole: option `port` must be a whole number from 0 to 65535')
  }
  const login = new Login()
  const console = createConsole({
    keyring,
    basePath: '/',
    exampleUrl,
    onFailure,
    authorize: (request) => (login.isSignedIn(request) ? { actor, operator: true } : signInFirst()),
  })
  const server = createServer((message, response) => void serve(message, response, console, login))
  // A client that asks first whether to send its body is told so when the body is wanted.
  server.on('checkContinue', (message: IncomingMessage, response: ServerResponse) => {
    void serve(message, response, console, login, () => response.writeContinue())
  })
  server.listen(wanted, HOST)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  login.port = port
  return {
    url: `http://${HOST}:${port}${LOGIN_PATH}?once=${login.secret}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function serve(
  message: IncomingMessage,
  response: ServerResponse,
  console: Console,
  login: Login,
  onRead?: () => void,
): Promise<void> {
  const { url: target = '' } = message
  const refuse = () =>
    response.headersSent ? response.destroy() : response.writeHead(400, { Connection: 'close' }).end()
  // Not in origin form (RFC 9112 §3.2.1): for a proxy, or for no path at all.
  if (!target.startsWith('/')) return void refuse()
  try {
    const request = webRequestOf({ message, target, ...(onRead !== undefined && { onRead }) })
    await writeAnswer(await answer(request, message, target, console, login), response)
  } catch {
    // No request that a `Request` could be made of.
    refuse()
  }
}

async function answer(
  request: Request,
  { headers, socket }: IncomingMessage,
  target: string,
  console: Console,
  login: Login,
): Promise<Response> {
  // A name that somebody else's DNS makes point here is the way of a foreign page to this port.
  if (!login.hosts.includes(headers.host ?? '')) return plain(421, 'Open this by the address that was printed.')
  if (pathOfTarget(target) !== LOGIN_PATH) return console.fetch(request, { address: socket.remoteAddress, target })
  const secret = new URL(request.url).searchParams.get('once') ?? ''
  const cookie = request.method === 'GET' ? login.signIn(secret) : undefined
  return cookie === undefined ? signInFirst() : signedIn(cookie)
}

/** One secret in an address, which is taken once, and one in a cookie, which it is exchanged for. */
class Login {
  readonly secret: string = newSecret()
  readonly #session: string = newSecret()
  #isUsed = false
  port = 0

  get hosts(): string[] {
    return [`${HOST}:${this.port}`, `localhost:${this.port}`]
  }

  /** @returns the cookie, for the first who has the secret */
  signIn(secret: string): string | undefined {
    if (!isSame(secret, this.secret) || this.#isUsed) return undefined
    this.#isUsed = true
    return `${this.#cookieName}=${this.#session}; HttpOnly; SameSite=Strict; Path=/`
  }

  isSignedIn(request: Request): boolean {
    const cookies = (request.headers.get('cookie') ?? '').split(/;\s*/)
    const own = cookies.filter((cookie) => cookie.startsWith(`${this.#cookieName}=`))
    return own.some((cookie) => isSame(cookie.slice(this.#cookieName.length + 1), this.#session))
  }

  /** Cookies know no ports: two consoles must not sign each other out. */
  get #cookieName(): string {
    return `bearward_console_${this.port}`
  }
}

function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** In constant time, whatever the lengths. */
function isSame(left: string, right: string): boolean {
  const [one, other] = [left, right].map((text) => createHash('sha256').update(text).digest()) as [Buffer, Buffer]
  return timingSafeEqual(one, other)
}

function signedIn(cookie: string): Response {
  const headers = { Location: '/', 'Set-Cookie': cookie, 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' }
  return new Response(null, { status: 303, headers })
}

function signInFirst(): Response {
  return plain(401, 'Open the address that was printed; it signs in once. For another one, start the console again.')
}

function plain(status: number, text: string): Response {
  return new Response(`${text}\n`, {
    status,
    headers: {
      'Content-Type': 'text/plain; charset=utf-8',
      'Cache-Control': 'no-store',
      ...(status === 401 && { 'WWW-Authenticate': 'Application realm="console"' }),
    },
  })
}
