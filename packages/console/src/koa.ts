import type { Middleware, ParameterizedContext } from 'koa'
import type { Console } from './console.ts'
import { webRequestOf, writeAnswer } from './node-http.ts'
import { pathOfTarget, pathUnder } from './request-path.ts'

/**
 * Mounts a console in Koa 2 or 3. What is not under its `basePath` goes on to the next middleware. Works behind a body
 * parser and in front of it. `authorize` is given Koa's context as its second argument; the address in the
 * audit trail is `ctx.ip`.
 *
 * @param console made by `createConsole()`
 * @example
 * ```ts
 * import { createConsole } from '@bearward/console'
 * import { koaConsole } from '@bearward/console/koa'
 * import { keyFormat } from '@bearward/core'
 * import { createKeyring, memoryStore } from '@bearward/keyring'
 * import Koa, { type ParameterizedContext } from 'koa'
 *
 * const keyring = createKeyring({ store: memoryStore(), format: keyFormat({ prefix: 'acme' }) })
 * const keys = createConsole({
 *   keyring,
 *   basePath: '/keys',
 *   authorize: (_request, ctx: ParameterizedContext) => ctx.state.user && { actor: ctx.state.user.id, owner: ctx.state.user.account },
 * })
 * new Koa().use(koaConsole(keys))
 * ```
 */
export function koaConsole(console: Console<ParameterizedContext>): Middleware {
  return async (ctx, next) => {
    const target = ctx.originalUrl
    if (pathUnder(console.basePath, pathOfTarget(target)) === undefined) return next()
    // Body parsers put it there, with the text that they have read beside it.
    const { body, rawBody } = ctx.request as typeof ctx.request & { body?: unknown; rawBody?: unknown }
    const request = webRequestOf({ message: ctx.req, target, parsed: rawBody ?? body })
    const answer = await console.fetch(request, { address: ctx.ip, source: ctx, target })
    if (!ctx.req.complete) {
      // Koa would end the connection before the client has read the answer.
      ctx.respond = false
      await writeAnswer(answer, ctx.res)
      return
    }
    ctx.body = Buffer.from(await answer.arrayBuffer())
    // After the body: Koa sets a status and a content type of its own with it.
    ctx.status = answer.status
    ctx.remove('Content-Type')
    for (const [name, value] of answer.headers) ctx.append(name, value)
  }
}
