import { DAY, HOUR, idKeyFormat, keyFormat, sha256 } from '@bearward/core'
import { describe, expect, it, test } from 'vitest'
import { createKeyring, KEY_STATES, type KeyAction, memoryStore, TRANSITIONS } from '../src/index.ts'
import { CONFIRMED, codeOf, NOW, namesOf, type SetUp, setUp } from './support/keyring.ts'

const bearer = (token: string): string => `Bearer ${token}`

describe('issue()', () => {
  it('hands out a token whose digest alone is kept', async () => {
    const { keyring, store } = setUp()
    const { token, key } = await keyring.issue({ owner: 'acct_1', name: 'CI', scopes: ['posts:read'] })
    const stored = await store.findByDigest([await sha256().digest(token)], { fresh: true })
    expect(stored).toMatchObject({ id: key.id, owner: 'acct_1', name: 'CI', scopes: ['posts:read'], version: 1 })
    expect(JSON.stringify([stored, key, await keyring.audit()])).not.toContain(token.slice(12))
    expect(key).not.toHaveProperty('digest')
  })

  it('fills in what was left out', async () => {
    const { key, token } = await setUp().keyring.issue({ owner: null })
    expect(key).toEqual({
      id: expect.stringMatching(/^key_[0-9A-Za-z]{21}$/),
      hint: `${token.slice(0, 14)}…`,
      name: '',
      owner: null,
      environment: 'live',
      scopes: [],
      metadata: {},
      createdAt: NOW,
      notBefore: null,
      expiresAt: null,
      disabledAt: null,
      revokedAt: null,
      endedAt: null,
      rotatedFrom: null,
      rotatedTo: null,
      graceEndsAt: null,
      version: 1,
      state: 'active',
    })
  })

  it('takes dates as a Date, epoch milliseconds, or a time from now', async () => {
    const { keyring } = setUp()
    expect((await keyring.issue({ owner: null, expiresInMs: 90 * DAY })).key.expiresAt).toBe(NOW + 90 * DAY)
    expect((await keyring.issue({ owner: null, expiresAt: new Date(NOW + 5) })).key.expiresAt).toBe(NOW + 5)
    const { key } = await keyring.issue({ owner: null, notBefore: NOW + HOUR, expiresAt: NOW + DAY })
    expect([key.notBefore, key.state]).toEqual([NOW + HOUR, 'scheduled'])
  })

  test.each([
    ['a scope that is not a string', { scopes: [7] }, 'scopes'],
    ['scopes that are a string', { scopes: 'posts:read' }, 'scopes'],
    ['a scope that cannot stand in a challenge', { scopes: ['a b'] }, 'scopes'],
    ['too many scopes', { scopes: Array.from({ length: 101 }, (_, index) => `s${index}`) }, 'scopes'],
    ['a negative duration', { expiresInMs: -1 }, 'expiresInMs'],
    ['no duration', { expiresInMs: 0 }, 'expiresInMs'],
    ['a duration that is no number', { expiresInMs: '5' }, 'expiresInMs'],
    ['two expiries', { expiresInMs: 5, expiresAt: NOW + 5 }, 'expiresInMs'],
    ['an expiry that is over', { expiresAt: NOW }, 'expiresAt'],
    ['an expiry in words', { expiresAt: '2030-01-01' }, 'expiresAt'],
    ['an invalid date', { expiresAt: new Date('never') }, 'expiresAt'],
    ['a beginning after the end', { notBefore: NOW + 9, expiresAt: NOW + 9 }, 'notBefore'],
    ['an unknown environment', { environment: 'prod' }, 'environment'],
    ['an owner that is empty', { owner: '' }, 'owner'],
    ['an owner with NUL', { owner: 'a\0' }, 'owner'],
    ['half of a surrogate pair', { name: '\ud83d' }, 'name'],
    ['a name that is too long', { name: 'x'.repeat(201) }, 'name'],
    ['an id with a blank', { id: 'key 1' }, 'id'],
    ['metadata over its limit', { metadata: { note: 'x'.repeat(4096) } }, 'metadata'],
    ['metadata that is a list', { metadata: [] }, 'metadata'],
    ['metadata with NUL', { metadata: { note: 'a\0' } }, 'metadata'],
    ['metadata that is a date', { metadata: new Date() }, 'metadata'],
    ['an actor that is no string', { actor: 1 }, 'actor'],
    ['a misspelt field', { expiresIn: 5 }, 'expiresIn'],
  ])('refuses %s, names the field, and writes nothing', async (_what, options, field) => {
    const { keyring } = setUp()
    expect(await codeOf(keyring.issue(options as never))).toBe(`invalid_input ${field}`)
    expect((await keyring.list()).keys).toEqual([])
    expect((await keyring.audit()).entries).toEqual([])
  })

  it('refuses metadata that JSON cannot write', async () => {
    const loop: Record<string, unknown> = {}
    loop.loop = loop
    expect(await codeOf(setUp().keyring.issue({ owner: null, metadata: loop as never }))).toBe('invalid_input metadata')
  })

  it('never repeats in a message what was given', async () => {
    const secret = 'acme_live_SECRET'
    for (const options of [
      { owner: [secret] },
      { environment: secret },
      { scopes: [`${secret} x`] },
      { id: `${secret} ` },
    ]) {
      const refused = setUp().keyring.issue(options as never)
      await expect(refused).rejects.toThrow(/must be/)
      await expect(refused).rejects.not.toThrow(secret)
    }
  })

  it('refuses an id that is taken, so that a caller can try again without issuing twice', async () => {
    const { keyring } = setUp()
    await keyring.issue({ owner: null, id: 'key_order_1' })
    expect(await codeOf(keyring.issue({ owner: null, id: 'key_order_1' }))).toBe('duplicate id')
  })

  it('takes declared scopes alone where scopes were declared, and patterns where they are turned on', async () => {
    const scopes = ['posts:read', 'posts:write']
    const strict = setUp({ scopes }).keyring
    expect(await codeOf(strict.issue({ owner: null, scopes: ['posts:delete'] }))).toBe('invalid_input scopes')
    expect(await codeOf(strict.issue({ owner: null, scopes: ['posts:*'] }))).toBe('invalid_input scopes')
    const loose = setUp({ scopes, scopePatterns: true }).keyring
    expect(await codeOf(loose.issue({ owner: null, scopes: ['posts:*', '*'] }))).toBe('done')
    expect(await codeOf(loose.issue({ owner: null, scopes: ['users:*'] }))).toBe('invalid_input scopes')
  })
})

it('tells which scopes and environments there are', () => {
  const { keyring } = setUp({ scopes: ['posts:read', 'posts:write'] })
  expect(keyring.scopes).toEqual(['posts:read', 'posts:write'])
  expect(keyring.environments).toEqual(['live', 'test'])
  const bare = setUp({ format: keyFormat({ prefix: 'acme' }) }).keyring
  expect([bare.scopes, bare.environments]).toEqual([[], []])
})

describe('get(), list()', () => {
  it('get() answers null for a key that is not there', async () => {
    expect(await setUp().keyring.get('key_nobody')).toBeNull()
  })

  it('find() knows the key of a token whatever its state, and counts as no use', async () => {
    const { keyring } = setUp()
    const { token, key } = await keyring.issue({ owner: null })
    expect(await keyring.find(token)).toEqual(await keyring.get(key.id))
    await keyring.revoke(key.id)
    expect(await keyring.find(token)).toMatchObject({ id: key.id, state: 'revoked', lastUsedAt: null })
    const { token: foreign } = await setUp().keyring.issue({ owner: null })
    for (const other of [foreign, `${token}x`, '', undefined]) expect(await keyring.find(other as string)).toBeNull()
  })

  it('pages through all keys, newest first', async () => {
    const { keyring, clock } = setUp()
    const ids: string[] = []
    for (let index = 0; index < 7; index++) {
      ids.unshift((await keyring.issue({ owner: null })).key.id)
      clock.advance(1)
    }
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await keyring.list({ limit: 3, cursor })
      seen.push(...page.keys.map(({ id }) => id))
      cursor = page.next ?? undefined
    } while (cursor !== undefined)
    expect(seen).toEqual(ids)
  })

  it('the last page that is full has no next', async () => {
    const { keyring } = setUp()
    await keyring.issue({ owner: null })
    await keyring.issue({ owner: null })
    expect((await keyring.list({ limit: 2 })).next).toBeNull()
  })

  it('finds a key by the hint that a list shows', async () => {
    const { keyring } = setUp()
    await keyring.issue({ owner: null })
    const { key } = await keyring.issue({ owner: null })
    expect((await keyring.list({ hint: key.hint })).keys.map(({ id }) => id)).toContain(key.id)
    expect((await keyring.list({ hint: 'acme_test' })).keys).toEqual([])
  })

  it('finds a key by what stands in it, and takes blanks for no condition', async () => {
    const { keyring } = setUp()
    const { key: one } = await keyring.issue({ name: 'Nightly build', owner: 'acct_1' })
    const { key: two } = await keyring.issue({ name: 'Deploy', owner: 'acct_2', environment: 'test' })
    const found = async (search: string): Promise<string[]> =>
      (await keyring.list({ search })).keys.map(({ id }) => id).toSorted()
    for (const search of ['BUILD', ' nightly ', one.id, 'acct_1', one.hint, one.hint.slice(5)]) {
      expect(await found(search), search).toEqual([one.id])
    }
    for (const search of ['', ' \t']) expect(await found(search)).toEqual([one.id, two.id].toSorted())
    expect(await found('acct')).toEqual([one.id, two.id].toSorted())
  })

  it('finds by a token its key and no other, and hands no token to the store', async () => {
    const store = memoryStore()
    const asked: string[] = []
    const list = store.list.bind(store)
    store.list = (query) => {
      asked.push(JSON.stringify(query))
      return list(query)
    }
    const { keyring } = setUp({ store })
    const { token, key } = await keyring.issue({ owner: 'acct_1' })
    const { token: foreign } = await setUp().keyring.issue({ owner: null })
    await keyring.issue({ owner: null, name: `not ${key.hint.slice(0, -1)}` })
    const found = async (options: object): Promise<string[]> => (await keyring.list(options)).keys.map(({ id }) => id)

    expect(await found({ search: ` ${token}\n` })).toEqual([key.id])
    expect(await found({ search: token, owner: 'acct_1', state: 'active' })).toEqual([key.id])
    expect(await found({ search: token, owner: 'acct_2' })).toEqual([])
    expect(await found({ search: token, state: 'revoked' })).toEqual([])
    expect(await found({ search: token, hint: 'acme_test' })).toEqual([])
    expect(await found({ search: foreign })).toEqual([])
    expect(asked).toEqual([])
    // Most of a token, or a token with something around it, is looked for by what a hint shows.
    for (const search of [token.slice(0, -1), `ACME_KEY=${token}`, `${token}x`]) {
      expect(await found({ search }), search).toContain(key.id)
    }
    expect(await found({ hint: token })).toEqual([key.id])
    expect(asked.length).toBe(4)
    for (const query of asked) expect(query).not.toContain(token.slice(10, 18))
    expect(asked[0]).toContain(`"${token.slice(0, 14)}"`)
  })

  test.each([
    [{ limit: 0 }, 'limit'],
    [{ limit: 501 }, 'limit'],
    [{ state: 'alive' }, 'state'],
    [{ cursor: 'made up' }, 'cursor'],
    [{ cursor: btoa('[1,2]') }, 'cursor'],
    [{ hint: 7 }, 'hint'],
    [{ hint: 'acme\0' }, 'hint'],
    [{ search: 7 }, 'search'],
    [{ search: 'x'.repeat(201) }, 'search'],
    [{ search: 'a\0' }, 'search'],
    [{ search: '\ud83d' }, 'search'],
    [{ page: 2 }, 'page'],
    [{ owner: null }, 'owner'],
    [{ environment: null }, 'environment'],
  ])('list(%j) is refused', async (options, field) => {
    expect(await codeOf(setUp().keyring.list(options as never))).toBe(`invalid_input ${field}`)
  })

  test.each([
    [{ cursor: '-1' }, 'cursor'],
    [{ cursor: '1e3' }, 'cursor'],
    [{ keyId: '' }, 'keyId'],
    [{ owner: null }, 'owner'],
    [{ actor: null }, 'actor'],
    [{ action: 'issue' }, 'action'],
    [{ action: 'issued\0' }, 'action'],
  ])('audit(%o) is refused', async (options, field) => {
    expect(await codeOf(setUp().keyring.audit(options as never))).toBe(`invalid_input ${field}`)
  })
})

describe('usage()', () => {
  it('tells uses by day up to today, and the addresses that they came from', async () => {
    const { keyring, store, clock } = setUp()
    const { key } = await keyring.issue({ owner: null })
    clock.advance(40 * DAY)
    const now = NOW + 40 * DAY
    const use = (ago: number, from: string | null, uses: number) => ({ keyId: key.id, at: now - ago * DAY, from, uses })
    await store.recordUse([use(31, '::1', 1), use(29, '::2', 2), use(1, null, 3), use(0, '::1', 4)])
    const usage = await keyring.usage(key.id)
    expect(usage).toMatchObject({
      lastUsedAt: now,
      lastUsedFrom: '::1',
      addresses: [
        { address: '::1', lastUsedAt: now },
        { address: '::2', lastUsedAt: now - 29 * DAY },
      ],
    })
    expect(usage?.days.length).toBe(30)
    expect(usage?.days[0]).toEqual({ day: '2026-01-12', uses: 2 })
    expect(usage?.days.slice(-2)).toEqual([
      { day: '2026-02-09', uses: 3 },
      { day: '2026-02-10', uses: 4 },
    ])
    expect(usage?.days.slice(1, -2).every(({ uses }) => uses === 0)).toBe(true)
    expect((await keyring.usage(key.id, { days: 1 }))?.days).toEqual([{ day: '2026-02-10', uses: 4 }])
    const all = (await keyring.usage(key.id, { days: 90 }))?.days ?? []
    expect([all.length, all.reduce((sum, { uses }) => sum + uses, 0)]).toEqual([90, 10])
  })

  it('is gathered from what verifiers accept', async () => {
    const { keyring } = setUp()
    const { token, key } = await keyring.issue({ owner: null })
    const verifier = keyring.verifier()
    for (let time = 0; time < 3; time++) await verifier.verify(bearer(token))
    await keyring.flush()
    const usage = await keyring.usage(key.id, { days: 1 })
    expect(usage).toEqual({
      lastUsedAt: NOW,
      lastUsedFrom: null,
      days: [{ day: '2026-01-01', uses: 3 }],
      addresses: [],
    })
  })

  it('is empty for a key that was not used, and null where there is none', async () => {
    const { keyring } = setUp()
    const { key } = await keyring.issue({ owner: null })
    expect(await keyring.usage(key.id, { days: 2 })).toEqual({
      lastUsedAt: null,
      lastUsedFrom: null,
      days: [
        { day: '2025-12-31', uses: 0 },
        { day: '2026-01-01', uses: 0 },
      ],
      addresses: [],
    })
    expect(await keyring.usage('key_nobody')).toBeNull()
  })

  test.each([[0], [91], [1.5], ['7'], [Number.NaN]])('refuses %s days', async (days) => {
    const { keyring } = setUp()
    const { key } = await keyring.issue({ owner: null })
    expect(await codeOf(keyring.usage(key.id, { days } as never))).toBe('invalid_input days')
  })
})

describe('update()', () => {
  it('changes what is given and keeps the rest', async () => {
    const { keyring } = setUp()
    const { key } = await keyring.issue({
      owner: null,
      name: 'a',
      scopes: ['x'],
      metadata: { team: 1 },
      expiresInMs: DAY,
    })
    const { key: changed, confirmation } = await keyring.update(key.id, { name: 'b', expiresAt: null })
    expect(changed).toEqual({ ...key, name: 'b', expiresAt: null, version: 2 })
    expect(confirmation).toMatchObject(CONFIRMED)
  })

  it('writes only over the version that the caller has seen, where one is named', async () => {
    const { keyring } = setUp()
    const { key } = await keyring.issue({ owner: null })
    await keyring.update(key.id, { name: 'b', version: 1 })
    expect(await codeOf(keyring.update(key.id, { name: 'c', version: 1 }))).toBe('conflict version')
    expect((await keyring.get(key.id))?.name).toBe('b')
  })

  it('refuses a key that is not there', async () => {
    expect(await codeOf(setUp().keyring.update('key_nobody', { name: 'x' }))).toBe('not_found id')
  })
})

describe('rotate()', () => {
  it('gives a successor that takes over all but the token, linked both ways, and both work', async () => {
    const { keyring } = setUp()
    const facts = { owner: 'acct_1', name: 'CI', scopes: ['x'], metadata: { quota: 5 }, environment: 'test' }
    const first = await keyring.issue(facts)
    const second = await keyring.rotate(first.key.id, { graceMs: HOUR })
    expect(second.key).toMatchObject({ ...facts, rotatedFrom: first.key.id, state: 'active' })
    expect(second.previous).toMatchObject({ rotatedTo: second.key.id, graceEndsAt: NOW + HOUR, state: 'retiring' })
    expect(second.token).toMatch(/^acme_test_/)
    const verifier = keyring.verifier()
    for (const token of [first.token, second.token]) expect((await verifier.verify(bearer(token))).ok).toBe(true)
  })

  it('the old key ends with its grace, to the millisecond', async () => {
    const { keyring, clock } = setUp()
    const { token, key } = await keyring.issue({ owner: null })
    const next = await keyring.rotate(key.id, { graceMs: 1000 })
    const verifier = keyring.verifier()
    clock.advance(999)
    expect((await verifier.verify(bearer(token))).ok).toBe(true)
    clock.advance(1)
    expect((await verifier.verify(bearer(token))).ok).toBe(false)
    expect((await verifier.verify(bearer(next.token))).ok).toBe(true)
    expect((await keyring.get(key.id))?.state).toBe('retired')
  })

  it('in an emergency the old key is refused when the call resolves, whatever a clock says later', async () => {
    const { keyring, clock } = setUp()
    const { token, key } = await keyring.issue({ owner: null })
    const verifier = keyring.verifier()
    expect((await verifier.verify(bearer(token))).ok).toBe(true)
    const { confirmation, previous } = await keyring.rotate(key.id, { graceMs: 0 })
    expect(confirmation).toMatchObject(CONFIRMED)
    expect(previous.state).toBe('retired')
    expect((await verifier.verify(bearer(token))).ok).toBe(false)
    clock.moveWall(-DAY)
    expect((await verifier.verify(bearer(token))).ok).toBe(false)
  })

  it('the successor lives as long as the old key was given, unless told otherwise', async () => {
    const { keyring, clock } = setUp()
    const { key } = await keyring.issue({ owner: null, expiresInMs: 10 * DAY })
    clock.advance(4 * DAY)
    const next = await keyring.rotate(key.id)
    expect(next.key.expiresAt).toBe(NOW + 14 * DAY)
    expect((await keyring.rotate(next.key.id, { expiresInMs: DAY })).key.expiresAt).toBe(NOW + 5 * DAY)
  })

  it('the grace does not outlive the expiry of the old key', async () => {
    const { keyring, clock } = setUp()
    const { token, key } = await keyring.issue({ owner: null, expiresInMs: HOUR })
    await keyring.rotate(key.id, { graceMs: DAY })
    clock.advance(HOUR)
    expect((await keyring.verifier().verify(bearer(token))).ok).toBe(false)
  })

  test.each([[-1], [1.5], [Number.NaN], ['1'], [4e15]])('refuses a grace of %s', async (graceMs) => {
    const { keyring } = setUp()
    const { key } = await keyring.issue({ owner: null })
    expect(await codeOf(keyring.rotate(key.id, { graceMs: graceMs as number }))).toBe('invalid_input graceMs')
    expect((await keyring.audit()).entries.length).toBe(1)
  })
})

describe('revoke()', () => {
  it('holds on the next request of a verifier that had accepted the key, and says so', async () => {
    const { keyring } = setUp()
    const { token, key } = await keyring.issue({ owner: null })
    const verifier = keyring.verifier({ cache: { max: 10, maxStalenessMs: DAY } })
    expect((await verifier.verify(bearer(token))).ok).toBe(true)
    const revoked = await keyring.revoke(key.id, { reason: 'leaked', actor: 'alice' })
    expect(revoked).toMatchObject({ key: { state: 'revoked', revokedAt: NOW }, confirmation: CONFIRMED })
    expect((await verifier.verify(bearer(token))).ok).toBe(false)
  })

  it('changes nothing a second time, and confirms again', async () => {
    const { keyring, clock } = setUp()
    const { key } = await keyring.issue({ owner: null })
    await keyring.revoke(key.id)
    clock.advance(5)
    expect(await keyring.revoke(key.id)).toMatchObject({ key: { revokedAt: NOW }, confirmation: CONFIRMED })
    expect((await keyring.audit()).entries.length).toBe(2)
  })

  it('revokeAll() revokes every key of an owner, whatever its state, and nobody else’s', async () => {
    const { keyring, clock, told } = setUp()
    const mine = { owner: 'acct_1' } as const
    const ids: string[] = []
    for (let index = 0; index < 205; index++) ids.push((await keyring.issue(mine)).key.id)
    const expired = await keyring.issue({ ...mine, expiresInMs: 1 })
    const scheduled = await keyring.issue({ ...mine, notBefore: NOW + DAY })
    await keyring.disable(ids[0] as string)
    const successor = await keyring.rotate(ids[1] as string, { graceMs: 0 })
    const other = await keyring.issue({ owner: 'acct_10' })
    clock.advance(10)
    const { keyIds, confirmation } = await keyring.revokeAll({ ...mine, actor: 'alice' })
    expect(new Set(keyIds)).toEqual(new Set([...ids, expired.key.id, scheduled.key.id, successor.key.id]))
    expect(confirmation).toMatchObject(CONFIRMED)
    expect((await keyring.list({ ...mine, state: 'revoked', limit: 500 })).keys.length).toBe(208)
    expect((await keyring.get(other.key.id))?.state).toBe('active')
    expect(told.filter(({ name }) => name === 'revoked').length).toBe(208)
    expect(await keyring.revokeAll(mine)).toMatchObject({ keyIds: [], confirmation: CONFIRMED })
  })

  it('revokeAll() wants an owner: it must not revoke what belongs to nobody by mistake', async () => {
    const { keyring } = setUp()
    await keyring.issue({ owner: null })
    for (const options of [{}, { owner: undefined }, { owner: null }, { owner: '' }]) {
      expect(await codeOf(keyring.revokeAll(options as never))).toBe('invalid_input owner')
    }
  })
})

describe('the table of transitions', () => {
  const ways: Record<string, (room: SetUp) => Promise<string>> = {
    async scheduled({ keyring }) {
      return (await keyring.issue({ owner: null, notBefore: NOW + DAY })).key.id
    },
    async active({ keyring }) {
      return (await keyring.issue({ owner: null })).key.id
    },
    async retiring({ keyring }) {
      const { key } = await keyring.issue({ owner: null })
      await keyring.rotate(key.id)
      return key.id
    },
    async disabled({ keyring }) {
      const { key } = await keyring.issue({ owner: null })
      await keyring.disable(key.id)
      return key.id
    },
    async expired({ keyring, clock }) {
      const { key } = await keyring.issue({ owner: null, expiresInMs: 1 })
      clock.advance(1)
      return key.id
    },
    async retired({ keyring }) {
      const { key } = await keyring.issue({ owner: null })
      await keyring.rotate(key.id, { graceMs: 0 })
      return key.id
    },
    async revoked({ keyring }) {
      const { key } = await keyring.issue({ owner: null })
      await keyring.revoke(key.id)
      return key.id
    },
  }
  const cases = KEY_STATES.flatMap((state) =>
    Object.entries(TRANSITIONS[state]).map(([action, rule]) => ({ state, action: action as KeyAction, rule })),
  )

  test.each(cases)('$state: $action is "$rule"', async ({ state, action, rule }) => {
    const room = setUp()
    const id = await (ways[state] as (room: SetUp) => Promise<string>)(room)
    const { keyring } = room
    const before = await keyring.get(id)
    expect(before?.state).toBe(state)
    const entries = (await keyring.audit({ limit: 500 })).entries.length
    const code = await codeOf(action === 'update' ? keyring.update(id, { name: 'x' }) : keyring[action](id))
    expect(code).toBe(rule === 'done' || rule === 'nothing' ? 'done' : rule)
    const hasChanged = (await keyring.audit({ limit: 500 })).entries.length > entries
    expect(hasChanged).toBe(rule === 'done')
    if (rule !== 'done') expect(await keyring.get(id)).toEqual(before)
  })

  it('a disabled key that has a successor has one all the same', async () => {
    const { keyring } = setUp()
    const { key } = await keyring.issue({ owner: null })
    await keyring.rotate(key.id)
    await keyring.disable(key.id)
    expect(await codeOf(keyring.rotate(key.id))).toBe('already_rotated')
  })
})

describe('the audit trail', () => {
  it('says who did what, when, from where, why, and what changed', async () => {
    const { keyring, clock } = setUp()
    const { key } = await keyring.issue({ owner: 'acct_1', scopes: ['x'], actor: 'alice', from: '192.0.2.1' })
    clock.advance(5)
    await keyring.update(key.id, { scopes: ['x', 'y'], actor: 'bob', reason: 'ticket 7' })
    const { entries } = await keyring.audit({ keyId: key.id })
    const nobody = { actor: null, from: null, reason: null }
    expect(entries).toEqual([
      {
        ...nobody,
        sequence: 2,
        at: NOW + 5,
        action: 'updated',
        keyId: key.id,
        owner: 'acct_1',
        actor: 'bob',
        reason: 'ticket 7',
        version: 2,
        changes: { scopes: { before: ['x'], after: ['x', 'y'] } },
      },
      {
        ...nobody,
        sequence: 1,
        at: NOW,
        action: 'issued',
        keyId: key.id,
        owner: 'acct_1',
        actor: 'alice',
        from: '192.0.2.1',
        version: 1,
        changes: {
          hint: { before: null, after: key.hint },
          owner: { before: null, after: 'acct_1' },
          environment: { before: null, after: 'live' },
          scopes: { before: null, after: ['x'] },
        },
      },
    ])
  })

  it('has an entry for every step of a life', async () => {
    const { keyring, clock } = setUp()
    const { key } = await keyring.issue({ owner: null, expiresInMs: DAY })
    await keyring.disable(key.id)
    await keyring.enable(key.id)
    const { key: successor } = await keyring.rotate(key.id, { graceMs: 10 })
    clock.advance(10)
    await keyring.expireDue({ announceMs: 2 * DAY })
    clock.advance(DAY)
    await keyring.expireDue()
    await keyring.revoke(successor.id)
    const { entries } = await keyring.audit()
    expect(entries.toReversed().map(({ keyId, action }) => `${keyId === key.id ? 'old' : 'new'} ${action}`)).toEqual([
      'old issued',
      'old disabled',
      'old enabled',
      'old rotated',
      'new issued',
      'old retired',
      'new announced',
      'new expired',
      'new revoked',
    ])
  })

  it('pages backwards', async () => {
    const { keyring } = setUp()
    for (let index = 0; index < 5; index++) await keyring.issue({ owner: null })
    const first = await keyring.audit({ limit: 3 })
    expect(first.entries.map(({ sequence }) => sequence)).toEqual([5, 4, 3])
    const second = await keyring.audit({ limit: 3, cursor: first.next ?? undefined })
    expect(second).toMatchObject({ entries: [{ sequence: 2 }, { sequence: 1 }], next: null })
  })
})

describe('expireDue()', () => {
  it('makes ends final and announces those that are near, each once', async () => {
    const { keyring, clock, told } = setUp()
    const soon = await keyring.issue({ owner: null, expiresInMs: 5 * DAY })
    const later = await keyring.issue({ owner: null, expiresInMs: 30 * DAY })
    expect(await keyring.expireDue({ announceMs: 7 * DAY })).toEqual({ ended: [], announced: [soon.key.id] })
    expect(await keyring.expireDue({ announceMs: 7 * DAY })).toEqual({ ended: [], announced: [] })
    expect(told.find(({ name }) => name === 'expiring')?.facts).toMatchObject({ endsAt: NOW + 5 * DAY })
    clock.advance(5 * DAY)
    expect(await keyring.expireDue()).toEqual({ ended: [soon.key.id], announced: [] })
    expect(await keyring.expireDue()).toEqual({ ended: [], announced: [] })
    expect(namesOf(told)).toEqual(['issued', 'issued', 'expiring', 'expired'])
    clock.moveWall(-DAY)
    expect((await keyring.get(soon.key.id))?.state).toBe('expired')
    expect((await keyring.verifier().verify(bearer(soon.token))).ok).toBe(false)
    expect((await keyring.verifier().verify(bearer(later.token))).ok).toBe(true)
  })

  it('announces a new end anew', async () => {
    const { keyring } = setUp()
    const { key } = await keyring.issue({ owner: null, expiresInMs: DAY })
    await keyring.expireDue({ announceMs: 2 * DAY })
    await keyring.update(key.id, { expiresInMs: DAY + 1 })
    expect((await keyring.expireDue({ announceMs: 2 * DAY })).announced).toEqual([key.id])
  })

  it('works through more than one page', async () => {
    const { keyring, clock } = setUp()
    for (let index = 0; index < 230; index++) await keyring.issue({ owner: null, expiresInMs: 1 + (index % 3) })
    clock.advance(2)
    expect((await keyring.expireDue()).ended.length).toBe(154)
  })
})

describe('events', () => {
  it('are told after the change is committed, with the key, the actor and the time', async () => {
    const { keyring, told } = setUp()
    const { key } = await keyring.issue({ owner: null, actor: 'alice' })
    expect(told[1]).toEqual({
      name: 'issued',
      facts: { key, actor: 'alice', reason: null, at: NOW },
    })
    await keyring.disable(key.id)
    await keyring.enable(key.id)
    await keyring.update(key.id, { name: 'x' })
    await keyring.rotate(key.id)
    await keyring.revoke(key.id, { reason: 'leaked' })
    expect(namesOf(told)).toEqual(['issued', 'disabled', 'enabled', 'updated', 'rotated', 'revoked'])
    expect(JSON.stringify(told)).not.toMatch(/acme_live_[0-9A-Za-z]{5}/)
  })

  it('a listener can be taken away, and there is no listening to what there is not', async () => {
    const { keyring } = setUp()
    const seen: string[] = []
    const stop = keyring.on('issued', ({ key }) => seen.push(key.id))
    await keyring.issue({ owner: null, id: 'a' })
    stop()
    await keyring.issue({ owner: null, id: 'b' })
    expect(seen).toEqual(['a'])
    expect(() => keyring.on('isued' as never, () => {})).toThrow(/^on: no such event; there are issued, /)
    expect(() => keyring.on('issued', undefined as never)).toThrow(TypeError)
  })
})

describe('close()', () => {
  it('refuses everything afterwards, and its verifiers answer 503', async () => {
    const { keyring } = setUp()
    const { token } = await keyring.issue({ owner: null })
    const verifier = keyring.verifier()
    await keyring.close()
    await keyring.close()
    expect(await codeOf(keyring.issue({ owner: null }))).toBe('closed')
    expect(await codeOf(keyring.list())).toBe('closed')
    expect(() => keyring.verifier()).toThrow('the keyring was closed')
    expect(await verifier.verify(bearer(token))).toMatchObject({ ok: false, denial: { status: 503 } })
  })
})

describe('createKeyring()', () => {
  const format = keyFormat({ prefix: 'acme' })
  const store = memoryStore()

  test.each([
    [undefined, 'options must be an object with `store` and `format`'],
    [{ format }, 'option `store` must be a KeyStore, such as memoryStore()'],
    [{ store: { ...store }, format }, 'option `store` must be a KeyStore, such as memoryStore()'],
    [{ store }, 'option `format` must be made by keyFormat()'],
    [{ store, format: idKeyFormat({ prefix: 'acme' }) }, 'option `format` must be made by keyFormat()'],
    [{ store, format, digest: {} }, 'option `digest` must be made by sha256() or hmacSha256()'],
    [{ store, format, channel: {} }, 'option `channel` must be a Channel, such as localChannel()'],
    [{ store, format, scopes: 'x' }, 'option `scopes` must be a list of scopes'],
    [
      { store, format, scopes: ['posts:read', 'a b'] },
      'option `scopes` must hold strings of 1 to 200 visible ASCII characters without spaces, " and \\',
    ],
    [{ store, format, scopePatterns: 1 }, 'option `scopePatterns` must be true or false'],
    [{ store, format, ids: 'uuid' }, 'option `ids` must be a function that makes an id'],
    [{ store, format, clock: {} }, 'option `clock` must have the functions now() and monotonic()'],
    [{ store, format, cache: {} }, 'there is no option `cache`'],
  ])('createKeyring(%o) throws', (options, message) => {
    expect(() => createKeyring(options as never)).toThrow(new TypeError(`createKeyring: ${message}`))
  })
})
