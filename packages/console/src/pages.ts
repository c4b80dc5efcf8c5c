import type { Clock } from '@bearward/core'
import type { Visitor } from './access.ts'
import { methodNotAllowed } from './api.ts'
import { refusalOf } from './changing.ts'
import { readQuery } from './input.ts'
import type { PageView } from './page/view.ts'
import { renderPage } from './page.ts'
import { Refusal } from './problem.ts'
import { findKey, listKeys, readAudit, readUsage } from './reading.ts'
import type { Desk } from './route.ts'
import { isSafe } from './safety.ts'
import { KeyAuditQuery, ListQuery } from './schemas.ts'
import { keyJson, timeOf } from './wire.ts'

/** Days of use that a key's page shows. */
const USAGE_DAYS = 30
/** Entries of its timeline on one page. */
const TIMELINE_ENTRIES = 25

/**
 * Answers with a page: put together from the same functions as the answers of the API, so that it says the same.
 *
 * @param path what stands after the base path
 * @throws what the store throws
 */
export async function answerPage(
  desk: Desk,
  request: Request,
  path: string,
  visitor: Visitor,
  clock: Clock,
): Promise<Response> {
  const common = { basePath: desk.basePath, now: timeOf(clock.now()), brand: desk.appearance.brand }
  try {
    return pageResponse({ ...common, ...(await viewOf(desk, request, path, visitor)) } as PageView)
  } catch (error) {
    const refusal = await refusalOf(error, { desk, request, id: '' })
    if (refusal === undefined) throw error
    return problemPage(desk, common.now, visitor.session, refusal)
  }
}

/** A page that says what is wrong. */
export function problemPage(
  { basePath, appearance }: Desk,
  now: string,
  session: Visitor['session'] | null,
  { problem, headers }: Refusal,
): Response {
  const { brand } = appearance
  return pageResponse({ name: 'problem', basePath, now, brand, session, problem }, problem.status, headers)
}

type View<V = PageView> = V extends PageView ? Omit<V, 'basePath' | 'now' | 'brand'> : never

async function viewOf(desk: Desk, request: Request, path: string, visitor: Visitor): Promise<View> {
  if (!isSafe(request.method)) throw methodNotAllowed(['GET'])
  const { session } = visitor
  const reader = { desk, session }
  const parameters = new URL(request.url).searchParams
  const [, first, id, ...rest] = path.split('/')
  if (path === '' || path === '/') {
    const query = readQuery(ListQuery, given(parameters, ListQuery))
    return { name: 'list', session, query, ...(await listKeys(reader, query)) }
  }
  if (path === '/new') return { name: 'new', session }
  if (first === 'keys' && id !== undefined && rest.length === 0) {
    const key = await findKey(reader, decoded(id))
    const { cursor } = readQuery(KeyAuditQuery, given(parameters, KeyAuditQuery))
    const audit = await readAudit(reader, { limit: TIMELINE_ENTRIES, ...(cursor !== undefined && { cursor }) }, key.id)
    const usage = await readUsage(reader, key, { days: USAGE_DAYS })
    return { name: 'key', session, key: keyJson(key), usage, audit, cursor: cursor ?? null }
  }
  throw new Refusal('not_found', 'There is no such page.')
}

/** What a form has sent, less its empty fields, and less what others have added to the address. */
function given(parameters: URLSearchParams, { properties }: { readonly properties: object }): URLSearchParams {
  return new URLSearchParams([...parameters].filter(([name, text]) => text !== '' && Object.hasOwn(properties, name)))
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id)
  } catch {
    return ''
  }
}

function pageResponse(view: PageView, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  const { html } = renderPage(view)
  return new Response(html, { status, headers: { ...headers, 'Content-Type': 'text/html; charset=utf-8' } })
}
