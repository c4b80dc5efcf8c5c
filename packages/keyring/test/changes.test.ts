import type { Change, Channel, ChannelSubscriber, Confirmation } from '@bearward/core'
import { MINUTE } from '@bearward/core'
import { describe, expect, it } from 'vitest'
import { type KeyStore, memoryStore } from '../src/index.ts'
import { codeOf, settle, setUp } from './support/keyring.ts'

interface Wire extends Channel {
  readonly published: { change: Change; confirm: boolean | undefined }[]
  isDown: boolean
}

const CONFIRMED: Confirmation = { confirmed: true, acknowledged: 1, silent: 0, elapsedMs: 2, boundMs: 0 }

/** A channel that does not keep what it could not send, as a message broker would not. */
function wire(): Wire {
  return {
    leaseMs: 1000,
    durable: false,
    published: [],
    isDown: false,
    subscribe: (_subscriber: ChannelSubscriber) => ({ prove: async () => {}, close: async () => {} }),
    async publish(change, options) {
      if (this.isDown) throw new Error('the broker is down')
      this.published.push({ change, confirm: options?.confirm })
      return CONFIRMED
    },
    async close() {},
  }
}

const outboxOf = (store: KeyStore) => store.outbox({ limit: 100 })

describe('a change', () => {
  it('is committed, then published with its place, then taken out of the outbox', async () => {
    const channel = wire()
    const store = memoryStore()
    const seen: string[] = []
    const { keyring } = setUp({
      channel: {
        ...channel,
        async publish(change, options) {
          seen.push((await store.findById('key_1'))?.revokedAt === null ? 'before' : 'after')
          expect(await outboxOf(store)).toEqual([change])
          return channel.publish(change, options)
        },
      },
      store,
    })
    await keyring.issue({ owner: null, id: 'key_1' })
    const { confirmation } = await keyring.revoke('key_1')
    expect(seen).toEqual(['before', 'after'])
    expect(confirmation).toEqual(CONFIRMED)
    expect(channel.published).toEqual([
      { change: { invalidations: [{ id: 'key_1' }], sequence: 1 }, confirm: false },
      { change: { invalidations: [{ id: 'key_1' }], sequence: 2 }, confirm: true },
    ])
    await keyring.flush()
    expect(await outboxOf(store)).toEqual([])
  })

  it('that cannot be published is an error that says it is committed, and stays in the outbox', async () => {
    const channel = wire()
    const { keyring, store, told } = setUp({ channel })
    await keyring.issue({ owner: null, id: 'key_1' })
    channel.isDown = true
    expect(await codeOf(keyring.revoke('key_1'))).toBe('unconfirmed')
    expect((await keyring.get('key_1'))?.state).toBe('revoked')
    expect(await outboxOf(store)).toEqual([{ sequence: 2, invalidations: [{ id: 'key_1' }] }])
    channel.isDown = false
    await keyring.flush()
    expect(channel.published.at(-1)).toEqual({
      change: { sequence: 2, invalidations: [{ id: 'key_1' }] },
      confirm: false,
    })
    expect(await outboxOf(store)).toEqual([])
    expect(told.filter(({ name }) => name === 'failed')).toEqual([])
  })

  it('that hands out a token hands it out although it could not be published, and tells of it', async () => {
    const channel = wire()
    const { keyring, told } = setUp({ channel })
    channel.isDown = true
    const { key } = await keyring.issue({ owner: null })
    const { token, confirmation } = await keyring.rotate(key.id)
    expect(token).toMatch(/^acme_live_/)
    expect(confirmation).toMatchObject({ confirmed: false, boundMs: Number.POSITIVE_INFINITY })
    expect(told.filter(({ name }) => name === 'failed').map(({ facts }) => facts.task)).toEqual(['publish', 'publish'])
    // In an emergency the old key must not live on unnoticed.
    const other = await keyring.issue({ owner: null })
    expect(await codeOf(keyring.rotate(other.key.id, { graceMs: 0 }))).toBe('unconfirmed')
  })

  it('that another call has made already is told again, and confirmed: it may not be heard of everywhere', async () => {
    const channel = wire()
    const { keyring, told } = setUp({ channel })
    await keyring.issue({ id: 'key_1', owner: 'acct_1' })
    channel.isDown = true
    expect(await codeOf(keyring.revoke('key_1'))).toBe('unconfirmed')
    expect(await codeOf(keyring.revoke('key_1'))).toBe('unconfirmed')
    expect(await codeOf(keyring.revokeAll({ owner: 'acct_1' }))).toBe('unconfirmed')
    channel.isDown = false
    channel.published.length = 0
    expect((await keyring.revoke('key_1')).confirmation).toEqual(CONFIRMED)
    expect((await keyring.revokeAll({ owner: 'acct_1' })).confirmation).toEqual(CONFIRMED)
    expect(channel.published).toEqual([
      { change: { invalidations: [{ id: 'key_1' }] }, confirm: true },
      { change: { invalidations: [{ owner: 'acct_1' }] }, confirm: true },
    ])
    expect(told.filter(({ name }) => name === 'revoked')).toEqual([])
  })

  it('without confirmation does not wait, and does not fail', async () => {
    const channel = wire()
    const { keyring } = setUp({ channel })
    await keyring.issue({ owner: null, id: 'key_1' })
    channel.isDown = true
    const { confirmation } = await keyring.revoke('key_1', { confirm: false })
    expect(confirmation?.confirmed).toBe(false)
    expect((await keyring.get('key_1'))?.state).toBe('revoked')
  })
})

describe('the outbox', () => {
  it('is looked through once a minute: what a process left that died before it published goes out', async () => {
    const channel = wire()
    const store = memoryStore()
    const { clock, keyring } = setUp({ channel, store })
    await keyring.issue({ owner: null, id: 'key_1' })
    const stored = await store.findById('key_1')
    if (stored === null) throw new Error('the key is not there')
    const { lastUsedAt: _at, lastUsedFrom: _from, ...key } = stored
    await store.commit({
      create: [],
      update: [{ ...key, revokedAt: 1, version: 2 }],
      audit: [],
      invalidations: [{ id: 'key_1' }],
      outbox: true,
    })
    channel.published.length = 0
    clock.advance(MINUTE)
    await settle()
    expect(channel.published.map(({ change }) => change.invalidations)).toEqual([[{ id: 'key_1' }]])
    expect(await outboxOf(store)).toEqual([])
    clock.advance(MINUTE)
    await settle()
    expect(channel.published.length).toBe(1)
    await keyring.close()
    expect(clock.pending).toBe(0)
  })

  it('does not publish twice what this process is publishing', async () => {
    let release = (): void => {}
    const channel = wire()
    const published: number[] = []
    const { keyring, store } = setUp({
      channel: {
        ...channel,
        async publish({ sequence = 0 }) {
          published.push(sequence)
          if (sequence === 2) await new Promise<void>((resolve) => (release = resolve))
          return CONFIRMED
        },
      },
    })
    await keyring.issue({ owner: null, id: 'key_1' })
    const revocation = keyring.revoke('key_1')
    await settle()
    await keyring.flush()
    expect(published).toEqual([1, 2])
    release()
    await revocation
    await keyring.flush()
    expect(await outboxOf(store)).toEqual([])
  })

  it('is emptied behind the back of whoever changed a key, many changes at once, and before the store is closed', async () => {
    const removed: (readonly number[])[] = []
    let release = (): void => {}
    const memory = memoryStore()
    const store: KeyStore = Object.assign(memory, {
      outbox: async ({ remove = [] }: { readonly remove?: readonly number[] }) => {
        if (remove.length > 0) removed.push(remove)
        if (removed.length === 1) await new Promise<void>((resolve) => (release = resolve))
        return []
      },
    })
    const { keyring } = setUp({ channel: wire(), store })
    await keyring.issue({ owner: null, id: 'key_1' })
    await keyring.issue({ owner: null, id: 'key_2' })
    await keyring.revoke('key_1')
    expect(removed).toEqual([[1]])
    const closing = keyring.close()
    release()
    await closing
    expect(removed).toEqual([[1], [2, 3]])
  })

  it('keeps what could not be taken out, says so, and the change stands', async () => {
    const error = new Error('the store is down')
    const store = Object.assign(memoryStore(), { outbox: async () => Promise.reject(error) })
    const { keyring, told } = setUp({ channel: wire(), store })
    await keyring.issue({ owner: null, id: 'key_1' })
    await settle()
    const failures = told.filter(({ name }) => name === 'failed').map(({ facts }) => facts)
    expect(failures).toEqual([expect.objectContaining({ task: 'outbox', error })])
  })

  it('is not used where the store itself carries changes to all processes', async () => {
    const { keyring, store } = setUp()
    await keyring.issue({ owner: null })
    expect(await outboxOf(store)).toEqual([])
  })
})
