import { type Channel, HOUR, keyFormat } from '@bearward/core'
import { createKeyring, type KeyStore } from '@bearward/keyring'
import { expect } from 'vitest'

/** Everything that a keyring does with a store, and a channel with the processes that share it. */
export async function useEverything(store: KeyStore, channel: Channel): Promise<void> {
  const keyring = createKeyring({ store, channel, format: keyFormat({ prefix: 'acme' }) })
  await keyring.ready({ deadlineMs: 30_000 })
  const verifier = keyring.verifier()
  const { token, key } = await keyring.issue({ owner: 'acct_1', name: 'Zoë', scopes: ['a'], expiresInMs: HOUR })
  const other = await keyring.issue({ owner: 'acct_1' })
  expect((await verifier.verify(`Bearer ${token}`)).ok).toBe(true)
  await keyring.update(key.id, { name: 'Anna', metadata: { plan: 'free' } })
  await keyring.disable(key.id)
  await keyring.enable(key.id)
  const { key: next } = await keyring.rotate(key.id, { graceMs: HOUR })
  for (const query of [{}, { owner: 'acct_1' }, { search: 'ann' }, { state: 'retiring' as const }, { hint: 'acme' }]) {
    expect((await keyring.list(query)).keys.length).toBeGreaterThan(0)
  }
  await keyring.flush()
  expect((await keyring.usage(key.id))?.days.some(({ uses }) => uses > 0)).toBe(true)
  expect((await keyring.find(token))?.lastUsedAt).not.toBeNull()
  await store.recordUse([{ keyId: key.id, at: 1_700_000_000_000, from: '203.0.113.7' }])
  await keyring.expireDue({ announceMs: 2 * HOUR })
  const { confirmation } = await keyring.revoke(next.id)
  expect(confirmation).toMatchObject({ confirmed: true })
  await keyring.revokeAll({ owner: 'acct_1' })
  expect((await verifier.verify(`Bearer ${other.token}`)).ok).toBe(false)
  expect((await keyring.audit({ owner: 'acct_1' })).entries.length).toBeGreaterThan(5)
  await channel.publish({ invalidations: [{ owner: 'acct_1' }] })
  await keyring.flush()
  await keyring.close()
}
