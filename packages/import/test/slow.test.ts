import { pbkdf2Sync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { drfKeys, drfRow } from '../src/index.ts'
import { setUp } from './support.ts'

const bearer = (token: string): string => `Bearer ${token}`
const SECRET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345'

function djangoHash(token: string, iterations = 1000): string {
  const hash = pbkdf2Sync(token, 'saltysalt', iterations, 32, 'sha256').toString('base64')
  return `pbkdf2_sha256$${iterations}$saltysalt$${hash}`
}

describe('a key with PBKDF2', () => {
  test('is accepted by its token alone, and costs a plain digest from then on', async () => {
    const { keyring, store, lookups } = setUp()
    const [right, wrong] = [`abcdefgh.${SECRET}`, `abcdefgh.${SECRET.toLowerCase()}`]
    await keyring.import([{ prefix: 'abcdefgh', hashed_key: djangoHash(right), revoked: false }], { read: drfRow() })
    const verifier = keyring.verifier({ cache: false })
    lookups.length = 0
    const verdicts = await Promise.all([wrong, right, wrong].map(async (token) => verifier.verify(bearer(token))))
    expect(verdicts.map((verdict) => verdict.ok || verdict.denial.code)).toEqual(['invalid', true, 'invalid'])
    expect(lookups.length).toBe(2)
    await keyring.flush()
    expect((await store.findById('drf_abcdefgh'))?.secretHash).toBeNull()
    expect((await verifier.verify(bearer(right))).ok).toBe(true)
    expect((await verifier.verify(bearer(wrong))).ok).toBe(false)
  })

  test('is checked a set number at once, and refused as unavailable when too many wait', async () => {
    const format = drfKeys({ maxConcurrent: 1, maxWaiting: 2 })
    const stored = djangoHash(`abcdefgh.${SECRET}`)
    const { signal } = new AbortController()
    const checks = Array.from({ length: 5 }, async () => format.slow?.verify(`abcdefgh.${SECRET}`, stored, signal))
    const outcomes = await Promise.allSettled(checks)
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ])
  })

  test.each([
    'argon2$argon2id$v=19$m=102400,t=2,p=8$c2FsdA$aGFzaA',
    'bcrypt_sha256$$2b$12$xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
    djangoHash('x').replace('$1000$', '$99999999$'),
    djangoHash('x').replace('$1000$', '$0$'),
    'sha512$$abc',
  ])('or another hash that cannot be checked is rejected: %s', async (hashed_key) => {
    const { keyring } = setUp()
    const { problems } = await keyring.import([{ prefix: 'abcdefgh', hashed_key }], { read: drfRow() })
    expect(problems[0]?.message).toBe('hashedKey: must be sha512 or pbkdf2_sha256; argon2 and bcrypt cannot be checked')
  })

  test('whose hash was spoilt in the store is unavailable, not refused', async () => {
    const stored = djangoHash('x').replace('pbkdf2_sha256', 'pbkdf2_sha1')
    await expect(drfKeys().slow?.verify('x', stored, new AbortController().signal)).rejects.toThrow(TypeError)
  })
})
