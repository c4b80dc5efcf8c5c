import { apiKey } from '@better-auth/api-key'
import { betterAuth } from 'better-auth'
import { memoryAdapter } from 'better-auth/adapters/memory'
import { checkAPIKey, extractShortToken, generateAPIKey } from 'prefixed-api-key'
import { describe, expect, test } from 'vitest'
import { betterAuthRow, prefixedApiKeyRow, type Row } from '../src/index.ts'
import { setUp } from './support.ts'

const bearer = (token: string): string => `Bearer ${token}`

describe('better-auth itself', () => {
  async function issue(disableKeyHashing: boolean) {
    const tables: Record<string, Row[]> = { user: [], session: [], account: [], verification: [], apikey: [] }
    const auth = betterAuth({
      secret: 'a secret of this test, long enough for it',
      baseURL: 'http://127.0.0.1',
      database: memoryAdapter(tables as never),
      emailAndPassword: { enabled: true },
      plugins: [apiKey({ disableKeyHashing, defaultPrefix: 'acme_', enableMetadata: true })],
    })
    const { user } = await auth.api.signUpEmail({
      body: { email: 'alice@example.com', password: 'a password of this test', name: 'Alice' },
    })
    const made = await auth.api.createApiKey({
      body: {
        userId: user.id,
        name: 'CI',
        metadata: { team: 'a' },
        permissions: { posts: ['read'] },
        expiresIn: 86_400,
      },
    })
    return { rows: tables.apikey ?? [], userId: user.id, made }
  }

  test.each([false, true])(
    'issues a key that verifies after import, with disableKeyHashing: %s',
    async (disableKeyHashing) => {
      const { rows, userId, made } = await issue(disableKeyHashing)
      const { keyring, lookups } = setUp()
      const summary = await keyring.import(rows, { read: betterAuthRow({ disableKeyHashing }) })
      expect(summary).toMatchObject({ imported: 1, problems: [], scopes: { 'posts:read': 1 } })
      lookups.length = 0
      const verdict = await keyring.verifier().verify(bearer(made.key))
      expect(verdict.ok && verdict.principal.key).toMatchObject({
        name: 'CI',
        owner: userId,
        scopes: ['posts:read'],
        metadata: { team: 'a' },
        expiresAt: new Date(made.expiresAt ?? 0).getTime(),
        hint: `${made.start}…`,
      })
      expect(lookups.length).toBe(1)
    },
  )
})

describe('prefixed-api-key itself', () => {
  test.each(['mycompany', 'my_company'])('issues keys of %s that verify after import', async (keyPrefix) => {
    const { keyring } = setUp()
    const made = await Promise.all(
      Array.from({ length: 20 }, () => generateAPIKey({ keyPrefix, shortTokenPrefix: 'T' })),
    )
    const rows = made.map(({ token = '', longTokenHash }, index) => ({
      id: String(index),
      // As an application stores it that trusts the library, also where it is wrong.
      short_token: extractShortToken(token),
      long_token_hash: longTokenHash,
    }))
    expect(await keyring.import(rows, { read: prefixedApiKeyRow() })).toMatchObject({ imported: 20 })
    const verifier = keyring.verifier()
    for (const [index, { token = '', longTokenHash = '' }] of made.entries()) {
      expect(checkAPIKey(token, longTokenHash)).toBe(true)
      const verdict = await verifier.verify(bearer(token))
      expect(verdict.ok && verdict.principal.keyId).toBe(`prefixed-api-key_${index}`)
    }
  })
})
