import { inspect } from 'node:util'
import { type ChangeEvent, type Keyring, type KeyringEvent, memoryStore } from '@bearward/keyring'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Issued, Rotated } from '../src/schemas.ts'
import { createWorld, fresh } from './support/world.ts'

const EVENTS: readonly KeyringEvent[] = ['issued', 'updated', 'rotated', 'revoked', 'published', 'failed', 'retired']

const printed: unknown[] = []
beforeEach(() => {
  printed.length = 0
  for (const name of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, name).mockImplementation((...given) => void printed.push(given))
  }
})
afterEach(() => vi.restoreAllMocks())

test('a token is in the answer that hands it out, in its repetition, and nowhere else', async () => {
  const told: unknown[] = []
  const stored: unknown[] = []
  const store = memoryStore()
  const commit: typeof store.commit = (given) => {
    stored.push(structuredClone(given))
    return store.commit(given)
  }
  const watched = new Proxy(store, {
    get: (target, name) => {
      const value: unknown = name === 'commit' ? commit : Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const world = createWorld({ store: watched })
  listen(world.keyring, told)
  const others: string[] = []
  const keep = async (answer: Response) => {
    others.push(`${inspect([...answer.headers])} ${await answer.text()}`)
  }

  const attempt = { body: { name: 'CI', scopes: ['posts:read'] }, headers: fresh() }
  const first = await world.send('POST', '/api/keys', attempt)
  const { token, key } = (await first.json()) as Issued
  const again = await world.send('POST', '/api/keys', attempt)
  expect(((await again.json()) as Issued).token).toBe(token)
  const second = await world.send('POST', `/api/keys/${key.id}/rotate`, { body: {}, headers: fresh() })
  const rotated = (await second.json()) as Rotated
  const tokens = [token, rotated.token]
  others.push(...[first, again, second].map(({ headers }) => inspect([...headers])))

  await keep(await world.send('POST', '/api/keys', { ...attempt, body: { name: 'CD' } }))
  await keep(await createWorld({ store: watched }).send('POST', '/api/keys', attempt))
  await keep(await world.send('PATCH', `/api/keys/${key.id}`, { body: { name: 'x' }, headers: { 'If-Match': '*' } }))
  for (const path of [
    '/',
    '/new',
    `/keys/${key.id}`,
    '/api/keys',
    '/api/audit',
    `/api/keys/${key.id}`,
    '/api/session',
  ]) {
    await keep(await world.send('GET', path))
  }
  // A person pastes a token where it does not belong: it is refused, or looked for, and not repeated in the answer.
  await keep(await world.send('GET', `/api/keys/${token}`))
  await keep(await world.send('GET', `/api/keys?cursor=${token}`))
  await keep(await world.send('GET', `/api/keys?state=${token}`))
  await keep(
    await world.send('POST', '/api/keys', {
      body: { environment: token.slice(0, 16), expiresAt: token },
      headers: fresh(),
    }),
  )
  await keep(await world.send('POST', '/api/keys', { body: {}, headers: { 'Idempotency-Key': `${token} ${token}` } }))
  await keep(await world.send('POST', `/api/keys/${key.id}/revoke`, { body: {} }))
  await world.store.close()
  await keep(await world.send('GET', '/api/keys'))

  expect(others.length).toBeGreaterThan(15)
  expect(stored.length).toBeGreaterThan(3)
  expect(told.length).toBeGreaterThan(3)
  expect(world.failures).toHaveLength(1)
  const seen = inspect([others, told, stored, world.failures, printed, world.console], {
    depth: null,
    maxStringLength: null,
    maxArrayLength: null,
  })
  for (const each of tokens) {
    // Six of its characters are no secret: they are the hint.
    expect(seen).not.toContain(each.slice(0, 'acme_live_'.length + 8))
    expect(seen).toContain(each.slice(0, 'acme_live_'.length + 4))
  }
})

test('without a listener one line is printed, which does not say why', async () => {
  const world = createWorld({ onFailure: undefined, authorize: () => Promise.reject(new Error('password')) })
  await world.send('GET', '/api/keys')
  expect(printed).toEqual([[expect.stringMatching(/^createConsole: .* onFailure/)]])
  expect(inspect(printed)).not.toContain('password')
})

function listen(keyring: Keyring, told: unknown[]): void {
  for (const name of EVENTS) keyring.on(name, (event) => told.push(name, event as ChangeEvent))
}
