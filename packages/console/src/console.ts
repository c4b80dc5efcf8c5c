import { type Access, addressOf, sessionOf, type Visitor } from './access.ts'
import { answerApi } from './api.ts'
import { RememberedAnswers } from './idempotency.ts'
import { IssueLimit } from './issue-limit.ts'
import { type ConsoleOptions, type ConsoleSettings, checkOptions } from './options.ts'
import { assets } from './page.ts'
import { answerPage, problemPage } from './pages.ts'
import { problemResponse, Refusal } from './problem.ts'
import { isCanonicalPath, isHost, isPlainTarget, pathOfUrl, pathUnder } from './request-path.ts'
import type { Desk } from './route.ts'
import { isSafe, refuseOtherSites, secured } from './safety.ts'
import { timeOf } from './wire.ts'

/** What is known of a request beside the request itself. */
export interface RequestContext<Source = unknown> {
  /** The client's address, for the audit trail. */
  readonly address?: string | undefined
  /** The request as your framework knows it; handed on to `authorize`. */
  readonly source?: Source | undefined
  /**
   * The request target as the client sent it, such as `/settings/keys?search=ci`: `message.url` of Node's `http`. Give it
   * where your server makes the URL of the `Request` itself. A target that a URL parser changes is then answered 404, so
   * that a guard in front and the console see the same path. Default: the URL of the request alone is looked at.
   */
  readonly target?: string | undefined
}

/**
 * The console: a page and a JSON API.
 *
 * @typeParam Source the request as your framework knows it
 */
export interface Console<Source = unknown> {
  /** Where it is mounted, without a slash at the end; empty at the root. */
  readonly basePath: string
  /** Answers a request for anything under the base path. Never rejects. */
  readonly fetch: (request: Request, context?: RequestContext<Source>) => Promise<Response>
}

/**
 * A page and a JSON API with which keys are issued, rotated, revoked and looked at: the customer's own, or all of them.
 * Serves nothing without `authorize`. Mount it with `@bearward/console/express`, `/koa` or `/hono`, or call `fetch`.
 *
 * @param options `keyring` and `authorize` must be given
 * @throws {TypeError} naming the option that cannot be used
 * @example
 * ```ts
 * import { createConsole } from '@bearward/console'
 * import { keyFormat } from '@bearward/core'
 * import { createKeyring, memoryStore } from '@bearward/keyring'
 *
 * const sessions = new Map([['a-session', { user: 'alice', account: 'acct_1' }]]) // yours
 *
 * const keys = createConsole({
 *   keyring: createKeyring({ store: memoryStore(), format: keyFormat({ prefix: 'acme' }) }),
 *   basePath: '/settings/keys',
 *   authorize(request) {
 *     const [, id = ''] = /\bsession=([\w-]+)/.exec(request.headers.get('cookie') ?? '') ?? []
 *     const session = sessions.get(id)
 *     return session === undefined ? null : { actor: session.user, owner: session.account }
 *   },
 * })
 * export default { fetch: (request: Request) => keys.fetch(request) }
 * ```
 */
export function createConsole<Source = unknown>(options: ConsoleOptions<Source>): Console<Source> {
  const settings = checkOptions(options)
  const { keyring, basePath, clock, issueLimit, bodyTimeoutMs, appearance } = settings
  const desk: Desk = {
    keyring,
    basePath,
    appearance,
    answers: new RememberedAnswers(clock),
    limit: new IssueLimit(issueLimit, clock),
    bodyTime: { bodyTimeoutMs, clock },
  }
  return Object.freeze({
    basePath,
    async fetch(request: Request, context: RequestContext<Source> = {}) {
      desk.answers.forgetOld()
      return secured(await answer(settings, desk, request, context), request)
    },
  })
}

async function answer<Source>(
  settings: ConsoleSettings<Source>,
  desk: Desk,
  request: Request,
  context: RequestContext<Source>,
): Promise<Response> {
  const path = pathUnder(settings.basePath, pathOfUrl(request.url))
  const isApi = path?.startsWith('/api/') === true
  let visitor: Visitor | undefined
  try {
    if (path === undefined) throw new Refusal('not_found', 'There is nothing here.')
    refuseAmbiguous(path, request, context.target)
    if (path.startsWith('/assets/')) return answerAsset(desk, path.slice('/assets/'.length), request)
    if (isApi || !isSafe(request.method)) refuseOtherSites(request)
    const admitted = await admit(settings, request, context, isApi)
    if ('arrayBuffer' in admitted) return admitted
    visitor = admitted
    if (isApi) return await answerApi(desk, request, path.slice('/api'.length), visitor)
    return await answerPage(desk, request, path, visitor, settings.clock)
  } catch (error) {
    const refusal = error instanceof Refusal ? error : unavailable(settings, error)
    if (isApi || path === undefined) return problemResponse(refusal)
    return problemPage(desk, timeOf(settings.clock.now()), visitor?.session ?? null, refusal)
  }
}

/**
 * Refuses an address that another reader of the same bytes, such as a guard in front, could take for a different one.
 *
 * @throws {Refusal} `not_found`, `invalid_header`
 */
function refuseAmbiguous(path: string, request: Request, target: string | undefined): void {
  if (!(path === '' || isCanonicalPath(path)) || !(target === undefined || isPlainTarget(target))) {
    throw new Refusal('not_found', 'An address has no empty or dot segments, and is percent-encoded once.')
  }
  const host = request.headers.get('host') ?? ''
  if (host === '' || isHost(host)) return
  const detail = 'must be one host, and may have a port'
  throw new Refusal('invalid_header', `Host ${detail}`, { errors: [{ field: 'Host', detail }] })
}

/** @throws {Refusal} `unauthorized`, and what the application's function throws */
async function admit<Source>(
  { authorize, keyring }: ConsoleSettings<Source>,
  request: Request,
  { address, source }: RequestContext<Source>,
  isApi: boolean,
): Promise<Visitor | Response> {
  const access = await authorize(request, source as Source)
  const isRedirect = isResponse(access) && access.status >= 300 && access.status < 400
  // A program that follows a redirect to a login gets its page with 200, and takes it for an answer.
  if (access === null || (isApi && isRedirect)) {
    // RFC 9110 §15.5.2 wants a challenge; this one says that there is none that a client could answer by itself.
    const headers = { 'WWW-Authenticate': 'Application realm="console"' }
    throw new Refusal('unauthorized', 'The application does not know who you are.', { headers })
  }
  if (isResponse(access)) return access
  return { session: sessionOf(access, keyring), from: addressOf(address) }
}

/** By what it can do: servers put classes of their own in the place of the global one. */
function isResponse(answer: Access | Response | null): answer is Response {
  return typeof answer === 'object' && answer !== null && 'arrayBuffer' in answer
}

function answerAsset({ appearance }: Desk, name: string, request: Request): Response {
  const asset = assets.get(name) ?? appearance.files.get(name)
  if (asset === undefined || !isSafe(request.method)) throw new Refusal('not_found', 'There is no such file.')
  const headers = { 'Content-Type': asset.type, 'Cache-Control': 'public, max-age=31536000, immutable' }
  return new Response(asset.body as BodyInit, { headers })
}

/** Whoever asks learns nothing of the cause; whoever runs this is told all of it. */
function unavailable<Source>({ onFailure }: ConsoleSettings<Source>, error: unknown): Refusal {
  try {
    onFailure(error)
  } catch (failure) {
    // A broken listener is the application's uncaught error, and no reason not to answer.
    queueMicrotask(() => {
      throw failure
    })
  }
  return new Refusal('unavailable', 'Try again later.', { headers: { 'Retry-After': '5' } })
}
