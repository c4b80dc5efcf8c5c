import { keyFormat } from '@bearward/core'
import { expectTypeOf, test } from 'vitest'
import { createKeyring, type Keyring, type KeyringRecord, type KeyState, memoryStore } from '../src/index.ts'

const format = keyFormat({ prefix: 'acme' })
const keyring = createKeyring({ store: memoryStore(), format, scopes: ['posts:read', 'posts:write'] })

test('declared scopes are checked by the compiler wherever a key is given scopes', () => {
  expectTypeOf(keyring).toEqualTypeOf<Keyring<'posts:read' | 'posts:write'>>()
  const never = async (): Promise<void> => {
    await keyring.issue({ scopes: ['posts:read'] })
    // @ts-expect-error `post`, not `posts`
    await keyring.issue({ scopes: ['post:read'] })
    // @ts-expect-error the same in an update
    await keyring.update('key_1', { scopes: ['posts:delete'] })
  }
  expectTypeOf(never).returns.resolves.toBeVoid()
})

test('without declared scopes any string will do', () => {
  expectTypeOf(createKeyring({ store: memoryStore(), format })).toEqualTypeOf<Keyring<string>>()
})

test('the record reaches the handler with its type, and the verifier knows the scopes', () => {
  const verifier = keyring.verifier()
  const read = async (): Promise<string | null> => {
    const verdict = await verifier.verify('')
    if (!verdict.ok) return null
    expectTypeOf(verdict.principal.key).toEqualTypeOf<KeyringRecord>()
    expectTypeOf(verdict.principal.key.state).toEqualTypeOf<KeyState>()
    verdict.principal.scopes.has('posts:read')
    // @ts-expect-error a field that a key does not have
    expectTypeOf(verdict.principal.key.plan).toBeAny()
    return verdict.principal.key.owner
  }
  expectTypeOf(read).returns.resolves.toEqualTypeOf<string | null>()
})

test('what cannot work does not compile', () => {
  const never = async (): Promise<void> => {
    // @ts-expect-error durations are milliseconds
    await keyring.issue({ expiresIn: 5 })
    // @ts-expect-error there is no such state
    await keyring.list({ state: 'alive' })
    // @ts-expect-error whose keys?
    await keyring.revokeAll({})
    // @ts-expect-error the keyring answers this itself
    keyring.verifier({ resolve: () => null })
    // @ts-expect-error no such event
    keyring.on('leaked', () => {})
    keyring.on('revoked', ({ key, reason }) => {
      expectTypeOf(key.id).toBeString()
      expectTypeOf(reason).toEqualTypeOf<string | null>()
    })
  }
  expectTypeOf(never).returns.resolves.toBeVoid()
})
