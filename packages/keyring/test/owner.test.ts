import { DAY, HOUR } from '@bearward/core'
import { describe, expect, it, test } from 'vitest'
import { type KeyringError, type KeyStore, memoryStore, type OwnerKeyring } from '../src/index.ts'
import { storedOf } from '../src/key.ts'
import { next } from '../src/lifecycle.ts'
import { codeOf, type SetUp, setUp } from './support/keyring.ts'

const BLANKS = ['', ' ', '\t\n', '\u00a0', '\u200b', '\ufeff', '\u2060 \u200d', '\u3164', '\u0007']

describe('issue() without an owner', () => {
  it.each([
    ['no options', []],
    ['undefined, as a body that was not read', [undefined]],
    ['an empty object', [{}]],
    ['an owner that is undefined', [{ owner: undefined }]],
    ['everything but the owner', [{ name: 'CI', scopes: ['a'], expiresInMs: DAY }]],
  ])('throws a TypeError that names the option, and writes nothing: %s', async (_what, args) => {
    const { keyring } = setUp()
    const issued = (keyring.issue as (...args: unknown[]) => Promise<unknown>)(...args)
    await expect(issued).rejects.toThrow(TypeError)
    await expect(issued).rejects.toThrow(/`owner`/)
    await expect(issued).rejects.toMatchObject({ code: 'invalid_input', field: 'owner' })
    expect((await keyring.list()).keys).toEqual([])
    expect((await keyring.audit()).entries).toEqual([])
  })

  it('is what `owner: null` states', async () => {
    const { keyring } = setUp()
    expect((await keyring.issue({ owner: null })).key.owner).toBeNull()
  })

  it.each([...BLANKS, 0, false, [], {}, ['acct_1'], 'x'.repeat(256)])('is not what %j states', async (owner) => {
    const { keyring } = setUp()
    expect(await codeOf(keyring.issue({ owner } as never))).toBe('invalid_input owner')
    expect((await keyring.list()).keys).toEqual([])
  })

  it.each(['acct_1', ' acct 1 ', '0', 'é', '\u200bx', '👩‍👩‍👧'])('is not the case for %j', async (owner) => {
    expect((await setUp().keyring.issue({ owner })).key.owner).toBe(owner)
  })
})

describe('a condition that is undefined', () => {
  const conditions = {
    list: ['owner', 'environment', 'state', 'hint', 'search'],
    audit: ['keyId', 'owner', 'actor', 'action'],
  } as const

  it.each([
    ...conditions.list.map((field) => ['list', field] as const),
    ...conditions.audit.map((field) => ['audit', field] as const),
  ])('is refused by %s(): %s', async (method, field) => {
    const { keyring } = setUp()
    await keyring.issue({ owner: 'acct_1' })
    for (const others of [{}, { cursor: undefined, limit: undefined }, { limit: 5 }]) {
      const read = keyring[method]({ ...others, [field]: undefined })
      expect(await codeOf(read)).toBe(`invalid_input ${field}`)
    }
    expect(await codeOf(keyring[method]({ [field]: null } as never))).toBe(`invalid_input ${field}`)
  })

  it.each(['get', 'chain', 'usage', 'update', 'disable', 'enable', 'rotate', 'revoke'] as const)(
    'is refused by %s(): owner',
    async (method) => {
      const { keyring } = setUp()
      const { key } = await keyring.issue({ owner: 'acct_1' })
      for (const owner of [undefined, null, '', 5]) {
        const call = (keyring[method] as (id: string, options: unknown) => Promise<unknown>)(key.id, { owner })
        expect(await codeOf(call)).toBe('invalid_input owner')
      }
      expect(await keyring.get(key.id)).toEqual({
        ...key,
        lastUsedAt: null,
        lastUsedFrom: null,
        useStatus: 'never_used',
      })
    },
  )

  it('is refused by find() and revokeAll(): owner', async () => {
    const { keyring } = setUp()
    const { key, token } = await keyring.issue({ owner: 'acct_1' })
    for (const owner of [undefined, null, '']) {
      expect(await codeOf(keyring.find(token, { owner } as never))).toBe('invalid_input owner')
      expect(await codeOf(keyring.revokeAll({ owner } as never))).toBe('invalid_input owner')
    }
    expect((await keyring.get(key.id))?.state).toBe('active')
  })

  it('is refused by update(): version', async () => {
    const { keyring } = setUp()
    const { key } = await keyring.issue({ owner: 'acct_1' })
    const call = keyring.update(key.id, { name: 'new', version: undefined } as never)
    expect(await codeOf(call)).toBe('invalid_input version')
    expect((await keyring.get(key.id))?.name).toBe('')
  })

  it.each(['get', 'chain', 'usage', 'update', 'disable', 'enable', 'rotate', 'revoke'] as const)(
    'is refused by %s() as an id',
    async (method) => {
      const { keyring } = setUp()
      await keyring.issue({ owner: null })
      for (const id of [undefined, null, '', {}, ['a']]) {
        expect(await codeOf((keyring[method] as (id: unknown) => Promise<unknown>)(id))).toMatch(/^invalid_input/)
      }
    },
  )
})

/** A keyring with a key of two owners and one without; each is rotated once, so that there are chains. */
async function twoOwners(options: Parameters<typeof setUp>[0] = {}): Promise<SetUp & { mine: OwnerKeyring }> {
  const made = setUp(options)
  for (const owner of ['acct_1', 'acct_2', null]) {
    const name = owner ?? 'nobody'
    await made.keyring.issue({ owner, id: `old_${name}`, name: 'CI', expiresInMs: DAY })
    await made.keyring.rotate(`old_${name}`, { id: `new_${name}`, graceMs: HOUR })
  }
  return { ...made, mine: made.keyring.forOwner('acct_1') }
}

/** Each method that names a key, through a keyring of one owner or with the option. */
const ON_ONE: Readonly<Record<string, (keyring: OwnerKeyring, id: string) => Promise<unknown>>> = {
  get: (keyring, id) => keyring.get(id),
  chain: (keyring, id) => keyring.chain(id),
  usage: (keyring, id) => keyring.usage(id, { days: 3 }),
  update: (keyring, id) => keyring.update(id, { name: 'taken' }),
  'update of a version': (keyring, id) => keyring.update(id, { name: 'taken', version: 99 }),
  disable: (keyring, id) => keyring.disable(id),
  enable: (keyring, id) => keyring.enable(id),
  rotate: (keyring, id) => keyring.rotate(id),
  'rotate at once': (keyring, id) => keyring.rotate(id, { graceMs: 0 }),
  revoke: (keyring, id) => keyring.revoke(id),
  'revoke the whole chain': (keyring, id) => keyring.revoke(id, { chain: 'all' }),
  'revoke alone': (keyring, id) => keyring.revoke(id, { chain: 'none' }),
}

/** The answer of a method, or what it rejects with. */
async function outcomeOf(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call
  } catch (error) {
    const { name, message, code, field } = error as KeyringError
    return { name, message, code, field }
  }
}

const stateOf = (store: KeyStore): Promise<unknown> =>
  Promise.all([store.list({ now: 0, limit: 100 }), store.audit({ limit: 100 })])

describe('a keyring of one owner', () => {
  it.each(Object.entries(ON_ONE))(
    'takes the key of another, or of none, for one that is not there: %s',
    async (_, run) => {
      const { mine, store, told } = await twoOwners()
      const before = await stateOf(store)
      const events = told.length
      const absent = await outcomeOf(run(mine, 'key_of_nobody'))
      for (const id of ['old_acct_2', 'new_acct_2', 'old_nobody', 'new_nobody']) {
        expect(await outcomeOf(run(mine, id))).toEqual(absent)
      }
      expect(await stateOf(store)).toEqual(before)
      expect(told.length).toBe(events)
    },
  )

  it.each(Object.entries(ON_ONE))('does to its own key what the whole keyring does: %s', async (_, run) => {
    const { mine } = await twoOwners()
    const { keyring } = await twoOwners()
    for (const id of ['new_acct_1', 'old_acct_1']) {
      const all = await outcomeOf(run(keyring as unknown as OwnerKeyring, id))
      const own = await outcomeOf(run(mine, id))
      // The id, the token and its hint are drawn anew for each keyring.
      const shape = (value: unknown): string =>
        JSON.stringify(value, (_name, each) =>
          typeof each === 'string' ? each.replace(/(?<=key_|live_)\w+/, '') : each,
        )
      expect(shape(own)).toBe(shape(all))
    }
  })

  it('reads, lists and audits its own keys alone', async () => {
    const { mine, keyring } = await twoOwners()
    expect((await mine.list()).keys.map(({ id }) => id)).toEqual(['old_acct_1', 'new_acct_1'])
    expect((await mine.list({ state: 'active' })).keys.map(({ id }) => id)).toEqual(['new_acct_1'])
    expect((await mine.list({ search: 'acct_2' })).keys).toEqual([])
    expect(new Set((await mine.audit({ limit: 100 })).entries.map(({ keyId }) => keyId))).toEqual(
      new Set(['old_acct_1', 'new_acct_1']),
    )
    expect((await mine.audit({ keyId: 'new_acct_2' })).entries).toEqual([])
    const { token } = await keyring.issue({ owner: 'acct_2' })
    expect(await mine.find(token)).toBeNull()
    expect((await mine.list({ search: token })).keys).toEqual([])
    const own = await mine.issue({})
    expect(await mine.find(own.token)).toMatchObject({ id: own.key.id, owner: 'acct_1' })
  })

  it('pages through its own keys, with a cursor of its own or of another list', async () => {
    const { mine, keyring } = await twoOwners()
    const first = await mine.list({ limit: 1 })
    const second = await mine.list({ limit: 1, cursor: first.next ?? '' })
    expect([...first.keys, ...second.keys].map(({ id }) => id)).toEqual(['old_acct_1', 'new_acct_1'])
    const { next } = await keyring.list({ limit: 1 })
    const page = await mine.list({ cursor: next ?? '' })
    expect(page.keys.every(({ owner }) => owner === 'acct_1')).toBe(true)
  })

  it('issues for its owner, and takes no other', async () => {
    const { mine, keyring } = await twoOwners()
    expect((await mine.issue({ name: 'mine' })).key).toMatchObject({ owner: 'acct_1', name: 'mine' })
    for (const owner of ['acct_2', 'acct_1', null, undefined]) {
      expect(await codeOf(mine.issue({ owner } as never))).toBe('invalid_input owner')
    }
    expect(await codeOf(mine.issue(undefined as never))).toBe('invalid_input input')
    expect((await keyring.list({ owner: 'acct_2' })).keys.length).toBe(2)
  })

  it.each(['list', 'audit', 'revokeAll'] as const)('takes no other owner in %s()', async (method) => {
    const { mine } = await twoOwners()
    for (const owner of ['acct_2', null, undefined]) {
      expect(await codeOf((mine[method] as (options: unknown) => Promise<unknown>)({ owner }))).toBe(
        'invalid_input owner',
      )
    }
  })

  it.each(['usage', 'update', 'disable', 'enable', 'rotate', 'revoke'] as const)(
    'takes no other owner in %s()',
    async (method) => {
      const { mine } = await twoOwners()
      const call = (mine[method] as (id: string, options: unknown) => Promise<unknown>)('new_acct_2', {
        owner: 'acct_2',
      })
      expect(await codeOf(call)).toBe('invalid_input owner')
    },
  )

  it('revokes all of its keys, and no others', async () => {
    const { mine, keyring } = await twoOwners()
    expect((await mine.revokeAll({ actor: 'alice' })).keyIds.toSorted()).toEqual(['new_acct_1', 'old_acct_1'])
    const states = (await keyring.list()).keys.map(({ owner, state }) => `${owner} ${state}`)
    expect(states.filter((each) => each.endsWith('revoked'))).toEqual(['acct_1 revoked', 'acct_1 revoked'])
  })

  it.each([undefined, null, ...BLANKS, 5, {}, ['acct_1'], 'a\0', '\ud800'])('is not made for %j', (owner) => {
    const { keyring } = setUp()
    expect(() => keyring.forOwner(owner as never)).toThrow(TypeError)
    expect(() => keyring.forOwner(owner as never)).toThrow(/forOwner: `owner`/)
  })

  it('names its owner, and keeps to it', async () => {
    const { mine } = await twoOwners()
    expect(mine.owner).toBe('acct_1')
    expect(() => Object.assign(mine, { owner: 'acct_2' })).toThrow(TypeError)
  })

  it('is closed with the keyring', async () => {
    const { mine, keyring } = await twoOwners()
    await keyring.close()
    expect(await codeOf(mine.revoke('new_acct_1'))).toBe('closed')
  })
})

/** A store in which another process changes the owner of a key just before each of the next commits. */
function withOwnerChanges(changes: number): KeyStore {
  const store = memoryStore()
  const commit = store.commit.bind(store)
  let left = changes
  return Object.assign(store, {
    async commit(planned: Parameters<KeyStore['commit']>[0]) {
      const row = planned.update.length > 0 && left-- > 0 ? await store.findById(planned.update[0]?.id ?? '') : null
      if (row !== null) {
        const moved = next(storedOf(row), { owner: 'acct_2' })
        await commit({ create: [], update: [moved], audit: [], invalidations: [], outbox: false })
      }
      return commit(planned)
    },
  })
}

test.each(['update', 'disable', 'rotate', 'rotate at once', 'revoke', 'revoke the whole chain'])(
  'a key that gets another owner between the check and the change is not changed: %s',
  async (method) => {
    const { keyring, store } = setUp({ store: withOwnerChanges(1) })
    await keyring.issue({ owner: 'acct_1', id: 'key_1' })
    const run = ON_ONE[method] as (keyring: OwnerKeyring, id: string) => Promise<unknown>
    expect(await codeOf(run(keyring.forOwner('acct_1'), 'key_1'))).toBe('not_found id')
    expect(await store.findById('key_1')).toMatchObject({
      owner: 'acct_2',
      name: '',
      disabledAt: null,
      revokedAt: null,
      rotatedTo: null,
    })
    expect((await keyring.audit()).entries.map(({ action }) => action)).toEqual(['issued'])
  },
)

test('a chain ends at a key that belongs to another owner by now', async () => {
  const { keyring, store } = setUp()
  await keyring.issue({ owner: 'acct_1', id: 'one' })
  await keyring.rotate('one', { id: 'two' })
  const row = await store.findById('one')
  if (row === null) throw new Error('the key is not there')
  const moved = next(storedOf(row), { owner: 'acct_2' })
  await store.commit({ create: [], update: [moved], audit: [], invalidations: [], outbox: false })
  const mine = keyring.forOwner('acct_1')
  expect((await mine.chain('two'))?.map(({ id }) => id)).toEqual(['two'])
  expect(await mine.revoke('two', { chain: 'all' })).toMatchObject({ alsoEnded: [], stillAccepted: [] })
  expect((await keyring.get('one'))?.state).toBe('retiring')
  // The whole keyring knows no owner, and takes the chain as it is.
  expect((await keyring.revoke('two')).alsoEnded.map(({ id }) => id)).toEqual(['one'])
})
