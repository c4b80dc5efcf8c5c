import type { Request as ExpressRequest, RequestHandler, Response } from 'express'
import type { Console } from './console.ts'
import { webRequestOf, writeAnswer } from './node-http.ts'
import { pathOfTarget, pathUnder } from './request-path.ts'

/**
 * Mounts a console in Express 4 or 5. What is not under its `basePath` goes on to the next handler. Works behind
 * `express.json()` and in front of it. `authorize` is given Express's request as its second argument; the
 * address in the audit trail is `req.ip`.
 *
 * @param console made by `createConsole()`
 * @example
 * ```ts
 * import { createConsole } from '@bearward/console'
 * import { expressConsole } from '@bearward/console/express'
 * import { keyFormat } from '@bearward/core'
 * import { createKeyring, memoryStore } from '@bearward/keyring'
 * import express, { type Request } from 'express'
 *
 * const keyring = createKeyring({ store: memoryStore(), format: keyFormat({ prefix: 'acme' }) })
 * const userOf = (req: Request) => (req.get('x-user') === 'alice' ? { id: 'alice', account: 'acct_1' } : null) // yours
 *
 * const app = express()
 * app.use(
 *   expressConsole(
 *     createConsole({
 *       keyring,
 *       basePath: '/keys',
 *       authorize(_request, req: Request) {
 *         const user = userOf(req)
 *         return user && { actor: user.id, owner: user.account }
 *       },
 *     }),
 *   ),
 * )
 * ```
 */
export function expressConsole(console: Console<ExpressRequest>): RequestHandler {
  return (req, res, next) => {
    const target = req.originalUrl
    if (pathUnder(console.basePath, pathOfTarget(target)) === undefined) {
      next()
      return
    }
    answer(req, res, target).catch(next)
  }

  async function answer(req: ExpressRequest, res: Response, target: string): Promise<void> {
    const request = webRequestOf({ message: req, target, parsed: req.body })
    await writeAnswer(await console.fetch(request, { address: req.ip, source: req, target }), res)
  }
}
