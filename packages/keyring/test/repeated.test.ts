import { type Change, type Channel, DAY, HOUR, localChannel } from '@bearward/core'
import { describe, expect, it } from 'vitest'
import { type Keyring, memoryStore } from '../src/index.ts'
import { NOW, type SetUp, setUp } from './support/keyring.ts'

/** A keyring with one key, and what its channel was given to publish. */
async function oneKey(durable: boolean): Promise<SetUp & { readonly published: Change[] }> {
  const published: Change[] = []
  const local = localChannel()
  const channel: Channel = {
    ...local,
    durable,
    publish(change, options) {
      published.push(change)
      return local.publish(change, options)
    },
  }
  const made = setUp({ channel })
  const expiry = { expiresAt: NOW + 30 * DAY }
  await made.keyring.issue({
    owner: 'acct_1',
    id: 'key_1',
    name: 'CI',
    scopes: ['a'],
    metadata: { plan: 'pro' },
    ...expiry,
  })
  return { ...made, published }
}

const by = { actor: 'alice', reason: 'twice' }

/** Changes that are made twice; the second time there is nothing left to do. */
const TWICE: Readonly<Record<string, (keyring: Keyring) => Promise<unknown>>> = {
  revoke: (keyring) => keyring.revoke('key_1', by),
  'revoke with its chain': (keyring) => keyring.revoke('key_1', { ...by, chain: 'all' }),
  'revoke of an owner': (keyring) => keyring.forOwner('acct_1').revoke('key_1', by),
  revokeAll: (keyring) => keyring.revokeAll({ owner: 'acct_1', ...by }),
  disable: (keyring) => keyring.disable('key_1', by),
  enable: (keyring) => keyring.enable('key_1', by),
  'update of nothing': (keyring) => keyring.update('key_1', by),
  'update of a name': (keyring) => keyring.update('key_1', { name: 'new', ...by }),
  'update of scopes': (keyring) => keyring.update('key_1', { scopes: ['b', 'c', 'b'], ...by }),
  'update of metadata': (keyring) => keyring.update('key_1', { metadata: { a: [1, { b: null }] }, ...by }),
  'update of an end': (keyring) => keyring.update('key_1', { expiresAt: new Date(NOW + 5 * DAY), ...by }),
  'update to no end': (keyring) => keyring.update('key_1', { expiresAt: null, ...by }),
  expireDue: (keyring) => keyring.expireDue({ announceMs: 365 * DAY, ...by }),
}

describe.each([true, false])('with a channel that is durable: %s, a change that is made twice', (durable) => {
  it.each(Object.entries(TWICE))('is written and told of once: %s', async (_name, change) => {
    const { keyring, store, told, published } = await oneKey(durable)
    await change(keyring)
    const [key, trail] = [await store.findById('key_1'), await store.audit({ limit: 100 })]
    const events = told.filter(({ name }) => name !== 'published').length
    published.length = 0
    const again = await change(keyring)
    expect(await store.findById('key_1')).toEqual(key)
    expect(await store.audit({ limit: 100 })).toEqual(trail)
    expect(told.filter(({ name }) => name !== 'published').length).toBe(events)
    if ('confirmation' in (again as object)) expect(again).toMatchObject({ confirmation: { confirmed: true } })
    // A channel that reads the log needs a place in it, and all others need to be told.
    for (const { sequence, invalidations } of published) {
      expect(sequence).toBe(durable ? trail.length : undefined)
      expect(invalidations.length).toBe(1)
    }
    await keyring.close()
  })
})

it('an end that stays is announced once, and a new end again', async () => {
  const { keyring } = await oneKey(true)
  expect((await keyring.expireDue({ announceMs: 60 * DAY })).announced).toEqual(['key_1'])
  await keyring.update('key_1', { expiresAt: NOW + 30 * DAY, name: 'new' })
  expect((await keyring.expireDue({ announceMs: 60 * DAY })).announced).toEqual([])
  await keyring.update('key_1', { expiresAt: NOW + 31 * DAY })
  expect((await keyring.expireDue({ announceMs: 60 * DAY })).announced).toEqual(['key_1'])
})

it('an update that changes nothing is refused where an update is', async () => {
  const { keyring, clock } = await oneKey(true)
  await expect(keyring.update('key_1', { version: 7 })).rejects.toMatchObject({ code: 'conflict' })
  expect((await keyring.update('key_1', { version: 1 })).key.version).toBe(1)
  clock.advance(31 * DAY)
  await expect(keyring.update('key_1', {})).rejects.toMatchObject({ code: 'ended' })
  await keyring.revoke('key_1')
  await expect(keyring.update('key_1', {})).rejects.toMatchObject({ code: 'revoked' })
})

it('a trail that was emptied is no reason to write into it', async () => {
  const store = memoryStore()
  const published: Change[] = []
  const local = localChannel()
  const channel: Channel = {
    ...local,
    publish(change, options) {
      published.push(change)
      return local.publish(change, options)
    },
  }
  const { keyring } = setUp({ store, channel })
  await keyring.issue({ owner: null, id: 'key_1', expiresInMs: HOUR })
  await keyring.revoke('key_1')
  Object.assign(store, { audit: async () => [] })
  await keyring.revoke('key_1')
  expect(published.at(-1)).toEqual({ invalidations: [{ id: 'key_1' }], sequence: undefined })
})
