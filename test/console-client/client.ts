// A program as somebody writes it who has the document and nothing else; `api.gen.ts` is generated from it.
import createClient from 'openapi-fetch'
import type { components, paths } from './api.gen.ts'

type Problem = components['schemas']['Problem']

/** Walks the life of a key. */
export async function walk(fetch: (request: Request) => Promise<Response>): Promise<string[]> {
  const client = createClient<paths>({ baseUrl: 'https://app.example/keys/api', fetch })

  const issued = await client.POST('/keys', {
    params: { header: { 'Idempotency-Key': crypto.randomUUID() } },
    body: { name: 'CI', scopes: ['posts:read'], expiresAt: '2030-01-01T00:00:00Z' },
  })
  if (issued.data === undefined) throw new Error(said(issued.error))
  const { id, version } = issued.data.key
  const token: string = issued.data.token

  const updated = await client.PATCH('/keys/{id}', {
    params: { path: { id }, header: { 'If-Match': `"${version}"` } },
    body: { name: 'Pipeline' },
  })
  const stale = await client.PATCH('/keys/{id}', {
    params: { path: { id }, header: { 'If-Match': `"${version}"` } },
    body: { name: 'Late' },
  })
  const rotated = await client.POST('/keys/{id}/rotate', {
    params: { path: { id }, header: { 'Idempotency-Key': crypto.randomUUID() } },
    body: { graceMs: 60_000 },
  })
  const revoked = await client.POST('/keys/{id}/revoke', { params: { path: { id } }, body: { reason: 'done' } })
  const listed = await client.GET('/keys', { params: { query: { state: 'active', limit: 10 } } })
  const audit = await client.GET('/keys/{id}/audit', { params: { path: { id } } })
  const usage = await client.GET('/keys/{id}/usage', { params: { path: { id }, query: { days: 7 } } })

  return [
    token.slice(0, 5),
    updated.data?.name ?? '',
    said(stale.error),
    rotated.data?.previous.state ?? '',
    String(revoked.data?.confirmation.confirmed),
    ...(listed.data?.keys.map(({ name, state }) => `${name} ${state}`) ?? []),
    ...(audit.data?.entries.map(({ action }) => action) ?? []),
    String(usage.data?.days.length),
  ]
}

function said(problem: Problem | undefined): string {
  return problem === undefined ? '' : `${problem.status} ${problem.code}`
}

// What the document forbids, the compiler forbids.
export async function misuse(fetch: (request: Request) => Promise<Response>): Promise<void> {
  const client = createClient<paths>({ baseUrl: '/', fetch })
  // @ts-expect-error: there is no such address
  await client.GET('/tokens')
  // @ts-expect-error: a key is issued with an Idempotency-Key
  await client.POST('/keys', { body: {} })
  // @ts-expect-error: a reason is text
  await client.POST('/keys/{id}/revoke', { params: { path: { id: 'key_1' } }, body: { reason: 1 } })
  // @ts-expect-error: there is no such state
  await client.GET('/keys', { params: { query: { state: 'dead' } } })
}
