import type { Context, MiddlewareHandler } from 'hono'
import type { Console } from './console.ts'
import { pathOfUrl, pathUnder } from './request-path.ts'

/**
 * Mounts a console in Hono, wherever Hono runs. What is not under its `basePath` goes on to the next handler.
 * `authorize` is given Hono's context as its second argument; the address in the audit trail is that of the socket, where Hono
 * runs on Node.
 *
 * @param console made by `createConsole()`
 * @example
 * ```ts
 * import { createConsole } from '@bearward/console'
 * import { honoConsole } from '@bearward/console/hono'
 * import { keyFormat } from '@bearward/core'
 * import { createKeyring, memoryStore } from '@bearward/keyring'
 * import { type Context, Hono } from 'hono'
 *
 * const keyring = createKeyring({ store: memoryStore(), format: keyFormat({ prefix: 'acme' }) })
 * const keys = createConsole({
 *   keyring,
 *   basePath: '/keys',
 *   authorize: (_request, c: Context) => c.get('user') && { actor: c.get('user').id, owner: c.get('user').account },
 * })
 * export default new Hono().use(honoConsole(keys))
 * ```
 */
export function honoConsole(console: Console<Context>): MiddlewareHandler {
  return async (c, next) => {
    const { raw } = c.req
    // Not `c.req.path`, which Hono has decoded.
    if (pathUnder(console.basePath, pathOfUrl(raw.url)) === undefined) return next()
    const { socket, url } = c.env?.incoming ?? {}
    // Hono keeps what somebody has read before.
    const request = raw.bodyUsed ? new Request(raw, { body: await c.req.text() }) : raw
    return console.fetch(request, {
      address: socket?.remoteAddress,
      source: c,
      target: typeof url === 'string' ? url : undefined,
    })
  }
}
