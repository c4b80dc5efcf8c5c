import type { Visitor } from './access.ts'
import { refusalOf } from './changing.ts'
import { checkInput, readQuery } from './input.ts'
import { readJson } from './json-body.ts'
import { openapiDocument } from './openapi.ts'
import { problemResponse, Refusal } from './problem.ts'
import type { Call, Desk, Reply, Route } from './route.ts'
import { ROUTES } from './routes.ts'
import { isSafe } from './safety.ts'

/** Where the document is; not an operation of its own. */
const DOCUMENT_PATH = '/openapi.json'

/**
 * Answers a request to the API by its table of routes.
 *
 * @param path what stands after `/api`
 * @throws what the store throws
 */
export async function answerApi(desk: Desk, request: Request, path: string, visitor: Visitor): Promise<Response> {
  try {
    if (path === DOCUMENT_PATH) return answerDocument(desk, request)
    const { route, id } = findRoute(request.method, path)
    const call = await readCall(desk, request, route, id, visitor)
    try {
      return replyResponse(await route.run(call))
    } catch (error) {
      throw (await refusalOf(error, call)) ?? error
    }
  } catch (error) {
    if (error instanceof Refusal) return problemResponse(error)
    throw error
  }
}

async function readCall(desk: Desk, request: Request, route: Route, id: string, visitor: Visitor): Promise<Call> {
  const query = readQuery(route.query, new URL(request.url).searchParams)
  const given = { ...visitor, desk, request, id, query }
  if (route.body === undefined) return { ...given, body: undefined, text: '' }
  const { text, value } = await readJson(request, desk.bodyTime)
  return { ...given, body: checkInput(route.body, value, 'invalid_input'), text }
}

/** @throws {Refusal} `not_found`, `method_not_allowed` */
function findRoute(method: string, path: string): { readonly route: Route; readonly id: string } {
  const segments = path.split('/')
  const here = ROUTES.filter((route) => matches(route, segments))
  const route = here.find((each) => each.method === (method === 'HEAD' ? 'GET' : method))
  if (here.length === 0) throw new Refusal('not_found', 'There is no such address.')
  if (route === undefined) throw methodNotAllowed(here.map((each) => each.method))
  const id = segments[2] ?? ''
  try {
    return { route, id: decodeURIComponent(id) }
  } catch {
    throw new Refusal('not_found', 'There is no such key.')
  }
}

function matches({ path }: Route, segments: readonly string[]): boolean {
  const pattern = path.split('/')
  return pattern.length === segments.length && pattern.every((part, at) => part === '{id}' || part === segments[at])
}

/** Says what can be asked here, `HEAD` included. */
export function methodNotAllowed(methods: readonly string[]): Refusal {
  const allow = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ')
  return new Refusal('method_not_allowed', `Here one can send ${allow}.`, { headers: { Allow: allow } })
}

function answerDocument({ basePath }: Desk, request: Request): Response {
  if (!isSafe(request.method)) throw methodNotAllowed(['GET'])
  return replyResponse({ status: 200, body: openapiDocument(basePath) })
}

function replyResponse({ status, body, headers }: Reply): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } })
}
