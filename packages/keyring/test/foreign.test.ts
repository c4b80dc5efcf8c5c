import { hmacSha256, sha256 } from '@bearward/core'
import { describe, expect, it } from 'vitest'
import { issued, sampleKey } from '../src/contract/sample.ts'
import { createKeyring, type ForeignFormat, type KeyStore, memoryStore, type StoredKey } from '../src/index.ts'
import { codeOf, settle, setUp } from './support/keyring.ts'

const bearer = (token: string): string => `Bearer ${token}`

/** Tokens of some other system: stored as their own reversal, which is no secret to this test. */
const reversed: ForeignFormat = {
  name: 'reversed',
  maxLength: 20,
  recognises: (token) => /^rev\.[a-z]{1,16}$/.test(token),
  digests: (token) => [backwards(token)],
}

/** Tokens that are stored as a slow hash, and found by what stands before the dot. */
const slow: ForeignFormat = {
  name: 'slow',
  maxLength: 20,
  recognises: (token) => /^(?:slow|rev)\.[a-z]{1,16}$/.test(token),
  digests: async (token) => [`later ${backwards(token)}`],
  slow: {
    handle: (token) => (token.startsWith('slow.') ? token.slice(5, 8) : undefined),
    verify: async (token, stored) => {
      if (stored === 'unreadable') throw new Error('unreadable')
      return stored === `hash of ${token}`
    },
  },
}

function backwards(token: string): string {
  return token.split('').reverse().join('')
}

/** A keyring with keys that were imported, and every call that its store got. */
async function imported(keys: readonly Partial<StoredKey>[], options: Parameters<typeof setUp>[0] = {}) {
  const store = memoryStore()
  const rows = keys.map((key) => sampleKey({ environment: null, ...key }))
  await store.commit(issued(...rows))
  const calls: { readonly name: string; readonly args: readonly unknown[] }[] = []
  const watched = new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        calls.push({ name: String(name), args })
        return value.apply(target, args)
      }
    },
  })
  const world = setUp({ imports: [reversed, slow], ...options, store: watched })
  const lookups = (): unknown[] => calls.filter(({ name }) => name === 'findByDigest').map(({ args }) => args[0])
  return { ...world, rows, calls, lookups }
}

const ownDigest = async (token: string): Promise<string> => sha256().digest(token)

describe('a key that another system issued', () => {
  it('is accepted by its own digest, and costs one lookup', async () => {
    const { keyring, rows, lookups } = await imported([{ digest: 'reversed:cba.ver' }])
    const verdict = await keyring.verifier().verify(bearer('rev.abc'))
    expect(verdict.ok && verdict.principal.keyId).toBe(rows[0]?.id)
    expect(lookups()).toEqual([[await ownDigest('rev.abc'), 'reversed:cba.ver', 'slow:later cba.ver']])
  })

  it('is looked for in one query by all formats whose shape it has, also when there is none', async () => {
    const { keyring, lookups } = await imported([])
    const verifier = keyring.verifier()
    expect((await verifier.verify(bearer('rev.abc'))).ok).toBe(false)
    expect((await verifier.verify(bearer('slow.abcdef'))).ok).toBe(false)
    expect((await verifier.verify(bearer('other.abc'))).ok).toBe(false)
    expect(lookups().length).toBe(2)
    expect(lookups()[1]).toEqual([await ownDigest('slow.abcdef'), 'slow:later fedcba.wols', 'slow~:abc'])
  })

  it('is not found by what is stored of it', async () => {
    const { keyring, lookups } = await imported([
      { digest: 'reversed:cba.ver' },
      { digest: 'slow~:abc', secretHash: 'slow:x' },
    ])
    const verifier = keyring.verifier({ format: { parse: () => ({}) } })
    for (const leaked of ['reversed:cba.ver', 'cba.ver', 'slow~:abc', 'slow:x']) {
      expect((await verifier.verify(bearer(leaked))).ok, leaked).toBe(false)
    }
    expect(
      lookups()
        .flat()
        .filter((digest) => !/^[0-9a-f]{64}$/.test(String(digest))),
    ).toEqual([])
  })

  it('is found by its token, by a digest or by a handle that its slow hash proves', async () => {
    const { keyring, rows } = await imported([
      { digest: 'reversed:cba.ver' },
      { digest: 'slow~:abc', secretHash: 'slow:hash of slow.abcdef' },
      { digest: 'slow~:xyz' },
    ])
    const found = async (token: string): Promise<unknown> => (await keyring.find(token))?.id ?? null
    expect(await found('rev.abc')).toBe(rows[0]?.id)
    expect(await found('slow.abcdef')).toBe(rows[1]?.id)
    for (const token of ['rev.abcd', 'slow.abcxxx', 'slow.xyzxyz', 'reversed:cba.ver', 'slow~:abc']) {
      expect(await found(token), token).toBeNull()
    }
    expect((await keyring.list({ search: 'slow.abcdef' })).keys.map(({ id }) => id)).toEqual([rows[1]?.id])
    expect((await keyring.list({ search: 'rev.zzz' })).keys).toEqual([])
  })

  it('is not accepted by a handle without its slow hash', async () => {
    const { keyring, lookups } = await imported([
      { digest: 'slow~:abc', secretHash: 'slow:hash of slow.abcdef' },
      { digest: 'slow~:xyz' },
      { digest: 'slow~:bad', secretHash: 'slow:unreadable' },
    ])
    const verifier = keyring.verifier()
    const outcome = async (token: string): Promise<unknown> => {
      const verdict = await verifier.verify(bearer(token))
      return verdict.ok || verdict.denial.code
    }
    expect(await outcome('slow.abcxxx')).toBe('invalid')
    expect(await outcome('slow.xyzxyz')).toBe('invalid')
    expect(await outcome('slow.badbad')).toBe('unavailable')
    expect(await outcome('slow.abcdef')).toBe(true)
    expect(lookups().length).toBe(4)
  })

  it('stays what it is: revoked, expired, disabled, with its scopes', async () => {
    const { keyring, clock } = await imported([
      { digest: 'reversed:a.ver', revokedAt: 1 },
      { digest: 'reversed:b.ver', expiresAt: 1 },
      { digest: 'reversed:c.ver', disabledAt: 1 },
      { digest: 'reversed:d.ver', scopes: ['x'] },
    ])
    const verifier = keyring.verifier()
    const verdicts = await Promise.all(['a', 'b', 'c', 'd'].map(async (each) => verifier.verify(bearer(`rev.${each}`))))
    expect(verdicts.map((verdict) => verdict.ok && [...verdict.principal.scopes])).toEqual([false, false, false, ['x']])
    clock.advance(1)
    await keyring.flush()
    expect((await keyring.audit({ action: 'redigested' })).entries.length).toBe(1)
  })
})

describe('the first use of an imported key', () => {
  it('gives it the own digest, off the way of the request, with an entry in the audit trail', async () => {
    const { keyring, store, rows, calls, lookups, told } = await imported([{ digest: 'reversed:cba.ver' }])
    const verifier = keyring.verifier({ cache: false })
    const { commit } = store
    let goOn = (): void => {}
    const held = new Promise<void>((resolve) => {
      goOn = resolve
    })
    Object.assign(store, { commit: async (plan: Parameters<typeof commit>[0]) => held.then(() => commit(plan)) })
    expect((await verifier.verify(bearer('rev.abc'))).ok).toBe(true)
    goOn()
    await keyring.flush()
    expect(calls.map(({ name }) => name).slice(0, 4)).toEqual(['findByDigest', 'findById', 'commit', 'commit'])
    Object.assign(store, { commit })
    const [key] = rows as [StoredKey]
    const after = { ...key, digest: await ownDigest('rev.abc'), version: 2 }
    expect(await store.findByDigest([after.digest], { fresh: true })).toEqual(after)
    expect(await store.findByDigest(['reversed:cba.ver'], { fresh: true })).toBeNull()
    const { entries } = await keyring.audit({ keyId: key.id })
    expect(entries[0]).toMatchObject({ action: 'redigested', version: 2, changes: {}, actor: null })
    expect(told.filter(({ name }) => name === 'redigested').length).toBe(1)
    const before = lookups().length
    expect((await verifier.verify(bearer('rev.abc'))).ok).toBe(true)
    await keyring.flush()
    expect(lookups().length).toBe(before + 1)
    expect(calls.filter(({ name }) => name === 'commit').length).toBe(2)
  })

  it('does so for a slow hash too, once the token was proved, and never for one that was not', async () => {
    const { keyring, store } = await imported([{ digest: 'slow~:abc', secretHash: 'slow:hash of slow.abcdef' }])
    const verifier = keyring.verifier({ cache: false })
    // Both are under way at once, and share the handle.
    const verdicts = await Promise.all(
      ['slow.abcdef', 'slow.abcxxx'].map(async (token) => verifier.verify(bearer(token))),
    )
    expect(verdicts.map(({ ok }) => ok)).toEqual([true, false])
    await keyring.flush()
    const own = await ownDigest('slow.abcdef')
    expect(await store.findByDigest([own], { fresh: true })).toMatchObject({ digest: own, secretHash: null })
    expect((await verifier.verify(bearer('slow.abcdef'))).ok).toBe(true)
    expect((await verifier.verify(bearer('slow.abcxxx'))).ok).toBe(false)
  })

  it('happens once, however many processes see it', async () => {
    const { store, rows } = await imported([{ digest: 'reversed:cba.ver' }])
    const keyrings = Array.from({ length: 4 }, () => setUp({ imports: [reversed], store }).keyring)
    await Promise.all(keyrings.map(async (each) => each.verifier({ cache: false }).verify(bearer('rev.abc'))))
    await Promise.all(keyrings.map((each) => each.flush()))
    const entries = await store.audit({ keyId: rows[0]?.id, limit: 10 })
    expect(entries.map(({ action }) => action)).toEqual(['redigested', 'issued'])
  })

  it('is tried again with the next use when the store fails, and not when the digest is taken', async () => {
    const { keyring, store, told } = await imported([{ digest: 'reversed:cba.ver' }])
    const verifier = keyring.verifier()
    const failing = (commit: KeyStore['commit']): void => void Object.assign(store, { commit })
    const { commit } = store
    failing(() => Promise.reject(new Error('down')))
    await verifier.verify(bearer('rev.abc'))
    await keyring.flush()
    expect(told.find(({ name }) => name === 'failed')?.facts).toMatchObject({ task: 'redigest' })
    failing(async () => ({ status: 'duplicate', field: 'digest' }))
    await verifier.verify(bearer('rev.abc'))
    await keyring.flush()
    failing(commit)
    await verifier.verify(bearer('rev.abc'))
    await keyring.flush()
    expect((await keyring.audit({ action: 'redigested' })).entries).toEqual([])
    expect(told.filter(({ name }) => name === 'failed').length).toBe(2)
  })

  it('leaves alone what was revoked meanwhile, and what is stored under an older pepper', async () => {
    const digest = hmacSha256({ peppers: { a: 'a'.repeat(32), b: 'b'.repeat(32) }, current: 'a' })
    const old = (await digest.older[0]?.('rev.xyz')) as string
    const { keyring, rows } = await imported([{ digest: 'reversed:cba.ver' }, { digest: old }], { digest })
    const verifier = keyring.verifier()
    expect((await verifier.verify(bearer('rev.xyz'))).ok).toBe(true)
    const verdict = verifier.verify(bearer('rev.abc'))
    await keyring.revoke(rows[0]?.id ?? '')
    await verdict
    await settle()
    await keyring.flush()
    expect((await keyring.audit({ action: 'redigested' })).entries).toEqual([])
  })
})

describe('createKeyring({ imports })', () => {
  it.each([
    ['no list', {}],
    ['something else', [{}]],
    ['a name with a colon', [{ ...reversed, name: 'a:b' }]],
    ['a name like a handle', [{ ...reversed, name: 'a~' }]],
    ['no name', [{ ...reversed, name: '' }]],
  ])('refuses %s', async (_name, imports) => {
    expect(() => setUp({ imports: imports as never })).toThrow(TypeError)
  })

  it('takes the same format twice', async () => {
    const { keyring } = await imported([{ digest: 'reversed:cba.ver' }], { imports: [reversed, reversed] })
    expect((await keyring.verifier().verify(bearer('rev.abc'))).ok).toBe(true)
    await keyring.close()
    expect(await codeOf(keyring.issue({ owner: null }))).toBe('closed')
    expect(createKeyring).toBeTypeOf('function')
  })
})
