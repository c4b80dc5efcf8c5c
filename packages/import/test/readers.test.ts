import { describe, expect, test } from 'vitest'
import {
  betterAuthRow,
  drfRow,
  keypalRow,
  plainRow,
  prefixedApiKeyRow,
  type Row,
  sanctumRow,
  unkeyRow,
} from '../src/index.ts'
import { setUp } from './support.ts'

const HEX = 'ab'.repeat(32)
const BASE64 = 'Vv27BRNLZcQrBHmEDZKerdaIPimu5iZYTH41GlCGdus='
const AT = Date.UTC(2026, 0, 2, 3, 4, 5)

/** An import row without what is not there. */
function read(reader: (row: Row) => object, row: Row): object {
  return Object.fromEntries(Object.entries(reader(row)).filter(([, value]) => value !== undefined))
}

describe('Unkey', () => {
  const row = {
    id: 'key_1',
    hash: BASE64,
    start: 'acme_8Dfb',
    name: 'CI',
    identity_id: 'id_1',
    meta: '{"team":"a"}',
    expires: '2026-01-02 03:04:05.000',
    created_at_m: String(AT),
    deleted_at_m: null,
    enabled: 1,
    last_used_at: 0,
    permissions: 'posts.read, posts.write',
    pending_migration_id: null,
  }

  test('is read with the columns of MySQL, and in camelCase', () => {
    const expected = {
      format: 'unkey',
      digest: BASE64,
      foreignId: 'key_1',
      hint: 'acme_8Dfb…',
      name: 'CI',
      owner: 'id_1',
      scopes: ['posts.read', 'posts.write'],
      metadata: { team: 'a' },
      createdAt: AT,
      expiresAt: AT,
      disabled: false,
      lastUsedAt: 0,
    }
    expect(read(unkeyRow(), row)).toEqual(expected)
    const camel = {
      id: 'key_1',
      hash: BASE64,
      start: 'acme_8Dfb',
      name: 'CI',
      identityId: 'id_1',
      meta: { team: 'a' },
      expires: new Date(AT),
      createdAtM: AT,
      enabled: true,
      lastUsedAt: 0n,
      permissions: ['posts.read', 'posts.write'],
    }
    expect(read(unkeyRow(), camel)).toEqual(expected)
  })

  test('with a pending migration holds the digest of another system', async () => {
    const pending = { ...row, hash: HEX, pending_migration_id: 'mig_1' }
    expect(read(unkeyRow(), pending)).toMatchObject({ format: 'prefixed-api-key', digest: HEX })
    expect(() => unkeyRow()({ ...row, hash: HEX })).toThrow('hash: must be SHA-256 in base64')
    expect(read(unkeyRow(), { ...row, pending_migration_id: 'mig_1' })).toMatchObject({ format: 'unkey' })
  })

  test('that was deleted is revoked, and that is not enabled is disabled', () => {
    expect(read(unkeyRow(), { ...row, deleted_at_m: AT, enabled: 0 })).toMatchObject({ revoked: AT, disabled: true })
  })

  test('has the owner that one says', () => {
    expect(read(unkeyRow({ owner: (given) => `ws_${String(given.id)}` }), row)).toMatchObject({ owner: 'ws_key_1' })
    expect(read(unkeyRow({ owner: () => null }), row)).toMatchObject({ owner: null })
  })
})

describe('better-auth', () => {
  const row = {
    id: 'ba_1',
    configId: 'default',
    name: null,
    start: 'acme_a',
    referenceId: 'user_1',
    key: '6rUuCBjVCpNbO7LwTljv7xJvVS9gszGUqMrRK3d0EYo',
    enabled: 1,
    lastRequest: null,
    expiresAt: '2026-01-02T03:04:05.000Z',
    createdAt: AT / 1000,
    permissions: '{"posts":["read","write"],"users":[]}',
    metadata: '"{\\"team\\":\\"a\\"}"',
  }

  test('is read as it is since 1.5, and its metadata that was written as JSON twice', () => {
    expect(read(betterAuthRow(), row)).toEqual({
      format: 'better-auth',
      digest: row.key,
      foreignId: 'ba_1',
      hint: 'acme_a…',
      owner: 'user_1',
      scopes: ['posts:read', 'posts:write'],
      metadata: { team: 'a' },
      createdAt: AT,
      expiresAt: AT,
      disabled: false,
    })
  })

  test('is read as it was before 1.5, and in snake_case', () => {
    const { referenceId: _, metadata: __, permissions: ___, expiresAt, createdAt, ...rest } = row
    const old = { ...rest, user_id: 'user_1', expires_at: expiresAt, created_at: createdAt, metadata: null }
    expect(read(betterAuthRow(), old)).toMatchObject({ owner: 'user_1', createdAt: AT, scopes: [], metadata: {} })
  })

  test('with `disableKeyHashing` holds keys, which are digested and not kept', async () => {
    const key = 'acme_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl'
    const plain = { ...row, key }
    expect(() => betterAuthRow()(plain)).toThrow('say `disableKeyHashing`')
    const { keyring, store } = setUp()
    const summary = await keyring.import([plain], { read: betterAuthRow({ disableKeyHashing: true }) })
    expect(summary).toMatchObject({ imported: 1, formats: { 'better-auth': 1 } })
    const everything = JSON.stringify([
      await store.list({ now: AT, limit: 9 }),
      await store.audit({ limit: 9 }),
      await keyring.list(),
      summary,
    ])
    expect(everything).not.toContain(key.slice(5))
    const stored = (await store.list({ now: AT, limit: 1 }))[0]?.digest
    expect(stored).toMatch(/^[0-9a-f]{64}$/)
    await keyring.update('better-auth_ba_1', { expiresAt: null }).catch(() => {})
    const [again] = await Promise.all([keyring.import([plain], { read: betterAuthRow({ disableKeyHashing: true }) })])
    expect(again.skipped).toBe(1)
  })

  test('says which column is wrong', () => {
    expect(() => betterAuthRow()({ ...row, permissions: '["a"]' })).toThrow(/^permissions: /)
    expect(() => betterAuthRow()({ ...row, permissions: '{"a":"b"}' })).toThrow(/^permissions: /)
    expect(() => betterAuthRow()({ ...row, metadata: '{' })).toThrow('metadata: must be JSON')
    expect(() => betterAuthRow({ disableKeyHashing: 1 as never })).toThrow(TypeError)
  })
})

describe('keypal', () => {
  const metadata = {
    ownerId: 'acct_1',
    name: 'CI',
    description: 'for tests',
    scopes: ['posts:read'],
    resources: { site: ['a'] },
    tags: ['x'],
    expiresAt: new Date(AT).toISOString(),
    createdAt: new Date(AT).toISOString(),
    enabled: false,
    revokedAt: null,
  }
  const expected = {
    format: 'keypal',
    digest: HEX,
    foreignId: 'kp_1',
    name: 'CI',
    owner: 'acct_1',
    scopes: ['posts:read'],
    metadata: { description: 'for tests', resources: { site: ['a'] }, tags: ['x'] },
    createdAt: AT,
    expiresAt: AT,
    disabled: true,
  }

  test('is read with metadata as an object, as text, and flattened', () => {
    expect(read(keypalRow(), { id: 'kp_1', key_hash: HEX, metadata })).toEqual(expected)
    expect(read(keypalRow(), { id: 'kp_1', keyHash: HEX, metadata: JSON.stringify(metadata) })).toEqual(expected)
    expect(read(keypalRow(), { id: 'kp_1', keyHash: HEX, ...metadata })).toEqual(expected)
  })

  test('says which column is wrong', () => {
    expect(() => keypalRow()({ id: 'kp_1', keyHash: 'ab' })).toThrow(/^keyHash: /)
    expect(() => keypalRow()({ keyHash: HEX })).toThrow('id: must be given')
  })
})

describe('prefixed-api-key', () => {
  test('is read with its short token as a hint, and without one', () => {
    const row = { short_token: 'BRTRKFsL', long_token_hash: HEX.toUpperCase(), prefix: 'my_company' }
    expect(read(prefixedApiKeyRow(), row)).toMatchObject({ digest: HEX, hint: 'my_company_BRTRKFsL_…' })
    expect(read(prefixedApiKeyRow(), { longTokenHash: HEX })).not.toHaveProperty('hint')
    // A malformed hash makes the library itself throw.
    expect(() => prefixedApiKeyRow()({ longTokenHash: `${HEX}0` })).toThrow(/^longTokenHash: /)
  })

  test('is found although the library has read its short token wrongly', async () => {
    const { keyring } = setUp()
    const hash = 'd70d981d87b449c107327c2a2afbf00d4b58070d6ba571aac35d7ea3e7c79f37'
    await keyring.import([{ shortToken: 'company', longTokenHash: hash }], { read: prefixedApiKeyRow() })
    const verdict = await keyring.verifier().verify('Bearer my_company_BRTRKFsL_51FwqftsmMDHHbJAMEXXHCgG')
    expect(verdict.ok).toBe(true)
  })
})

describe('Sanctum', () => {
  const row = {
    id: 42,
    tokenable_type: 'App\\Models\\User',
    tokenable_id: 7,
    name: 'CI',
    token: HEX,
    abilities: '["posts:read","*"]',
    last_used_at: null,
    expires_at: null,
    created_at: '2026-01-02 03:04:05',
    updated_at: null,
  }

  test('is read with its id as part of what is stored', () => {
    expect(read(sanctumRow(), row)).toEqual({
      format: 'sanctum',
      digest: `42:${HEX}`,
      foreignId: '42',
      hint: '42|…',
      name: 'CI',
      owner: 'App\\Models\\User:7',
      scopes: ['posts:read', '*'],
      createdAt: AT,
    })
    expect(read(sanctumRow({ withoutId: ({ id }) => Number(id) < 50 }), row)).toMatchObject({ digest: `:${HEX}` })
  })

  test('ends when the global expiration says so, or before', () => {
    const reader = sanctumRow({ expirationMinutes: 60 })
    expect(read(reader, row)).toMatchObject({ expiresAt: AT + 3_600_000 })
    expect(read(reader, { ...row, expires_at: '2026-01-02 03:04:06' })).toMatchObject({ expiresAt: AT + 1000 })
    expect(read(reader, { ...row, expires_at: '2027-01-01 00:00:00' })).toMatchObject({ expiresAt: AT + 3_600_000 })
    expect(() => reader({ ...row, created_at: null })).toThrow('createdAt: must be given')
    expect(read(sanctumRow({ expirationMinutes: null }), row)).not.toHaveProperty('expiresAt')
  })

  test('options are checked', () => {
    expect(() => sanctumRow({ expirationMinutes: 0 })).toThrow(TypeError)
    expect(() => sanctumRow({ expirationMinutes: 1.5 })).toThrow(TypeError)
    expect(() => sanctumRow({ withoutId: true as never })).toThrow(TypeError)
  })

  test('old tokens without an id verify', async () => {
    const { keyring } = setUp()
    const token = 'a0b0c5ad36eb015e07e4f48ab7d0f7dedae30203f776f6b56f5c208217d928ec'
    const secret = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123eb0f0e40'
    await keyring.import([{ ...row, token }], { read: sanctumRow({ withoutId: () => true }) })
    const verifier = keyring.verifier()
    expect((await verifier.verify(`Bearer 42|${secret}`)).ok).toBe(false)
    expect((await verifier.verify(`Bearer ${secret}`)).ok).toBe(true)
  })
})

describe('djangorestframework-api-key', () => {
  test('is known by its prefix, whatever its id says', () => {
    const sha512 = 'cd'.repeat(64)
    const row = {
      id: 'abcdefgh.pbkdf2_sha256$1$NaCl$old',
      prefix: 'abcdefgh',
      hashed_key: `sha512$$${sha512}`,
      name: 'CI',
      revoked: 't',
      created: '2026-01-02 03:04:05+00',
      expiry_date: '2026-01-02T05:04:05.000000+02:00',
    }
    const imported = read(drfRow(), row)
    expect(imported).toEqual({
      format: 'drf',
      digest: sha512,
      foreignId: 'abcdefgh',
      hint: 'abcdefgh.…',
      name: 'CI',
      owner: null,
      revoked: true,
      createdAt: AT,
      expiresAt: AT,
    })
    expect(JSON.stringify(imported)).not.toContain('old')
  })
})

describe('plain rows', () => {
  test('hold a key or its digest, in hex or base64', () => {
    const digest = '56fdbb05134b65c42b0479840d929eadd6883e29aee626584c7e351a508676eb'
    for (const written of [
      digest,
      digest.toUpperCase(),
      BASE64,
      BASE64.replaceAll('+', '-').replaceAll('/', '_').slice(0, -1),
    ]) {
      expect(read(plainRow(), { sha256: written })).toMatchObject({ format: 'plain', digest })
      expect(read(plainRow({ format: 'github' }), { hash: written })).toMatchObject({
        format: 'github',
        digest: BASE64,
      })
    }
    expect(read(plainRow(), { token: 'x', owner: 'acct_1' })).toMatchObject({ token: 'x', owner: 'acct_1' })
    expect(() => plainRow()({ digest: 'ab' })).toThrow('digest or hash or sha256: must be SHA-256')
    expect(() => plainRow()({ digest: '!' })).toThrow(TypeError)
    expect(() => plainRow()({})).toThrow('must be given')
    expect(() => plainRow({ format: 'unkey' as never })).toThrow(TypeError)
  })

  test('may say how the key stands', () => {
    const row = { token: 'x', enabled: 'false', revoked: 'yes', expires_at: '', scopes: 'a b,c' }
    expect(read(plainRow(), row)).toMatchObject({ disabled: true, revoked: true, scopes: ['a', 'b', 'c'] })
    expect(read(plainRow(), { token: 'x', revoked_at: AT, revoked: 'no' })).toMatchObject({ revoked: AT })
  })
})
