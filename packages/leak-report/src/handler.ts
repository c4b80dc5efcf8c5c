import { readBody } from '@bearward/core/body'
import { revokeAll } from './feedback.ts'
import { checkOptions, type LeakReportOptions, type LeakReportSettings } from './options.ts'
import { readReports } from './report.ts'
import { readSignature } from './signature.ts'
import { Signers } from './signers.ts'

const IDENTIFIER = /^[\w-]{1,128}$/
const RETRY_AFTER_SECONDS = '60'

/**
 * A handler for the webhook of GitHub's secret scanning partner program. It believes a delivery only when its ECDSA
 * P-256 signature over the raw body verifies under a key that GitHub publishes; then it has `revoke` called for every
 * reported token and answers with GitHub's form of feedback, which holds the SHA-256 of a token and never the token.
 *
 * A delivery that comes twice is dealt with twice, and answered alike as long as `revoke` is idempotent. 405, 400, 408,
 * 413 and 401 refuse a delivery before anything in it was believed; 503 says that keys could not be read or that `revoke`
 * failed, and that the same delivery may come again.
 *
 * @param options `revoke`, and what may be left as it is
 * @returns takes a web-standard request, never rejects
 * @throws {TypeError} naming the option that cannot be used
 * @example
 * ```ts
 * import { keyFormat, sha256 } from '@bearward/core'
 * import { githubLeakReports } from '@bearward/leak-report'
 *
 * const rows = new Map<string, { revokedAt?: Date }>() // digest to row: your table
 *
 * const leaks = githubLeakReports({
 *   format: keyFormat({ prefix: 'acme', environments: ['live', 'test'] }),
 *   revoke: async (token) => {
 *     const row = rows.get(await sha256().digest(token))
 *     if (row === undefined) return false
 *     row.revokedAt ??= new Date()
 *     return true
 *   },
 * })
 * // Hono: app.post('/leaks/github', (c) => leaks(c.req.raw))
 * ```
 */
export function githubLeakReports(options: LeakReportOptions): (request: Request) => Promise<Response> {
  const settings = checkOptions(options)
  const signers = new Signers(settings)

  return async (request) => {
    if (request.method !== 'POST') return refuse(405, 'Send a report with POST.', { Allow: 'POST' })
    try {
      return await answer(request, settings, signers)
    } catch (cause) {
      tell(settings, cause)
      return refuse(503, 'Send this report again later.', { 'Retry-After': RETRY_AFTER_SECONDS })
    }
  }
}

async function answer(request: Request, settings: LeakReportSettings, signers: Signers): Promise<Response> {
  const identifier = request.headers.get('github-public-key-identifier') ?? ''
  const signature = readSignature(request.headers.get('github-public-key-signature') ?? '')
  if (!IDENTIFIER.test(identifier) || signature === undefined) {
    return refuse(400, 'Github-Public-Key-Identifier and Github-Public-Key-Signature must be there and readable.')
  }

  const { maxBodyBytes: maxBytes, bodyTimeoutMs: timeoutMs, clock } = settings
  const contentLength = request.headers.get('content-length')
  // The name of a key is public, so looking the key up first would keep no stranger from sending a body.
  const reading = await readBody(request.body, { maxBytes, timeoutMs, clock, contentLength })
  if (reading.refusal === 'too_long') return refuse(413, `A report has at most ${maxBytes} bytes.`, CLOSE)
  if (reading.refusal === 'too_slow') return refuse(408, `A report must arrive within ${timeoutMs} ms.`, CLOSE)
  if (reading.refusal !== undefined) return refuse(400, 'The body ended before it was whole.')
  const body = reading.bytes

  const key = await signers.find(identifier)
  const isGenuine = key !== undefined && (await crypto.subtle.verify(ECDSA, key, signature, body))
  if (!isGenuine) return refuse(401, 'The signature is not one that GitHub has made over this body.')

  const reports = readReports(body)
  if (reports === undefined) return refuse(400, 'The body must be a JSON list of objects with token and type.')
  return Response.json(await revokeAll(reports, settings), {
    headers: { 'Content-Type': 'application/json', ...NO_STORE },
  })
}

const ECDSA = { name: 'ECDSA', hash: 'SHA-256' }
const NO_STORE = { 'Cache-Control': 'no-store' }
/** What is left of the body is not read, so nothing can follow it on this connection (RFC 9110 §15.5.9, §15.5.14). */
const CLOSE = { Connection: 'close' }

function refuse(status: number, text: string, headers: Record<string, string> = {}): Response {
  return new Response(`${text}\n`, {
    status,
    headers: { 'Content-Type': 'text/plain; charset=utf-8', ...NO_STORE, ...headers },
  })
}

/** A listener that throws must not turn an answer into a rejection. */
function tell({ onFailure }: LeakReportSettings, cause: unknown): void {
  try {
    onFailure(cause)
  } catch (failure) {
    queueMicrotask(() => {
      throw failure
    })
  }
}
