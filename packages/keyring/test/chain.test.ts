import { type Change, type Channel, type Confirmation, DAY, HOUR, localChannel, MINUTE } from '@bearward/core'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import {
  type Commit,
  type Keyring,
  type KeyState,
  type KeyStore,
  memoryStore,
  type RevokeOptions,
  type StoredKey,
} from '../src/index.ts'
import { storedOf } from '../src/key.ts'
import { next } from '../src/lifecycle.ts'
import { codeOf, NOW, namesOf, type SetUp, setUp } from './support/keyring.ts'

/** A keyring whose key `key_1` was rotated to `key_2` and so on, each with a grace of a day. */
async function chained(
  length: number,
  options: Parameters<typeof setUp>[0] = {},
): Promise<SetUp & { tokens: string[] }> {
  const made = setUp(options)
  const { token } = await made.keyring.issue({ owner: 'acct_1', id: 'key_1', name: 'CI' })
  const tokens = [token]
  for (let index = 1; index < length; index++) {
    made.clock.advance(MINUTE)
    const rotated = await made.keyring.rotate(`key_${index}`, { id: `key_${index + 1}`, graceMs: DAY })
    tokens.push(rotated.token)
  }
  return { ...made, tokens }
}

async function statesOf(keyring: Keyring, length: number): Promise<(KeyState | undefined)[]> {
  return Promise.all(Array.from({ length }, async (_, index) => (await keyring.get(`key_${index + 1}`))?.state))
}

const idsOf = (keys: readonly { id: string }[]): string[] => keys.map(({ id }) => id)

/** A store that keeps what was committed. */
function recording(): KeyStore & { readonly commits: Commit[] } {
  const store = memoryStore()
  const commit = store.commit.bind(store)
  const commits: Commit[] = []
  return Object.assign(store, {
    commits,
    commit(planned: Commit) {
      commits.push(planned)
      return commit(planned)
    },
  })
}

/** The next version of a key, as a program that is no keyring would write it. */
async function rewritten(store: KeyStore, id: string, changes: Partial<StoredKey>): Promise<StoredKey> {
  const row = await store.findById(id)
  if (row === null) throw new Error('the key is not there')
  return next(storedOf(row), changes)
}

describe('revoke() of a successor', () => {
  it('revokes its retiring predecessor too, and says so', async () => {
    const { keyring, tokens, told } = await chained(2)
    const verifier = keyring.verifier()
    for (const token of tokens) expect((await verifier.verify(`Bearer ${token}`)).ok).toBe(true)
    told.length = 0
    const revoked = await keyring.revoke('key_2', { reason: 'leaked', actor: 'alice', from: '192.0.2.1' })
    for (const token of tokens) expect((await verifier.verify(`Bearer ${token}`)).ok).toBe(false)
    expect(revoked).toMatchObject({
      key: { id: 'key_2', state: 'revoked' },
      alsoEnded: [{ id: 'key_1', state: 'revoked', revokedAt: NOW + MINUTE }],
      stillAccepted: [],
      confirmation: { confirmed: true },
    })
    expect(namesOf(told)).toEqual(['revoked', 'revoked'])
  })

  it('revokes a chain of any length in one commit, with an entry for each key and one publication', async () => {
    const store = recording()
    const published: Change[] = []
    const local = localChannel()
    const channel: Channel = {
      ...local,
      publish: (change, options) => {
        published.push(change)
        return local.publish(change, options)
      },
    }
    const { keyring } = await chained(4, { store, channel })
    store.commits.length = 0
    published.length = 0
    const { alsoEnded } = await keyring.revoke('key_4', { reason: 'leaked', actor: 'alice', from: '192.0.2.1' })
    expect(idsOf(alsoEnded)).toEqual(['key_3', 'key_2', 'key_1'])
    expect(store.commits.map(({ update }) => idsOf(update))).toEqual([['key_4', 'key_3', 'key_2', 'key_1']])
    const all = ['key_4', 'key_3', 'key_2', 'key_1'].map((id) => ({ id }))
    expect(published.map(({ invalidations }) => invalidations)).toEqual([all])
    const { entries } = await keyring.audit({ action: 'revoked' })
    expect(entries.length).toBe(4)
    for (const entry of entries) {
      expect(entry).toMatchObject({ owner: 'acct_1', actor: 'alice', from: '192.0.2.1', reason: 'leaked' })
    }
  })

  it('leaves older keys alone that have ended already', async () => {
    const { keyring, clock } = await chained(3)
    clock.advance(DAY - MINUTE)
    expect(await statesOf(keyring, 3)).toEqual(['retired', 'retiring', 'active'])
    expect(idsOf((await keyring.revoke('key_3')).alsoEnded)).toEqual(['key_2'])
    expect(await statesOf(keyring, 3)).toEqual(['retired', 'revoked', 'revoked'])
  })

  it('reaches over a key that has ended to one whose grace is longer', async () => {
    const { keyring, clock } = setUp()
    await keyring.issue({ owner: null, id: 'key_1' })
    await keyring.rotate('key_1', { id: 'key_2', graceMs: 30 * DAY })
    await keyring.rotate('key_2', { id: 'key_3', graceMs: HOUR })
    clock.advance(2 * HOUR)
    expect(await statesOf(keyring, 3)).toEqual(['retiring', 'retired', 'active'])
    expect(idsOf((await keyring.revoke('key_3')).alsoEnded)).toEqual(['key_1'])
  })

  it('takes a predecessor that is disabled or scheduled: it could be accepted again', async () => {
    const { keyring } = await chained(2)
    await keyring.disable('key_1')
    expect(idsOf((await keyring.revoke('key_2')).alsoEnded)).toEqual(['key_1'])
    expect(await codeOf(keyring.enable('key_1'))).toBe('revoked')
    const later = setUp()
    await later.keyring.issue({ owner: null, id: 'key_1', notBefore: NOW + HOUR })
    await later.keyring.rotate('key_1', { id: 'key_2' })
    expect(idsOf((await later.keyring.revoke('key_2')).alsoEnded)).toEqual(['key_1'])
  })

  it('takes what an earlier revocation has left, and then nothing', async () => {
    const { keyring, store } = await chained(2)
    await keyring.revoke('key_2', { chain: 'none' })
    const { revokedAt } = (await keyring.get('key_2')) ?? {}
    const again = await keyring.revoke('key_2', { actor: 'bob' })
    expect(idsOf(again.alsoEnded)).toEqual(['key_1'])
    expect(again.key).toMatchObject({ state: 'revoked', revokedAt, version: 2 })
    const entries = await store.audit({ limit: 100 })
    expect(await keyring.revoke('key_2')).toMatchObject({ alsoEnded: [], stillAccepted: [] })
    expect(await store.audit({ limit: 100 })).toEqual(entries)
  })
})

describe('revoke() of a key that has a successor', () => {
  it('leaves the successor, which is another secret, and names it with its end', async () => {
    const { keyring } = await chained(3)
    await keyring.update('key_3', { expiresAt: NOW + 90 * DAY })
    const revoked = await keyring.revoke('key_1')
    expect(await statesOf(keyring, 3)).toEqual(['revoked', 'retiring', 'active'])
    expect(revoked).toMatchObject({
      alsoEnded: [],
      stillAccepted: [
        { key: { id: 'key_2', state: 'retiring' }, until: NOW + 2 * MINUTE + DAY },
        { key: { id: 'key_3', state: 'active' }, until: NOW + 90 * DAY },
      ],
    })
    expect((await keyring.revoke('key_2')).stillAccepted).toMatchObject([{ key: { id: 'key_3' } }])
    await keyring.update('key_3', { expiresAt: null })
    expect((await keyring.revoke('key_2')).stillAccepted).toMatchObject([{ key: { id: 'key_3' }, until: null }])
  })

  it.each([
    ['predecessors', ['key_1'], ['key_3']],
    ['all', ['key_1', 'key_3'], []],
    ['none', [], ['key_1', 'key_3']],
  ] as const)('ends of the chain what `chain: %s` says', async (chain, ended, left) => {
    const { keyring } = await chained(3)
    const revoked = await keyring.revoke('key_2', { chain })
    expect(idsOf(revoked.alsoEnded)).toEqual(ended)
    expect(revoked.stillAccepted.map(({ key }) => key.id)).toEqual(left)
    const open = (await keyring.list()).keys.filter(({ state }) => state !== 'revoked')
    expect(idsOf(open).toSorted()).toEqual(left)
  })

  it.each(['whole', '', null, true, 1, 'constructor', { toString: () => 'all' }])(
    'refuses %j as `chain`',
    async (chain) => {
      const { keyring } = await chained(2)
      expect(await codeOf(keyring.revoke('key_2', { chain } as unknown as RevokeOptions))).toBe('invalid_input chain')
      expect(await statesOf(keyring, 2)).toEqual(['retiring', 'active'])
    },
  )
})

describe('the other methods', () => {
  it('rotate() at once ends the older keys of the chain with the old one', async () => {
    const { keyring, tokens, told } = await chained(3)
    const verifier = keyring.verifier()
    for (const token of tokens) expect((await verifier.verify(`Bearer ${token}`)).ok).toBe(true)
    told.length = 0
    const rotated = await keyring.rotate('key_3', { id: 'key_4', graceMs: 0, actor: 'alice', reason: 'leaked' })
    expect(idsOf(rotated.alsoEnded)).toEqual(['key_2', 'key_1'])
    expect(await statesOf(keyring, 4)).toEqual(['retired', 'retired', 'retired', 'active'])
    for (const token of tokens) expect((await verifier.verify(`Bearer ${token}`)).ok).toBe(false)
    expect((await verifier.verify(`Bearer ${rotated.token}`)).ok).toBe(true)
    expect(namesOf(told).slice(0, 3)).toEqual(['rotated', 'retired', 'retired'])
    const entries = (await keyring.audit({ limit: 4 })).entries.map(({ action, keyId }) => `${action} ${keyId}`)
    expect(entries).toEqual(['retired key_1', 'retired key_2', 'issued key_4', 'rotated key_3'])
  })

  it('rotate() with a grace ends no other key', async () => {
    const { keyring } = await chained(2)
    expect((await keyring.rotate('key_2', { id: 'key_3' })).alsoEnded).toEqual([])
    expect(await statesOf(keyring, 3)).toEqual(['retiring', 'retiring', 'active'])
  })

  it('disable() takes one key, and names those that are accepted still', async () => {
    const { keyring } = await chained(3)
    const disabled = await keyring.disable('key_2')
    expect(disabled.stillAccepted.map(({ key, until }) => [key.id, until])).toEqual([
      ['key_1', NOW + MINUTE + DAY],
      ['key_3', null],
    ])
    expect(await statesOf(keyring, 3)).toEqual(['retiring', 'disabled', 'active'])
  })

  it('chain() shows what a revocation would end, and what it would leave', async () => {
    const { keyring } = await chained(3)
    for (const id of ['key_1', 'key_2', 'key_3']) {
      expect(idsOf((await keyring.chain(id)) ?? [])).toEqual(['key_1', 'key_2', 'key_3'])
    }
    await keyring.revoke('key_1')
    expect(idsOf((await keyring.chain('key_3')) ?? [])).toEqual(['key_2', 'key_3'])
    expect(idsOf((await keyring.chain('key_1')) ?? [])).toEqual(['key_1', 'key_2', 'key_3'])
    expect(await keyring.chain('key_9')).toBeNull()
    expect((await keyring.chain('key_2'))?.[0]).toHaveProperty('lastUsedAt')
  })
})

test('another key under the id of a link is no part of the chain', async () => {
  const { keyring, store } = await chained(2)
  const other = await rewritten(store, 'key_1', { rotatedTo: null, graceEndsAt: null })
  await store.commit({ create: [], update: [other], audit: [], invalidations: [], outbox: false })
  expect(await keyring.revoke('key_2', { chain: 'all' })).toMatchObject({ alsoEnded: [], stillAccepted: [] })
  expect((await keyring.get('key_1'))?.state).toBe('active')
})

test('links that lead in a circle or nowhere end the chain', async () => {
  const { keyring, store } = await chained(3)
  const circle = [
    await rewritten(store, 'key_1', { rotatedFrom: 'key_3' }),
    await rewritten(store, 'key_3', { rotatedTo: 'key_1' }),
  ]
  await store.commit({ create: [], update: circle, audit: [], invalidations: [], outbox: false })
  expect(idsOf((await keyring.revoke('key_2', { chain: 'all' })).alsoEnded).toSorted()).toEqual(['key_1', 'key_3'])
  expect(await keyring.revoke('key_2', { chain: 'all' })).toMatchObject({ alsoEnded: [], stillAccepted: [] })
})

test('the length of a chain does not delay the end of the key: further links end by further commits', async () => {
  const store = recording()
  const { keyring } = await chained(251, { store })
  store.commits.length = 0
  const { alsoEnded } = await keyring.revoke('key_251', { actor: 'alice' })
  expect(alsoEnded.length).toBe(250)
  expect(store.commits.map(({ update }) => update.length)).toEqual([101, 100, 50])
  expect(store.commits[0]?.update[0]?.id).toBe('key_251')
  expect((await keyring.list({ state: 'revoked', limit: 500 })).keys.length).toBe(251)
  expect(idsOf((await keyring.revoke('key_1', { chain: 'all' })).alsoEnded)).toEqual([])
  const again = await chained(151)
  expect((await again.keyring.revoke('key_1', { chain: 'all' })).alsoEnded.length).toBe(150)
})

test('a chain whose commit is there and not published is published whole by the next call', async () => {
  let isDown = false
  const published: Change[] = []
  const confirmation: Confirmation = { confirmed: true, acknowledged: 1, silent: 0, elapsedMs: 1, boundMs: 0 }
  const channel: Channel = {
    ...localChannel(),
    durable: false,
    async publish(change) {
      if (isDown) throw new Error('the broker is down')
      published.push(change)
      return confirmation
    },
  }
  const { keyring } = await chained(3, { channel })
  isDown = true
  expect(await codeOf(keyring.revoke('key_3'))).toBe('unconfirmed')
  expect(await statesOf(keyring, 3)).toEqual(['revoked', 'revoked', 'revoked'])
  isDown = false
  published.length = 0
  expect((await keyring.revoke('key_3')).confirmation).toEqual(confirmation)
  const told = published.flatMap(({ invalidations }) => invalidations)
  expect(told).toEqual([{ id: 'key_3' }, { id: 'key_2' }, { id: 'key_1' }])
  await keyring.close()
})

/** A store of one process, each of whose answers comes when the scheduler says so. */
function scheduled(store: KeyStore, scheduler: fc.Scheduler): KeyStore {
  const later = (name: 'findById' | 'commit' | 'audit') => {
    const method = store[name].bind(store) as (...args: unknown[]) => Promise<unknown>
    return async (...args: unknown[]) => {
      await scheduler.schedule(Promise.resolve(), `${name} begins`)
      const answer = await method(...args)
      await scheduler.schedule(Promise.resolve(), `${name} ends`)
      return answer
    }
  }
  return {
    findByDigest: (digests, context) => store.findByDigest(digests, context),
    list: (query) => store.list(query),
    listEnding: (query) => store.listEnding(query),
    recordUse: (uses) => store.recordUse(uses),
    usage: (id, day) => store.usage(id, day),
    outbox: (query) => store.outbox(query),
    close: async () => {},
    findById: later('findById') as KeyStore['findById'],
    commit: later('commit') as KeyStore['commit'],
    audit: later('audit') as KeyStore['audit'],
  }
}

test('in every order of steps, no older key outlives a revocation, and with `chain: all` no newer one does', async () => {
  const chains = fc.constantFrom('predecessors' as const, 'all' as const)
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), chains, fc.integer({ min: 1, max: 3 }), async (scheduler, chain, revokedLink) => {
      const store = memoryStore()
      await chained(3, { store })
      const of = () => setUp({ store: scheduled(store, scheduler) }).keyring
      const [one, two, three] = [of(), of(), of()]
      const id = `key_${revokedLink}`
      const revoking = one.revoke(id, { chain, actor: 'alice', reason: 'leaked' })
      const others = Promise.allSettled([
        two.rotate('key_3', { id: 'key_4', graceMs: DAY }),
        three.update('key_1', { name: 'overtaking' }),
        two.disable('key_2'),
        three.revoke(id, { chain, actor: 'bob' }),
      ])
      await scheduler.waitFor(Promise.all([revoking, others]))
      const revoked = await revoking
      const states = (await store.list({ now: NOW, limit: 10 })).map((key) => [key.id, key.revokedAt !== null] as const)
      const isRevoked = new Map(states)
      for (let link = 1; link <= revokedLink; link++) expect(isRevoked.get(`key_${link}`)).toBe(true)
      if (chain === 'all') expect([...isRevoked.values()]).not.toContain(false)
      const open = states.filter(([, isOver]) => !isOver).map(([open]) => open)
      // What was there when the answer was made is named in it.
      for (const left of revoked.stillAccepted) expect(left.key.id > id).toBe(true)
      const entries = await store.audit({ limit: 100, action: 'revoked' })
      expect(entries.length).toBe(states.length - open.length)
      expect(entries.every(({ actor }) => actor === 'alice' || actor === 'bob')).toBe(true)
    }),
    { numRuns: 150 },
  )
})
