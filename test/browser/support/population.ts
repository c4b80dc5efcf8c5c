import { DAY } from '@bearward/core'
import type { Application } from './application.ts'

/** One key in each state, with names of every length, and a key that has a history. */
export interface Population {
  /** Id of a key that was used for weeks and changed often. */
  readonly busy: string
  readonly retiring: string
  readonly revoked: string
  readonly scheduled: string
  readonly disabled: string
  readonly retired: string
  readonly expired: string
  /** Between an older key and a newer one of its rotation, all of which are accepted. */
  readonly chained: string
  /** Issued now, and never used. */
  readonly unused: string
}

export async function populate({ keyring, store }: Application, now: number): Promise<Population> {
  const owner = 'acct_1'
  const actor = 'alice@example.com'
  const scopes = ['posts:read', 'posts:write', 'comments:read', 'files:read']
  const issue = async (name: string, more: object = {}) =>
    (await keyring.issue({ owner, actor, name, expiresInMs: 90 * DAY, ...more })).key.id

  const scheduled = await issue('', { scopes, notBefore: now + 3 * DAY, expiresInMs: undefined })
  const long = 'A name that somebody went on typing, because nobody told them that the name of a key may well be short'
  const disabled = await issue(long, { environment: 'test', scopes })
  await keyring.disable(disabled, { actor, reason: 'Not needed at the weekend' })
  const revoked = await issue('Laptop of Ben', { scopes: scopes.slice(0, 1), owner: 'acct_2' })
  await keyring.revoke(revoked, { actor, reason: 'Stolen' })
  const ownRevoked = await issue('Old laptop', { scopes: scopes.slice(0, 1) })
  await keyring.revoke(ownRevoked, { actor, reason: 'Sold' })
  const retiring = await issue('Website', { scopes: scopes.slice(0, 2) })
  await keyring.rotate(retiring, { actor, graceMs: 7 * DAY })
  const retired = await issue('Importer', { scopes: scopes.slice(3) })
  await keyring.rotate(retired, { actor, graceMs: 0 })
  const expired = await issue('Trial', { scopes: [], expiresInMs: 1 })
  const deploy = await issue('Deploy', { scopes: scopes.slice(0, 2) })
  const { key: second } = await keyring.rotate(deploy, { actor, graceMs: DAY })
  await keyring.rotate(second.id, { actor, graceMs: 7 * DAY })
  const unused = await issue('Not in use', { scopes: scopes.slice(0, 1), expiresInMs: undefined })

  const busy = await issue('Billing worker', { scopes, metadata: { team: 'billing', plan: { seats: 12 } } })
  await keyring.update(busy, { actor: 'ben@example.com', name: 'Billing worker, production', from: '198.51.100.4' })
  await keyring.update(busy, { actor, scopes: scopes.slice(0, 3) })
  await keyring.disable(busy, { actor, reason: 'Looks odd: is this us?' })
  await keyring.enable(busy, { actor, reason: 'It was us' })
  for (let day = 29; day >= 0; day--) {
    const uses = Math.round(400 + 300 * Math.sin(day) + 12 * (30 - day))
    const from = day % 9 === 0 ? '2001:db8:85a3::8a2e:370:7334' : '203.0.113.7'
    if (day % 7 < 5) await store.recordUse([{ keyId: busy, at: now - day * DAY, from, uses }])
  }
  return { busy, retiring, revoked: ownRevoked, scheduled, disabled, retired, expired, chained: second.id, unused }
}
