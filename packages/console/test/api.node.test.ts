import { DAY, HOUR, localChannel, MINUTE } from '@bearward/core'
import { memoryStore } from '@bearward/keyring'
import { describe, expect, test } from 'vitest'
import type { Issued, Key, KeyPage, Problem, Rotated } from '../src/schemas.ts'
import { createDocumentedWorld } from './support/documented.ts'
import { fresh, NOW, type World } from './support/world.ts'

async function issue({ send }: World, body: object = {}, as = 'alice'): Promise<Issued> {
  const answer = await send('POST', '/api/keys', { as, body, headers: fresh() })
  expect(answer.status).toBe(201)
  return (await answer.json()) as Issued
}

async function refused(answer: Response): Promise<[number, string]> {
  const { status, code } = (await answer.json()) as Problem
  expect(status).toBe(answer.status)
  return [status, code]
}

describe('a key', () => {
  test('is issued with everything it was given, and accepted', async () => {
    const world = createDocumentedWorld()
    const expiresAt = new Date(NOW + DAY).toISOString()
    const body = { name: 'CI', scopes: ['posts:read'], environment: 'test', expiresAt, reason: 'a new pipeline' }
    const answer = await world.send('POST', '/api/keys', { body, headers: fresh() })
    expect(answer.status).toBe(201)
    const { token, key } = (await answer.json()) as Issued
    expect(key).toMatchObject({ name: 'CI', scopes: ['posts:read'], environment: 'test', expiresAt, state: 'active' })
    expect(key).toMatchObject({ owner: 'acct_1', metadata: {}, createdAt: new Date(NOW).toISOString(), version: 1 })
    expect(answer.headers.get('location')).toBe(`/settings/keys/api/keys/${key.id}`)
    expect(answer.headers.get('etag')).toBe('"1"')
    expect((await world.verifier.verify(`Bearer ${token}`)).ok).toBe(true)
    const { entries } = await world.keyring.audit({ keyId: key.id })
    expect(entries).toMatchObject([{ action: 'issued', actor: 'alice', from: '192.0.2.1', reason: 'a new pipeline' }])
  })

  test('is issued by an operator for anybody, with metadata', async () => {
    const world = createDocumentedWorld()
    const { key } = await issue(world, { owner: 'acct_9', metadata: { plan: 'pro' }, expiresInMs: HOUR }, 'ops')
    expect(key).toMatchObject({
      owner: 'acct_9',
      metadata: { plan: 'pro' },
      expiresAt: new Date(NOW + HOUR).toISOString(),
    })
  })

  test('is read with its version', async () => {
    const world = createDocumentedWorld()
    const { key } = await issue(world)
    const answer = await world.send('GET', `/api/keys/${key.id}`)
    expect(answer.headers.get('etag')).toBe('"1"')
    expect(await answer.json()).toEqual(key)
  })

  test('is changed by who has read it last', async () => {
    const world = createDocumentedWorld()
    const { key } = await issue(world, { name: 'old', scopes: ['posts:read'] })
    const path = `/api/keys/${key.id}`
    const change = (version: string) =>
      world.send('PATCH', path, { body: { name: 'new' }, headers: { 'If-Match': version } })
    const answer = await change('"1"')
    expect(await answer.json()).toMatchObject({ name: 'new', scopes: ['posts:read'], version: 2 })
    expect(answer.headers.get('etag')).toBe('"2"')
    expect(await refused(await change('"1"'))).toEqual([412, 'stale'])
    expect(await refused(await change('W/"2"'))).toEqual([412, 'stale'])
    expect(await refused(await world.send('PATCH', path, { body: {} }))).toEqual([428, 'precondition_required'])
    expect((await change('"7", "2"')).status).toBe(200)
    expect((await change('*')).status).toBe(200)
  })

  test('that two change at the same time is changed by one', async () => {
    const world = createDocumentedWorld()
    const { key } = await issue(world)
    const change = (name: string) =>
      world.send('PATCH', `/api/keys/${key.id}`, { body: { name }, headers: { 'If-Match': '"1"' } })
    const answers = await Promise.all([change('one'), change('two')])
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 412])
  })

  test('keeps its expiry unless it is told, and loses it when it is told null', async () => {
    const world = createDocumentedWorld()
    const { key } = await issue(world, { expiresInMs: HOUR })
    const change = async (body: object, version: number) => {
      const headers = { 'If-Match': `"${version}"` }
      return ((await (await world.send('PATCH', `/api/keys/${key.id}`, { body, headers })).json()) as Key).expiresAt
    }
    expect(await change({ name: 'x' }, 1)).toBe(new Date(NOW + HOUR).toISOString())
    expect(await change({ expiresAt: null }, 2)).toBeNull()
    expect(await change({ expiresInMs: DAY }, 3)).toBe(new Date(NOW + DAY).toISOString())
  })

  test('is rotated: both work, then one', async () => {
    const world = createDocumentedWorld()
    const { key, token } = await issue(world, { name: 'CI' })
    const body = { graceMs: HOUR, endOnFirstUse: true, reason: 'yearly' }
    const answer = await world.send('POST', `/api/keys/${key.id}/rotate`, { body, headers: fresh() })
    const rotated = (await answer.json()) as Rotated
    expect(rotated.key).toMatchObject({ name: 'CI', owner: 'acct_1', rotatedFrom: key.id })
    expect(rotated.previous).toMatchObject({ state: 'retiring', graceEndsAt: new Date(NOW + HOUR).toISOString() })
    expect(rotated.confirmation).toMatchObject({ confirmed: true, boundMs: 0 })
    const accepts = async (each: string) => (await world.verifier.verify(`Bearer ${each}`)).ok
    expect([await accepts(token), await accepts(rotated.token)]).toEqual([true, true])
    world.clock.advance(HOUR)
    expect([await accepts(token), await accepts(rotated.token)]).toEqual([false, true])
  })

  test.each([
    ['revoke', 'revoked', 'revokedAt'],
    ['disable', 'disabled', 'disabledAt'],
  ])('%s: refused when it is answered', async (action, state, field) => {
    const world = createDocumentedWorld()
    const { key, token } = await issue(world)
    const answer = await world.send('POST', `/api/keys/${key.id}/${action}`, { body: { reason: 'lost' } })
    const verdict = await world.verifier.verify(`Bearer ${token}`)
    expect(verdict.ok).toBe(false)
    expect(await answer.json()).toMatchObject({
      key: { state, [field]: new Date(NOW).toISOString() },
      confirmation: { confirmed: true },
    })
    const { entries } = await world.keyring.audit({ keyId: key.id })
    expect(entries[0]).toMatchObject({ action: state, actor: 'alice', reason: 'lost', from: '192.0.2.1' })
  })

  test('is enabled again', async () => {
    const world = createDocumentedWorld()
    const { key, token } = await issue(world)
    await world.send('POST', `/api/keys/${key.id}/disable`, { body: {} })
    const answer = await world.send('POST', `/api/keys/${key.id}/enable`, { body: {} })
    expect(await answer.json()).toMatchObject({ key: { state: 'active', disabledAt: null, version: 3 } })
    expect((await world.verifier.verify(`Bearer ${token}`)).ok).toBe(true)
  })

  test('shows its use and its history', async () => {
    const world = createDocumentedWorld()
    const { key, token } = await issue(world, { expiresInMs: DAY })
    await world.verifier.verifyRequest({ field: () => `Bearer ${token}`, query: () => '', address: () => '192.0.2.7' })
    await world.keyring.flush()
    const usage = await (await world.send('GET', `/api/keys/${key.id}/usage?days=2`)).json()
    expect(usage).toEqual({
      days: [
        { day: '2025-12-31', uses: 0 },
        { day: '2026-01-01', uses: 1 },
      ],
      addresses: [{ address: '192.0.2.7', lastUsedAt: new Date(NOW).toISOString() }],
      lastUsedAt: new Date(NOW).toISOString(),
      lastUsedFrom: '192.0.2.7',
    })
    expect(await (await world.send('GET', `/api/keys/${key.id}`)).json()).toMatchObject({ lastUsedFrom: '192.0.2.7' })
    const audit = await (await world.send('GET', `/api/keys/${key.id}/audit`)).json()
    expect(audit).toMatchObject({
      entries: [
        {
          action: 'issued',
          at: new Date(NOW).toISOString(),
          changes: { expiresAt: { before: null, after: new Date(NOW + DAY).toISOString() } },
        },
      ],
      next: null,
    })
  })

  test('with a date that RFC 3339 cannot write is shown with the last that it can', async () => {
    const world = createDocumentedWorld()
    const { key } = await world.keyring.issue({ owner: 'acct_1', expiresAt: 8.64e15, notBefore: -8.64e15 })
    const answer = await world.send('GET', `/api/keys/${key.id}`)
    expect(await answer.json()).toMatchObject({
      expiresAt: '9999-12-31T23:59:59.999Z',
      notBefore: '0000-01-01T00:00:00.000Z',
    })
  })
})

describe('a list', () => {
  test('comes in pages, newest first', async () => {
    const world = createDocumentedWorld()
    for (const name of ['one', 'two', 'three']) {
      world.clock.advance(1)
      await issue(world, { name })
    }
    const names: string[] = []
    let next: string | null = ''
    while (next !== null) {
      const answer = await world.send('GET', `/api/keys?limit=2${next && `&cursor=${next}`}`)
      const page = (await answer.json()) as KeyPage
      names.push(...page.keys.map(({ name }) => name))
      next = page.next
    }
    expect(names).toEqual(['three', 'two', 'one'])
  })

  test.each([
    ['?search=pipe', ['pipeline']],
    ['?state=revoked', ['gone']],
    ['?environment=test', ['gone']],
    ['?owner=acct_2', ["bob's"]],
    ['?state=active&environment=live', ["bob's", 'pipeline']],
  ])('%s', async (query, names) => {
    const world = createDocumentedWorld()
    await issue(world, { name: 'pipeline' })
    world.clock.advance(1)
    const { key } = await issue(world, { name: 'gone', environment: 'test' })
    await world.keyring.revoke(key.id)
    world.clock.advance(1)
    await issue(world, { name: "bob's" }, 'bob')
    const answer = await world.send('GET', `/api/keys${query}`, { as: 'ops' })
    expect(((await answer.json()) as KeyPage).keys.map(({ name }) => name)).toEqual(names)
  })

  test('of all that happened comes in pages too', async () => {
    const world = createDocumentedWorld()
    for (let count = 0; count < 3; count++) await issue(world, {}, count === 1 ? 'bob' : 'alice')
    const read = async (query: string, as: string) =>
      (await (await world.send('GET', `/api/audit${query}`, { as })).json()) as {
        entries: unknown[]
        next: string | null
      }
    const first = await read('?limit=2', 'ops')
    expect(first.entries).toMatchObject([{ sequence: 3 }, { sequence: 2 }])
    expect((await read(`?limit=2&cursor=${first.next}`, 'ops')).entries).toMatchObject([{ sequence: 1 }])
    expect((await read('?owner=acct_2', 'ops')).entries).toMatchObject([{ sequence: 2, owner: 'acct_2' }])
  })
})

describe('what cannot be used is named, field by field', () => {
  test.each([
    ['a number', { name: 1 }, ['name']],
    ['too much', { name: 'x'.repeat(201), reason: 'x'.repeat(1001) }, ['name', 'reason']],
    ['what nobody reads', { nmae: 'x', __proto__: 1, id: 'key_1' }, ['nmae', 'id']],
    ['a scope that is none', { scopes: ['a b'] }, ['scopes']],
    ['a day', { expiresAt: '2026-12-31' }, ['expiresAt']],
    ['a second too many', { expiresAt: '2026-12-31T23:59:60Z' }, ['expiresAt']],
    ['the past', { expiresAt: '2025-12-31T00:00:00Z' }, ['expiresAt']],
    ['two ends', { expiresAt: '2026-12-31T00:00:00Z', expiresInMs: 1 }, ['expiresInMs']],
    ['no such environment', { environment: 'prod' }, ['environment']],
    ['a NUL', { name: 'a\0b' }, ['name']],
    ['an owner', { owner: 'acct_2', metadata: {} }, ['owner', 'metadata']],
    ['a list', [], ['body']],
    ['nothing', null, ['body']],
    [
      'all at once',
      { name: 1, scopes: 'posts:read', expiresAt: 5, environment: '' },
      ['name', 'scopes', 'environment', 'expiresAt'],
    ],
  ])('%s', async (_what, body, fields) => {
    const { send } = createDocumentedWorld()
    const answer = await send('POST', '/api/keys', { body, headers: fresh() })
    const { code, errors } = (await answer.json()) as Problem
    expect(code).toBe('invalid_input')
    expect(errors?.map(({ field }) => field)).toEqual(fields)
    for (const { detail } of errors ?? []) expect(detail).toMatch(/^(must|is|there)/)
  })

  test.each([
    '?limit=0',
    '?limit=501',
    '?limit=1.5',
    '?limit=x',
    '?state=dead',
    '?state=active&state=revoked',
    '?cursor=zzz',
    '?cursor=',
    '?onwer=acct_1',
    '?__proto__=1',
    '?owner=',
  ])('%s', async (query) => {
    const { send } = createDocumentedWorld()
    expect(await refused(await send('GET', `/api/keys${query}`, { as: 'ops' }))).toEqual([400, 'invalid_query'])
  })

  test.each([
    ['no JSON', '{', [400, 'malformed_json']],
    ['nothing', '', [400, 'malformed_json']],
    ['too much', JSON.stringify({ name: 'x'.repeat(65_536) }), [413, 'too_large']],
    ['depth', '['.repeat(60_000), [400, 'malformed_json']],
    ['depth that is JSON', `${'['.repeat(30_000)}${']'.repeat(30_000)}`, [422, 'invalid_input']],
  ])('a body with %s', async (_what, text, expected) => {
    const { send } = createDocumentedWorld()
    expect(await refused(await send('POST', '/api/keys', { text, headers: fresh() }))).toEqual(expected)
  })

  test('deep metadata', async () => {
    const { send } = createDocumentedWorld()
    const text = `{"metadata":{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}}`
    expect(await refused(await send('POST', '/api/keys', { as: 'ops', text, headers: fresh() }))).toEqual([
      422,
      'invalid_input',
    ])
  })

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
  ])('a body that says %s', async (type) => {
    const { send } = createDocumentedWorld()
    const headers = { ...fresh(), 'Content-Type': type }
    expect(await refused(await send('POST', '/api/keys', { text: '{}', headers }))).toEqual([
      415,
      'unsupported_media_type',
    ])
  })

  test.each([{}, { 'Idempotency-Key': 'two words' }, { 'Idempotency-Key': 'x'.repeat(256) }])(
    'Idempotency-Key %j',
    async (headers) => {
      const world = createDocumentedWorld()
      expect(await refused(await world.send('POST', '/api/keys', { body: {}, headers }))).toEqual([
        400,
        'invalid_header',
      ])
      expect((await world.keyring.list()).keys).toEqual([])
    },
  )
})

describe('the state of a key refuses', () => {
  const states: Record<string, (world: World, id: string) => Promise<unknown>> = {
    revoked: (world, id) => world.keyring.revoke(id),
    disabled: (world, id) => world.keyring.disable(id),
    rotated: (world, id) => world.keyring.rotate(id),
    retired: (world, id) => world.keyring.rotate(id, { graceMs: 0 }),
    expired: async (world) => world.clock.advance(2 * MINUTE),
  }
  test.each([
    ['revoked', 'rotate', [409, 'revoked']],
    ['revoked', 'disable', [409, 'revoked']],
    ['revoked', 'enable', [409, 'revoked']],
    ['disabled', 'rotate', [409, 'disabled']],
    ['rotated', 'rotate', [409, 'already_rotated']],
    ['retired', 'disable', [409, 'ended']],
    ['expired', 'rotate', [409, 'ended']],
    ['expired', 'enable', [409, 'ended']],
  ])('%s: %s', async (state, action, expected) => {
    const world = createDocumentedWorld()
    const { key } = await issue(world, { expiresInMs: MINUTE })
    await states[state]?.(world, key.id)
    const answer = await world.send('POST', `/api/keys/${key.id}/${action}`, { body: {}, headers: fresh() })
    expect(await refused(answer)).toEqual(expected)
  })

  test.each(['revoked', 'expired'])('%s: update', async (state) => {
    const world = createDocumentedWorld()
    const { key } = await issue(world, { expiresInMs: MINUTE })
    await states[state]?.(world, key.id)
    const headers = { 'If-Match': '*' }
    const answer = await world.send('PATCH', `/api/keys/${key.id}`, { body: { name: 'x' }, headers })
    expect(await refused(answer)).toEqual([409, state === 'revoked' ? 'revoked' : 'ended'])
  })

  test('a second revocation changes nothing and is confirmed again', async () => {
    const world = createDocumentedWorld()
    const { key } = await issue(world)
    await world.send('POST', `/api/keys/${key.id}/revoke`, { body: {} })
    const again = await world.send('POST', `/api/keys/${key.id}/revoke`, { body: {} })
    expect(await again.json()).toMatchObject({
      key: { state: 'revoked', version: 2 },
      confirmation: { confirmed: true },
    })
  })
})

describe('when something is down', () => {
  test('the store: 503 everywhere, and not why', async () => {
    const world = createDocumentedWorld()
    const { key } = await issue(world)
    await world.store.close()
    const id = `/api/keys/${key.id}`
    for (const [method, path] of [
      ['GET', '/api/keys'],
      ['GET', id],
      ['GET', `${id}/audit`],
      ['GET', `${id}/usage`],
      ['GET', '/api/audit'],
      ['POST', '/api/keys'],
      ['PATCH', id],
      ['POST', `${id}/rotate`],
      ['POST', `${id}/revoke`],
      ['POST', `${id}/disable`],
      ['POST', `${id}/enable`],
    ] as const) {
      const headers = { ...fresh(), 'If-Match': '*' }
      const answer = await world.send(method, path, { ...(method !== 'GET' && { body: {} }), headers })
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
      expect(await refused(answer)).toEqual([503, 'unavailable'])
    }
    expect(world.failures).toHaveLength(11)
    expect((await world.send('GET', '/')).status).toBe(503)
  })

  test('the channel: what is written down is told, and that nobody has confirmed it', async () => {
    const channel = { ...localChannel(), publish: () => Promise.reject(new Error('cut off')) }
    const world = createDocumentedWorld({ channel })
    const { key } = await issue(world)
    const revoked = await world.send('POST', `/api/keys/${key.id}/revoke`, { body: {} })
    expect(await revoked.json()).toMatchObject({
      status: 503,
      code: 'unconfirmed',
      key: { id: key.id, state: 'revoked' },
    })
    expect(world.failures).toEqual([])
  })

  test('the channel, at an emergency rotation: the successor is named, whose token is lost', async () => {
    const channel = { ...localChannel(), publish: () => Promise.reject(new Error('cut off')) }
    const world = createDocumentedWorld({ channel })
    const { key } = await issue(world)
    const sent = { body: { graceMs: 0 }, headers: fresh() }
    const rotated = await world.send('POST', `/api/keys/${key.id}/rotate`, sent)
    const problem = (await rotated.json()) as Problem
    expect(problem).toMatchObject({ status: 503, code: 'unconfirmed', key: { id: key.id, state: 'retired' } })
    expect(problem.keyId).toBe((await world.keyring.get(key.id))?.rotatedTo)
    const again = await world.send('POST', `/api/keys/${key.id}/rotate`, sent)
    expect(await again.json()).toMatchObject({ status: 409, code: 'already_issued', keyId: problem.keyId })
  })

  test('the channel, at a rotation with grace: the token is handed out, and no bound is known', async () => {
    const channel = { ...localChannel(), publish: () => Promise.reject(new Error('cut off')) }
    const world = createDocumentedWorld({ channel, store: memoryStore() })
    const { key } = await issue(world)
    const rotated = await world.send('POST', `/api/keys/${key.id}/rotate`, { body: {}, headers: fresh() })
    expect(await rotated.json()).toMatchObject({ confirmation: { confirmed: false, boundMs: null } })
  })
})

test('whoever is acting is told what they may choose from', async () => {
  const { send } = createDocumentedWorld()
  const session = async (as: string) => (await send('GET', '/api/session', { as })).json()
  const environments = ['live', 'test']
  expect(await session('alice')).toEqual({
    actor: 'alice',
    view: 'owner',
    owner: 'acct_1',
    scopes: ['posts:read', 'posts:write'],
    environments,
    metadata: 'read',
  })
  expect(await session('reader')).toMatchObject({ scopes: ['posts:read'] })
  expect(await session('ops')).toMatchObject({ view: 'operator', owner: null, metadata: 'write' })
  const { send: openly } = createDocumentedWorld({ scopes: [] })
  expect(await (await openly('GET', '/api/session')).json()).toMatchObject({ scopes: null })
})

describe("scopes that are not one's own", () => {
  test('are not given, not added, and not come by through a rotation', async () => {
    const world = createDocumentedWorld()
    const as = 'reader'
    const scopes = ['posts:read', 'posts:write']
    const refusal = [403, 'scope_not_yours']
    expect(await refused(await world.send('POST', '/api/keys', { as, body: { scopes }, headers: fresh() }))).toEqual(
      refusal,
    )
    const mine = await issue(world, { scopes: ['posts:read'] }, as)
    const patch = (id: string, body: object) =>
      world.send('PATCH', `/api/keys/${id}`, { as, body, headers: { 'If-Match': '*' } })
    expect(await refused(await patch(mine.key.id, { scopes }))).toEqual(refusal)
    const { key } = await issue(world, { scopes })
    expect(
      await refused(await world.send('POST', `/api/keys/${key.id}/rotate`, { as, body: {}, headers: fresh() })),
    ).toEqual(refusal)
    // What a key has already may stay, and may be taken away.
    expect((await patch(key.id, { name: 'x', scopes })).status).toBe(200)
    expect((await patch(key.id, { scopes: ['posts:write'] })).status).toBe(200)
    expect((await world.keyring.get(key.id))?.rotatedTo).toBeNull()
  })
})
