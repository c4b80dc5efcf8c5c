import { describe, expect, test } from 'vitest'
import { ROUTES } from '../src/routes.ts'
import type { AuditPage, KeyPage } from '../src/schemas.ts'
import { createWorld, fresh, type World } from './support/world.ts'

/** Two owners, one key each; Bob tries what he can. */
async function twoOwners(): Promise<World & { id: string }> {
  const world = createWorld()
  const { key } = await world.keyring.issue({ id: 'key_alice', owner: 'acct_1', name: 'secret-name', actor: 'alice' })
  await world.keyring.issue({ id: 'key_bob', owner: 'acct_2', actor: 'bob' })
  await world.keyring.issue({ owner: null, id: 'key_nobody', actor: 'ops' })
  return Object.assign(world, { id: key.id })
}

describe('a key of another owner is as one that is not there', () => {
  const named = ROUTES.filter(({ path }) => path.includes('{id}'))
  test('there are routes that name a key', () => expect(named.length).toBeGreaterThan(7))

  test.each(named.map(({ method, path }) => [method, path] as const))('%s %s', async (method, path) => {
    const world = await twoOwners()
    const before = await world.keyring.get(world.id)
    const send = (id: string, as: string) =>
      world.send(method, `/api${path.replace('{id}', id)}`, {
        as,
        headers: { ...fresh(), 'If-Match': '*' },
        ...(method !== 'GET' && { body: {} }),
      })
    const answers = await Promise.all(['key_alice', 'key_nobody', 'key_none'].map((id) => send(id, 'bob')))
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404])
    const texts = await Promise.all(answers.map((answer) => answer.text()))
    expect(new Set(texts).size).toBe(1)
    expect(await world.keyring.get(world.id)).toEqual(before)
    // The test would be worth nothing if the request itself were wrong.
    expect((await send('key_alice', 'alice')).ok).toBe(true)
  })

  test('by its page', async () => {
    const { send } = await twoOwners()
    const stranger = await send('GET', '/keys/key_alice', { as: 'bob' })
    expect(stranger.status).toBe(404)
    expect(await stranger.text()).not.toContain('secret-name')
    expect(await (await send('GET', '/keys/key_alice')).text()).toContain('secret-name')
  })

  test('with a stale version, a body that cannot be used, or a second try: nothing tells that it is there', async () => {
    const { send } = await twoOwners()
    for (const [method, path, body, headers] of [
      ['PATCH', '/api/keys/key_alice', {}, { 'If-Match': '"9"' }],
      ['PATCH', '/api/keys/key_alice', {}, {}],
      ['POST', '/api/keys/key_alice/rotate', {}, {}],
      ['GET', '/api/keys/key_alice/audit?cursor=zzz', undefined, {}],
    ] as const) {
      const [real, none] = await Promise.all(
        [path, path.replace('key_alice', 'key_none')].map((each) => send(method, each, { as: 'bob', body, headers })),
      )
      expect([real?.status, await real?.text()]).toEqual([none?.status, await none?.text()])
    }
  })
})

describe('lists hold the own keys alone', () => {
  const idsOf = async (answer: Response) => ((await answer.json()) as KeyPage).keys.map(({ id }) => id)

  test.each(['', '?search=secret-name', '?search=key_alice', '?state=active', '?environment=live', '?limit=500'])(
    'keys%s',
    async (query) => {
      const { send } = await twoOwners()
      const answer = await send('GET', `/api/keys${query}`, { as: 'bob' })
      expect((await idsOf(answer)).filter((id) => id !== 'key_bob')).toEqual([])
    },
  )

  test('keys, by the cursor of somebody else', async () => {
    const { send } = await twoOwners()
    const all = (await (await send('GET', '/api/keys?limit=1', { as: 'ops' })).json()) as KeyPage
    const answer = await send('GET', `/api/keys?cursor=${all.next}`, { as: 'bob' })
    expect((await idsOf(answer)).filter((id) => id !== 'key_bob')).toEqual([])
  })

  test('the audit trail, by any cursor', async () => {
    const { send } = await twoOwners()
    for (const query of ['', '?cursor=1', '?cursor=2', '?cursor=100']) {
      const { entries } = (await (await send('GET', `/api/audit${query}`, { as: 'bob' })).json()) as AuditPage
      expect(entries.filter(({ owner }) => owner !== 'acct_2')).toEqual([])
    }
  })

  test.each(['/api/keys?owner=acct_1', '/api/audit?owner=acct_1', '/?owner=acct_1', '/api/keys?owner=acct_2'])(
    '%s is refused',
    async (path) => {
      const { send } = await twoOwners()
      const answer = await send('GET', path, { as: 'bob' })
      expect(answer.status).toBe(400)
      expect(await answer.text()).not.toContain('secret-name')
    },
  )

  test('pages', async () => {
    const { send } = await twoOwners()
    const text = await (await send('GET', '/', { as: 'bob' })).text()
    expect(text).toContain('key_bob')
    expect(text).not.toContain('key_alice')
    expect(text).not.toContain('key_nobody')
  })
})

test('nobody issues a key for another owner', async () => {
  const { send, keyring } = await twoOwners()
  const answer = await send('POST', '/api/keys', { as: 'bob', body: { owner: 'acct_1' }, headers: fresh() })
  expect(answer.status).toBe(422)
  await send('POST', '/api/keys', { as: 'bob', body: {}, headers: fresh() })
  expect((await keyring.list({ owner: 'acct_1' })).keys).toHaveLength(1)
  expect((await keyring.list({ owner: 'acct_2' })).keys).toHaveLength(2)
})

test('nobody changes what the application decides by', async () => {
  const { send, keyring } = await twoOwners()
  const patch = await send('PATCH', '/api/keys/key_bob', {
    as: 'bob',
    body: { metadata: { plan: 'enterprise' } },
    headers: { 'If-Match': '*' },
  })
  expect(patch.status).toBe(422)
  expect((await keyring.get('key_bob'))?.metadata).toEqual({})
})

test('a successor belongs to whom the old key belonged to, whoever rotates it', async () => {
  const { send, keyring } = await twoOwners()
  await send('POST', '/api/keys/key_alice/rotate', { as: 'ops', body: {}, headers: fresh() })
  expect((await keyring.list({ owner: 'acct_1' })).keys).toHaveLength(2)
})
