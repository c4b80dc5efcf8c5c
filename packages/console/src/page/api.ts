import type { ProblemJson } from './view.ts'

/** What came of a request. `unreachable`: no answer, or one that is not the API's; what was asked may have happened. */
export type Answer<T> =
  | { readonly kind: 'ok'; readonly body: T }
  | { readonly kind: 'problem'; readonly problem: ProblemJson; readonly retryAfterMs: number | null }
  | { readonly kind: 'signed-out' }
  | { readonly kind: 'unreachable' }

/** A request to the API. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly path: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** Asks the API once. Never rejects. */
export async function ask<T>({ method, path, body, headers = {} }: Call): Promise<Answer<T>> {
  try {
    const response = await fetch(path, {
      method,
      // A redirect leads to the application's login, which is no answer.
      redirect: 'manual',
      cache: 'no-store',
      credentials: 'same-origin',
      headers: {
        Accept: 'application/json',
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (response.type === 'opaqueredirect' || response.status === 401) return { kind: 'signed-out' }
    const answer: unknown = await response.json()
    if (response.ok) return { kind: 'ok', body: answer as T }
    const problem = answer as ProblemJson
    if (typeof problem?.code !== 'string') return { kind: 'unreachable' }
    return { kind: 'problem', problem, retryAfterMs: retryAfter(response) }
  } catch {
    return { kind: 'unreachable' }
  }
}

function retryAfter(response: Response): number | null {
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN)
  return Number.isFinite(seconds) ? seconds * 1000 : null
}
