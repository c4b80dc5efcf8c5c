import { DAY, HOUR, keyFormat, MINUTE } from '@bearward/core'
import { describe, expect, it } from 'vitest'
import type { KeyStore } from '../src/index.ts'
import { memoryStore } from '../src/index.ts'
import { codeOf, NOW, namesOf, settle, setUp } from './support/keyring.ts'

const bearer = (token: string): string => `Bearer ${token}`

/** Counts what a store is asked. */
function counted(): { store: KeyStore; calls: string[] } {
  const calls: string[] = []
  const store = new Proxy(memoryStore(), {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        calls.push(String(name))
        return value.apply(target, args)
      }
    },
  })
  return { store, calls }
}

describe('verifier()', () => {
  it('hands the key to the handler, without its digest', async () => {
    const { keyring } = setUp()
    const { token, key } = await keyring.issue({ owner: 'acct_1', scopes: ['x'], metadata: { plan: 'pro' } })
    const verdict = await keyring.verifier().verify(bearer(token))
    expect(verdict.ok && verdict.principal.key.metadata).toEqual({ plan: 'pro' })
    expect(verdict.ok && { ...verdict.principal.key }).toEqual({ ...key, disabled: false })
    expect(JSON.stringify(verdict.ok && verdict.principal.key)).not.toContain('digest')
  })

  it('costs one read and no write without a cache', async () => {
    const { store, calls } = counted()
    const { keyring } = setUp({ store })
    const { token } = await keyring.issue({ owner: null })
    const verifier = keyring.verifier({ cache: false })
    calls.length = 0
    for (let index = 0; index < 3; index++) await verifier.verify(bearer(token))
    await verifier.verify(bearer(`${token.slice(0, -1)}~`))
    expect(calls).toEqual(['findByDigest', 'findByDigest', 'findByDigest'])
  })

  it('refuses what is disabled, scheduled, expired and revoked, and takes back what is enabled', async () => {
    const { keyring, clock } = setUp()
    const verifier = keyring.verifier()
    const accepts = async (token: string): Promise<boolean> => (await verifier.verify(bearer(token))).ok
    const scheduled = await keyring.issue({ owner: null, notBefore: NOW + HOUR, expiresAt: NOW + DAY })
    expect(await accepts(scheduled.token)).toBe(false)
    clock.advance(HOUR)
    expect(await accepts(scheduled.token)).toBe(true)
    await keyring.disable(scheduled.key.id)
    expect(await accepts(scheduled.token)).toBe(false)
    await keyring.enable(scheduled.key.id)
    expect(await accepts(scheduled.token)).toBe(true)
    clock.advance(DAY)
    expect(await accepts(scheduled.token)).toBe(false)
  })

  it('accepts at once a key whose token was tried before it was there', async () => {
    const random = (bytes: Uint8Array): Uint8Array => bytes.fill(7)
    const { keyring } = setUp({ format: keyFormat({ prefix: 'acme', random }) })
    const token = keyFormat({ prefix: 'acme', random }).generate()
    const verifier = keyring.verifier({ cache: { max: 10, maxStalenessMs: DAY } })
    expect((await verifier.verify(bearer(token))).ok).toBe(false)
    expect((await keyring.issue({ owner: null })).token).toBe(token)
    expect((await verifier.verify(bearer(token))).ok).toBe(true)
  })

  it('takes grants with wildcards where the keyring does', async () => {
    const { keyring } = setUp({ scopes: ['posts:read'], scopePatterns: true })
    const { token } = await keyring.issue({ owner: null, scopes: ['posts:*'] as never })
    const verdict = await keyring.verifier().verify(bearer(token))
    expect(verdict.ok && verdict.principal.scopes.has('posts:read')).toBe(true)
  })
})

describe('the use of a rotated key', () => {
  it('is told at once, then once a minute, and not punished', async () => {
    const { keyring, clock, told } = setUp()
    const { token, key } = await keyring.issue({ owner: null })
    const { key: successor } = await keyring.rotate(key.id, { graceMs: HOUR })
    const verifier = keyring.verifier()
    const uses = (): unknown[] => told.filter(({ name }) => name === 'rotated_key_used').map(({ facts }) => facts)
    for (let index = 0; index < 5; index++) expect((await verifier.verify(bearer(token))).ok).toBe(true)
    const facts = { keyId: key.id, successorId: successor.id }
    expect(uses()).toEqual([{ ...facts, accepted: true, at: NOW }])
    clock.advance(MINUTE)
    await verifier.verify(bearer(token))
    expect(uses().length).toBe(2)
    clock.advance(HOUR)
    expect((await verifier.verify(bearer(token))).ok).toBe(false)
    expect(uses()[2]).toEqual({ ...facts, accepted: false, at: NOW + MINUTE + HOUR })
  })
})

describe('rotate({ endOnFirstUse: true })', () => {
  it('lets the old key work until the successor is used, and then no more', async () => {
    const { keyring, told } = setUp()
    const old = await keyring.issue({ owner: null })
    const next = await keyring.rotate(old.key.id, { graceMs: DAY, endOnFirstUse: true })
    const verifier = keyring.verifier()
    expect((await verifier.verify(bearer(old.token))).ok).toBe(true)
    expect((await verifier.verify(bearer(next.token))).ok).toBe(true)
    await settle()
    expect((await verifier.verify(bearer(old.token))).ok).toBe(false)
    expect((await verifier.verify(bearer(next.token))).ok).toBe(true)
    expect((await keyring.get(old.key.id))?.state).toBe('retired')
    expect((await keyring.audit({ keyId: old.key.id })).entries[0]).toMatchObject({
      action: 'retired',
      reason: 'first use of the successor',
    })
    await settle()
    expect(namesOf(told).filter((name) => name === 'retired')).toEqual(['retired'])
  })

  it('does nothing to an old key that was revoked meanwhile', async () => {
    const { keyring } = setUp()
    const old = await keyring.issue({ owner: null })
    const next = await keyring.rotate(old.key.id, { graceMs: DAY, endOnFirstUse: true })
    await keyring.revoke(old.key.id)
    await keyring.verifier().verify(bearer(next.token))
    await settle()
    expect((await keyring.get(old.key.id))?.state).toBe('revoked')
    expect((await keyring.audit({ keyId: old.key.id, action: 'retired' })).entries).toEqual([])
  })

  it('is tried again with the next use when the store fails', async () => {
    const store = memoryStore()
    const { keyring, told } = setUp({ store })
    const old = await keyring.issue({ owner: null })
    const next = await keyring.rotate(old.key.id, { graceMs: DAY, endOnFirstUse: true })
    const { commit } = store
    Object.assign(store, { commit: () => Promise.reject(new Error('down')) })
    const verifier = keyring.verifier()
    await verifier.verify(bearer(next.token))
    await settle()
    expect(told.at(-1)).toMatchObject({ name: 'failed', facts: { task: 'retire' } })
    Object.assign(store, { commit })
    await verifier.verify(bearer(next.token))
    await settle()
    expect((await keyring.get(old.key.id))?.state).toBe('retired')
    expect(await codeOf(keyring.rotate(old.key.id))).toBe('already_rotated')
  })
})

describe('the last use', () => {
  it('is written with the address that the request came from', async () => {
    const { keyring, told } = setUp()
    const { token, key } = await keyring.issue({ owner: null })
    const verifier = keyring.verifier()
    const from = (address: string) => ({
      field: (name: string) => (name === 'authorization' ? bearer(token) : undefined),
      query: () => '',
      address: () => address,
    })
    await verifier.verifyRequest(from('192.0.2.1'))
    await keyring.flush()
    await verifier.verifyRequest(from('192.0.2.7'))
    await keyring.flush()
    expect(await keyring.get(key.id)).toMatchObject({ lastUsedAt: NOW, lastUsedFrom: '192.0.2.7' })
    expect(namesOf(told)).toEqual(['issued', 'first_used', 'used_from_new_address'])

    // The same client by other connections, and what names no client.
    for (const address of [
      '192.0.2.7:50001',
      '::ffff:192.0.2.7',
      '[::ffff:c000:207]:50002',
      'unknown',
      'x'.repeat(9000),
    ]) {
      await verifier.verifyRequest(from(address))
      await keyring.flush()
    }
    expect(namesOf(told)).toEqual(['issued', 'first_used', 'used_from_new_address'])
    expect((await keyring.usage(key.id))?.addresses.map(({ address }) => address)).toEqual(['192.0.2.7', '192.0.2.1'])
  })
})
