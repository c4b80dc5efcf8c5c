import { idKeyFormat, type KeyFormat, type KeyRecord, keyFormat, type Principal, type Verifier } from '@bearward/core'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import {
  type AnyKeyring,
  createKeyring,
  type Key,
  type Keyring,
  type KeyringRecord,
  type KeyState,
  type Metadata,
  memoryStore,
  type OwnerKeyring,
} from '../src/index.ts'

const format = keyFormat({ prefix: 'acme' })
const keyring = createKeyring({ store: memoryStore(), format, scopes: ['posts:read', 'posts:write'] })

test('declared scopes are checked by the compiler wherever a key is given scopes', () => {
  expectTypeOf(keyring).toEqualTypeOf<Keyring<'posts:read' | 'posts:write'>>()
  const never = async (): Promise<void> => {
    await keyring.issue({ owner: null, scopes: ['posts:read'] })
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

declare const session: { readonly owner?: string }

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
    // @ts-expect-error the owner must be named
    await keyring.issue()
    // @ts-expect-error the owner must be named
    await keyring.issue({})
    // @ts-expect-error the owner must be named
    await keyring.issue({ name: 'CI', scopes: ['posts:read'] })
    // @ts-expect-error `undefined` names no owner
    await keyring.issue({ owner: undefined })
    // @ts-expect-error nor does a session that may have none
    await keyring.issue({ owner: session.owner })
    await keyring.issue({ owner: null })
    // @ts-expect-error the same of another system's keys
    await keyring.import([{ token: 'other' }])
    await keyring.import([{ token: 'other', owner: null }])
    // @ts-expect-error `undefined` would list the keys of all owners
    await keyring.list({ owner: undefined })
    // @ts-expect-error the same
    await keyring.list({ owner: session.owner })
    // @ts-expect-error the same of every condition
    await keyring.list({ state: undefined })
    // @ts-expect-error the same of the audit trail
    await keyring.audit({ keyId: undefined })
    // @ts-expect-error the key of any owner
    await keyring.revoke('key_1', { owner: session.owner })
    // @ts-expect-error the same
    await keyring.get('key_1', { owner: undefined })
    // @ts-expect-error any version
    await keyring.update('key_1', { version: undefined })
    // @ts-expect-error there is no such part of a chain
    await keyring.revoke('key_1', { chain: 'whole' })
    // @ts-expect-error the schema of metadata is a Standard Schema
    createKeyring({ store: memoryStore(), format, metadata: { plan: 'string' } })
    // @ts-expect-error no such event
    keyring.on('leaked', () => {})
    keyring.on('revoked', ({ key, reason }) => {
      expectTypeOf(key.id).toBeString()
      expectTypeOf(reason).toEqualTypeOf<string | null>()
    })
  }
  expectTypeOf(never).returns.resolves.toBeVoid()
})

test('a keyring of one owner takes no owner, and cannot be made without one', () => {
  const own = (): OwnerKeyring<'posts:read' | 'posts:write'> => keyring.forOwner('acct_1')
  expectTypeOf(own).returns.toEqualTypeOf<ReturnType<typeof keyring.forOwner>>()
  const never = async (): Promise<void> => {
    // @ts-expect-error whose keys?
    keyring.forOwner()
    // @ts-expect-error a session may have no owner
    keyring.forOwner(session.owner)
    // @ts-expect-error an account that was not found must not reach keys without an owner
    keyring.forOwner(null)
    await own().issue({ scopes: ['posts:read'] })
    // @ts-expect-error the owner is named already
    await own().issue({ owner: 'acct_2' })
    // @ts-expect-error a body that was not read
    await own().issue()
    // @ts-expect-error `post`, not `posts`
    await own().issue({ scopes: ['post:read'] })
    // @ts-expect-error the owner is named already
    await own().list({ owner: 'acct_2' })
    // @ts-expect-error the same
    await own().revoke('key_1', { owner: 'acct_2' })
    // @ts-expect-error the same
    await own().audit({ owner: 'acct_2' })
    await own().revokeAll()
    // @ts-expect-error it is of the whole keyring
    await own().expireDue()
  }
  expectTypeOf(never).returns.resolves.toBeVoid()
})

interface Plan {
  readonly plan: 'free' | 'pro'
  readonly seats: number
}
const schema = z.object({ plan: z.enum(['free', 'pro']), seats: z.number().default(1) })
const live = keyFormat({ prefix: 'acme', environments: ['live', 'test'] })
const typed = createKeyring({ store: memoryStore(), format: live, metadata: schema, scopes: ['posts:read'] })

test('environments are those of the format, wherever a key has one', () => {
  expectTypeOf(live).toEqualTypeOf<KeyFormat<'live' | 'test'>>()
  expectTypeOf(idKeyFormat({ prefix: 'acme', environments: ['live'] })).toEqualTypeOf<KeyFormat<'live'>>()
  expectTypeOf(format).toEqualTypeOf<KeyFormat>()
  const names: string[] = ['live']
  expectTypeOf(keyFormat({ prefix: 'acme', environments: names })).toEqualTypeOf<KeyFormat>()
  expectTypeOf(typed.environments).toEqualTypeOf<readonly ('live' | 'test')[]>()
  const never = async (): Promise<void> => {
    const { key } = await typed.issue({ owner: null, environment: 'test', metadata: { plan: 'pro' } })
    expectTypeOf(key.environment).toEqualTypeOf<'live' | 'test' | null>()
    // @ts-expect-error there is no such environment
    await typed.issue({ owner: null, environment: 'prod', metadata: { plan: 'pro' } })
    // @ts-expect-error the same
    await typed.list({ environment: 'prod' })
    // @ts-expect-error the same
    if (key.environment === 'prod') return
  }
  expectTypeOf(never).returns.resolves.toBeVoid()
})

test('declared metadata is taken as callers give it, and comes back as the schema makes it', () => {
  type Given = z.input<typeof schema>
  type Made = z.output<typeof schema>
  expectTypeOf(typed).toEqualTypeOf<Keyring<'posts:read', Made, 'live' | 'test', Given>>()
  const never = async (): Promise<void> => {
    const { key } = await typed.issue({ owner: null, metadata: { plan: 'pro' } })
    expectTypeOf(key.metadata).toEqualTypeOf<Made>()
    expectTypeOf(key.metadata.seats).toBeNumber()
    // @ts-expect-error there is no such field
    expectTypeOf(key.metadata.plann).toBeAny()
    // @ts-expect-error `plan` must be given
    await typed.issue({ owner: null })
    // @ts-expect-error the same
    await typed.forOwner('acct_1').issue({})
    // @ts-expect-error there is no such plan
    await typed.issue({ owner: null, metadata: { plan: 'gold' } })
    // @ts-expect-error there is no such plan
    await typed.update('key_1', { metadata: { plan: 'gold' } })
    await typed.update('key_1', { name: 'new' })
    const { previous, key: successor } = await typed.rotate('key_1')
    const { key: revoked, alsoEnded, stillAccepted } = await typed.revoke('key_1')
    const found = [previous, successor, revoked, ...alsoEnded, ...stillAccepted.map((each) => each.key)]
    expectTypeOf(found).toEqualTypeOf<Key<Made, 'live' | 'test'>[]>()
    for (const { metadata } of (await typed.list()).keys) expectTypeOf(metadata).toEqualTypeOf<Made>()
    typed.on('rotated', ({ key, previous: old }) => expectTypeOf([key.metadata, old.metadata]).toEqualTypeOf<Made[]>())
  }
  expectTypeOf(never).returns.resolves.toBeVoid()
})

test('metadata and environment reach the handler with their types', () => {
  const verifier = typed.verifier({ accept: ({ metadata }) => metadata.plan === 'pro' })
  const principalOf = <K extends KeyRecord, S extends string>(_verifier: Verifier<K, S>): Principal<K, S> => {
    throw new Error('compiled and not run')
  }
  const never = (): Plan => {
    const { key, environment } = principalOf(verifier)
    expectTypeOf(environment).toEqualTypeOf<'live' | 'test' | undefined>()
    expectTypeOf(key.environment).toEqualTypeOf<'live' | 'test' | null>()
    return key.metadata
  }
  expectTypeOf(never).returns.toEqualTypeOf<Plan>()
  const read = async (): Promise<void> => {
    const verdict = await verifier.verify('')
    if (!verdict.ok) return
    expectTypeOf(verdict.principal.key.metadata.plan).toEqualTypeOf<'free' | 'pro'>()
    // @ts-expect-error there is no such plan
    if (verdict.principal.key.metadata.plan === 'gold') return
    // @ts-expect-error there is no such environment
    if (verdict.principal.environment === 'prod') return
  }
  expectTypeOf(read).returns.resolves.toBeVoid()
})

test('a schema of an interface is taken, and metadata may be left out where nothing is required', () => {
  const optional = createKeyring({ store: memoryStore(), format, metadata: z.object({ note: z.string().optional() }) })
  const never = async (): Promise<void> => {
    await optional.issue({ owner: null })
    await optional.forOwner('acct_1').issue({})
    // @ts-expect-error a field of another type
    await optional.issue({ owner: null, metadata: { note: 5 } })
    expectTypeOf(keyring.issue).parameter(0).toHaveProperty('metadata').toEqualTypeOf<Metadata | undefined>()
  }
  expectTypeOf(never).returns.resolves.toBeVoid()
})

test('a keyring with declarations is given to code that works on any keyring', () => {
  const planned = createKeyring({ store: memoryStore(), format, metadata: z.object({}) as unknown as z.ZodType<Plan> })
  const all: AnyKeyring[] = [keyring, typed, planned]
  // Declared scopes and environments are strings.
  const plain: Keyring[] = [keyring, createKeyring({ store: memoryStore(), format: live })]
  expectTypeOf([...all, ...plain]).toEqualTypeOf<AnyKeyring[]>()
})
