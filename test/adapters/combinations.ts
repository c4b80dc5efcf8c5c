import { authenticate, requireScopes } from '@bearward/hono'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { every, except, some } from 'hono/combine'
import { cors } from 'hono/cors'
import { HTTPException } from 'hono/http-exception'
import { describe, expect, test } from 'vitest'
import { createWorld } from './world.ts'

// Requests of Hono's own, with no socket: what decides here is what the functions of hono/combine do.

interface Seen {
  readonly status: number
  readonly challenge: string | null
  readonly body: unknown
}

const GOOD = 'Bearer reader-key'
const WRONG = 'Bearer unknown-key'
const REFUSED: Record<string, [authorization: string | undefined, status: number, challenge: string | null]> = {
  missing: [undefined, 401, 'Bearer realm="api"'],
  malformed: ['Bearer', 400, 'Bearer realm="api", error="invalid_request"'],
  invalid: [WRONG, 401, 'Bearer realm="api", error="invalid_token"'],
  unavailable: ['Bearer throws-key', 503, null],
}
const refusals = Object.entries(REFUSED).map(([code, row]) => [code, ...row] as const)

/** A middleware of an application that lets a request with this header in, and throws otherwise, as those of Hono do. */
const byHeader =
  (name: string): MiddlewareHandler =>
  async (c, next) => {
    if (c.req.header(name) !== '1') throw new HTTPException(418, { res: new Response(name, { status: 418 }) })
    await next()
  }
const passes: MiddlewareHandler = async (_c, next) => next()
const isInternal = (c: Context) => c.req.header('x-internal') === '1'

const auth = () => authenticate(createWorld().verifier)

/** An application with one handler behind a middleware; `ran` counts its runs. */
function behind(guard: MiddlewareHandler, app = new Hono()) {
  const state = { ran: 0 }
  app.use('/v1/*', guard)
  app.get('/v1/posts', (c) => {
    state.ran++
    const { auth: principal } = c.var as { auth?: { keyId: string } }
    return c.text(`in as ${principal?.keyId}`)
  })
  const ask = async (
    authorization?: string,
    headers: Record<string, string> = {},
    path = '/v1/posts',
  ): Promise<Seen> => {
    const sent = { ...(authorization !== undefined && { authorization }), ...headers }
    const response = await app.request(path, { headers: sent })
    if (response.status >= 400 && response.headers.get('content-type') === 'application/problem+json') {
      expect(response.headers.get('cache-control')).toBe('no-store')
    }
    const text = await response.text()
    const body: unknown = text.startsWith('{') ? JSON.parse(text) : text
    const challenge = response.headers.get('www-authenticate')
    if (response.status === 200) expect([challenge, response.headers.get('cache-control')]).toEqual([null, null])
    return { status: response.status, challenge, body }
  }
  return { ask, state, app }
}

/** Handles errors as Hono's documentation has it. */
const documented = (error: Error, c: Context) =>
  error instanceof HTTPException ? error.getResponse() : c.text(`broken: ${error.message}`, 500)

/** The differences between versions of Hono. */
interface Version {
  /** `some()` hands on a `next` of its own, by which it is known inside another combination. Since 4.7.1. */
  readonly hasOwnNext: boolean
  /** Each middleware of `every()` can tell the route that it stands in. Since 4.6.3. */
  readonly keepsRoute: boolean
}

export function combinations(name: string, { hasOwnNext, keepsRoute }: Version): void {
  describe(`hono/combine of ${name}`, () => {
    describe.each<[string, ((app: Hono) => Hono) | undefined]>([
      ['no error handler', undefined],
      ['the error handler of Hono’s documentation', (app) => app.onError(documented)],
    ])('with %s', (_name, prepare) => {
      const appWith = (guard: MiddlewareHandler) => behind(guard, prepare?.(new Hono()))

      test.each(refusals)(
        'some(): after %s the alternative is tried, and decides',
        async (code, sent, status, challenge) => {
          const { ask, state } = appWith(some(auth(), byHeader('x-internal')))
          expect(await ask(sent, { 'x-internal': '1' })).toEqual({
            status: 200,
            challenge: null,
            body: 'in as undefined',
          })
          expect(await ask(sent)).toEqual({ status: 418, challenge: null, body: 'x-internal' })
          expect(state.ran).toBe(1)

          // The other way round, the denial is the last word.
          const last = appWith(some(byHeader('x-internal'), auth()))
          expect(await last.ask(sent)).toMatchObject({ status, challenge, body: { code, status } })
          expect((await last.ask(sent, { 'x-internal': '1' })).status).toBe(200)
          expect((await last.ask(GOOD)).body).toBe('in as reader')
        },
      )

      test('some(): a good key is enough, and the alternative is not asked', async () => {
        const { ask, state } = appWith(some(auth(), byHeader('x-internal')))
        expect(await ask(GOOD)).toEqual({ status: 200, challenge: null, body: 'in as reader' })
        expect(state.ran).toBe(1)
      })

      test.each(refusals)(
        'some(): nothing passes when a condition and a key both fail: %s',
        async (code, sent, status, challenge) => {
          for (const guard of [some(isInternal, auth()), some(auth(), auth()), some(auth())]) {
            const { ask, state } = appWith(guard)
            expect(await ask(sent)).toMatchObject({ status, challenge, body: { code, status } })
            expect(state.ran).toBe(0)
            expect((await ask(GOOD)).status).toBe(200)
          }
          const { ask } = appWith(some(isInternal, auth()))
          expect((await ask(sent, { 'x-internal': '1' })).body).toBe('in as undefined')
        },
      )

      test.each(refusals)(
        'every() and except(): the denial %s is sent as it is',
        async (code, sent, status, challenge) => {
          const guards = [
            every(auth(), passes),
            every(passes, auth()),
            every(every(auth()), passes),
            except('/v1/public', auth()),
            except(isInternal, passes, auth()),
          ]
          for (const guard of guards) {
            const { ask, state } = appWith(guard)
            expect(await ask(sent)).toMatchObject({ status, challenge, body: { code, status } })
            expect(state.ran).toBe(0)
            expect((await ask(GOOD)).body).toBe('in as reader')
          }
        },
      )

      test('except(): an excepted path is open', async () => {
        const { ask, app } = appWith(except(['/v1/public', isInternal], auth()))
        app.get('/v1/public', (c) => c.text('open'))
        expect((await ask(undefined, {}, '/v1/public')).body).toBe('open')
        expect((await ask(WRONG, { 'x-internal': '1' })).status).toBe(200)
        expect((await ask()).status).toBe(401)
      })

      test('some() of every(): the next alternative is tried whichever part refuses', async () => {
        const own = auth()
        const guard = some(every(own, own.requireScopes('admin')), every(byHeader('x-internal'), passes))
        const { ask, state } = appWith(guard)
        for (const sent of keepsRoute ? [undefined, WRONG, GOOD] : [undefined, WRONG]) {
          expect((await ask(sent, { 'x-internal': '1' })).status, sent).toBe(200)
          expect((await ask(sent)).status, sent).toBe(418)
        }
        expect(state.ran).toBe(keepsRoute ? 3 : 2)
        if (!keepsRoute) expect((await ask(GOOD, { 'x-internal': '1' })).status).toBe(403)
      })

      test('some() of scopes: one set of scopes or the other', async () => {
        const own = auth()
        const scopes = some(own.requireScopes('posts:write'), requireScopes.any('admin', 'posts:read'))
        const { ask } = appWith(every(own, scopes))
        const last = appWith(some(own, passes))
        last.app.use('/v1/*', scopes)
        last.app.get('/v1/scoped', (c) => c.text('scoped'))
        expect((await last.ask(GOOD, {}, '/v1/scoped')).body).toBe('scoped')
        expect(await last.ask('Bearer bare-key', {}, '/v1/scoped')).toMatchObject({
          status: 403,
          challenge: 'Bearer realm="api", error="insufficient_scope", scope="admin posts:read"',
        })
        expect((await ask(GOOD)).status).toBe(hasOwnNext ? 200 : 403)
        expect((await ask('Bearer bare-key')).status).toBe(403)
      })

      test('requireScopes behind some() sends the refusal of a request that the alternative let in', async () => {
        const own = auth()
        for (const scopes of [own.requireScopes('posts:read'), requireScopes('posts:read')]) {
          const { ask, app, state } = appWith(some(own, byHeader('x-internal')))
          app.get('/v1/scoped', scopes, (c) => c.text('scoped'))
          const scoped = (sent?: string) => ask(sent, { 'x-internal': '1' }, '/v1/scoped')
          expect((await scoped(GOOD)).body).toBe('scoped')
          for (const [code, sent, status, challenge] of refusals) {
            expect(await scoped(sent)).toMatchObject({ status, challenge, body: { code } })
          }
          expect((await scoped('Bearer bare-key')).status).toBe(403)
          expect(state.ran).toBe(0)
        }
      })

      test('an optional alternative lets absent keys in, and hands bad ones on', async () => {
        const optional = authenticate(createWorld().verifier, { optional: true })
        const { ask } = appWith(some(optional, byHeader('x-internal')))
        expect((await ask()).body).toBe('in as undefined')
        expect((await ask(GOOD)).body).toBe('in as reader')
        expect((await ask(WRONG)).status).toBe(418)
        expect((await ask(WRONG, { 'x-internal': '1' })).body).toBe('in as undefined')
      })

      test('two verifiers as alternatives: the one that accepts is shown, the last refusal is sent', async () => {
        const left = authenticate(createWorld('later', { realm: 'left', credentials: { header: 'X-Left' } }).verifier)
        const right = authenticate(
          createWorld('at once', { realm: 'right', credentials: { header: 'X-Right' } }).verifier,
        )
        const { ask } = appWith(some(left, right))
        expect((await ask(undefined, { 'x-left': 'reader-key' })).body).toBe('in as reader')
        expect((await ask(undefined, { 'x-right': 'writer-key' })).body).toBe('in as writer')
        expect((await ask(undefined, { 'x-left': 'unknown-key', 'x-right': 'writer-key' })).body).toBe('in as writer')
        expect(await ask(undefined, { 'x-left': 'unknown-key' })).toMatchObject({ challenge: 'Bearer realm="right"' })
      })

      test('onDenied answers as an alternative too', async () => {
        const own = authenticate(createWorld().verifier, {
          onDenied: (denial, c) => c.text(`own: ${denial.code}`, 402),
        })
        const { ask } = appWith(some(own, isInternal))
        expect((await ask(WRONG, { 'x-internal': '1' })).status).toBe(200)
        const last = appWith(some(isInternal, own))
        expect(await last.ask(WRONG)).toMatchObject({ status: 402, body: 'own: invalid' })
        expect(await appWith(every(own, passes)).ask(WRONG)).toMatchObject({ status: 402, body: 'own: invalid' })
      })

      test('onDenied that throws, as documented, works in every nest', async () => {
        const own = authenticate(createWorld().verifier, {
          onDenied: ({ status, headers, body }) => {
            throw new HTTPException(status as 401, { res: new Response(body, { status, headers }) })
          },
        })
        const nest = except('/none', every(some(every(own, passes), every(byHeader('x-internal'))), passes))
        for (const guard of [some(own, byHeader('x-internal')), nest]) {
          const { ask } = appWith(guard)
          expect((await ask(GOOD)).body).toBe('in as reader')
          expect((await ask(WRONG, { 'x-internal': '1' })).status).toBe(200)
          expect((await ask(WRONG)).status).toBe(418)
        }
        expect(await appWith(every(own)).ask(WRONG)).toMatchObject({ status: 401, body: { code: 'invalid' } })
      })

      test('in a sub-application, with and without an error handler of its own', async () => {
        for (const inner of [new Hono(), new Hono().onError(documented)]) {
          inner.use('/some', some(every(auth(), passes), byHeader('x-internal')))
          inner.use('/last', some(isInternal, auth()))
          inner.use('/except', except('/none', auth()))
          inner.get('*', (c) => c.text('in'))
          const app = prepare?.(new Hono()) ?? new Hono()
          app.route('/outer', new Hono().route('/inner', inner))
          const status = async (path: string, headers = {}) =>
            (await app.request(`/outer/inner/${path}`, { headers })).status
          if (hasOwnNext) expect(await status('some', { 'x-internal': '1' })).toBe(200)
          expect([await status('some'), await status('last'), await status('except')]).toEqual([
            expect.toSatisfy((code: number) => code === 418 || code === 401),
            401,
            401,
          ])
          expect(await status('last', { authorization: GOOD })).toBe(200)
        }
      })

      test('some() inside every() and except() tries its alternatives where Hono tells it, and refuses rightly elsewhere', async () => {
        const alternatives = () => some(auth(), byHeader('x-internal'))
        for (const guard of [every(alternatives(), passes), except('/none', alternatives())]) {
          const { ask, state } = appWith(guard)
          expect((await ask(GOOD)).body).toBe('in as reader')
          const refused = { status: 401, body: { code: 'invalid' } }
          expect(await ask(WRONG, { 'x-internal': '1' })).toMatchObject(hasOwnNext ? { status: 200 } : refused)
          expect(await ask(WRONG)).toMatchObject(hasOwnNext ? { status: 418 } : refused)
          expect(state.ran).toBe(hasOwnNext ? 2 : 1)
        }
      })
    })

    test('an error handler that knows no HTTPException sees no denial of a route, of every() and of except()', async () => {
      const faults: Error[] = []
      const naive = (error: Error, c: Context) => {
        faults.push(error)
        return c.text('broken', 500)
      }
      for (const guard of [auth(), every(auth(), passes), except('/none', auth()), every(every(auth()))]) {
        const { ask } = behind(guard, new Hono().onError(naive))
        for (const [code, sent, status, challenge] of refusals) {
          expect(await ask(sent)).toMatchObject({ status, challenge, body: { code } })
        }
      }
      expect(faults).toEqual([])
      // An alternative that refuses throws, as those of Hono do; such a handler answers for all of them.
      const { ask, state } = behind(some(isInternal, auth()), new Hono().onError(naive))
      expect((await ask(WRONG)).status).toBe(500)
      expect(state.ran).toBe(0)
      expect(faults).toEqual([expect.any(HTTPException)])
      expect(faults[0]?.message).toBe('The key is not accepted')
    })

    test('CORS in front keeps its headers on the denial of an alternative', async () => {
      const app = new Hono().use(cors({ origin: 'https://app.example' })).use(some(isInternal, auth()))
      app.get('/', (c) => c.text('in'))
      const response = await app.request('/', { headers: { origin: 'https://app.example' } })
      expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([
        401,
        'https://app.example',
      ])
    })

    test('what a handler throws behind some() reaches the error handler once', async () => {
      const fails = new Error('of the application')
      const faults: Error[] = []
      let tried = 0
      const app = new Hono().onError((error, c) => {
        faults.push(error)
        return c.text('broken', 500)
      })
      app.use(
        some(auth(), async (_c, next) => {
          tried++
          await next()
        }),
      )
      app.get('/', () => {
        throw fails
      })
      expect((await app.request('/', { headers: { authorization: GOOD } })).status).toBe(500)
      expect([faults, tried]).toEqual([[fails], 0])
    })

    test('HEAD and unknown paths are refused alike', async () => {
      const { app } = behind(some(isInternal, auth()))
      const head = await app.request('/v1/posts', { method: 'HEAD' })
      expect([head.status, await head.text(), head.headers.get('www-authenticate')]).toEqual([
        401,
        '',
        'Bearer realm="api"',
      ])
      expect((await app.request('/v1/nothing')).status).toBe(401)
      expect((await app.request('/v1/nothing', { headers: { 'x-internal': '1' } })).status).toBe(404)
    })
  })
}
