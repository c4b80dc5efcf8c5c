import { Refusal } from './problem.ts'

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

const HEADERS: readonly (readonly [string, string])[] = [
  ['Content-Security-Policy', CONTENT_SECURITY_POLICY],
  ['X-Frame-Options', 'DENY'],
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
]

/** The answer with what keeps it from being framed, sniffed, embedded and kept. Without a body where none was asked for. */
export function secured(answer: Response, request: Request): Response {
  const headers = new Headers(answer.headers)
  for (const [name, value] of HEADERS) headers.set(name, value)
  // Opened by itself a drawing is a document of this origin: there it may run nothing at all.
  if (headers.get('Content-Type') === 'image/svg+xml') headers.append('Content-Security-Policy', 'sandbox')
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store')
  const { status } = answer
  return new Response(request.method === 'HEAD' ? null : answer.body, { status, headers })
}

/** What changes nothing (RFC 9110 §9.2.1). */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

/**
 * Refuses what a page of another origin has the browser send. Browsers say so in `Sec-Fetch-Site`, which no page can
 * change, and which tells sibling domains and other ports apart; those that do not send it name the `Origin` of
 * everything that changes something. A program sends neither and is let through: it has no cookies of a visitor.
 *
 * @throws {Refusal} `cross_site`
 */
export function refuseOtherSites(request: Request): void {
  const site = request.headers.get('sec-fetch-site')
  const origin = request.headers.get('origin')
  if (site === null && origin === null) return
  // `none`: the address was typed. Nobody types a POST.
  const isOwn =
    site === null ? isOriginOf(request, origin) : site === 'same-origin' || (site === 'none' && isSafe(request.method))
  if (!isOwn) throw new Refusal('cross_site', 'Only the pages of the console itself may send this from a browser.')
}

/** Compares hosts alone: behind a proxy that ends TLS the scheme is not the one that the browser sees. */
function isOriginOf(request: Request, origin: string | null): boolean {
  const host = request.headers.get('host') ?? new URL(request.url).host
  if (origin === null || !URL.canParse(origin)) return false
  const url = new URL(origin)
  // No browser sends an origin with a path, a user or another spelling; an opaque one is written `null`.
  return url.origin === origin && /^https?:$/.test(url.protocol) && url.host === host.toLowerCase()
}
