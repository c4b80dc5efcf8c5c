import { sha256 } from '@bearward/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ForeignFormat, ImportOptions, ImportRow, ImportSummary, KeyStore } from '../src/index.ts'
import { memoryStore } from '../src/index.ts'
import { codeOf, NOW, setUp } from './support/keyring.ts'

const HEX = /^[0-9a-f]{64}$/

/** Tokens of another system, stored as SHA-256. */
const foreign: ForeignFormat = {
  name: 'other',
  maxLength: 40,
  recognises: (token) => /^other-[a-z0-9-]{1,30}$/.test(token),
  digests: async (token) => [await sha256().digest(token)],
}

const slow: ForeignFormat = {
  ...foreign,
  name: 'slow',
  recognises: () => false,
  slow: { handle: (token) => token.slice(0, 4), verify: async () => false },
}

const bearer = (token: string): string => `Bearer ${token}`

async function rowOf(name: string, facts: Partial<ImportRow> = {}): Promise<ImportRow> {
  const digest = await sha256().digest(`other-${name}`)
  return { format: 'other', digest, foreignId: name, owner: null, createdAt: NOW - 1000, ...facts }
}

function importing(options: Parameters<typeof setUp>[0] = {}) {
  const world = setUp({ imports: [foreign, slow], ...options })
  const run = (rows: Iterable<ImportRow>, how: ImportOptions = {}): Promise<ImportSummary> =>
    world.keyring.import(rows, how)
  const messageOf = async (row: unknown, how: ImportOptions = {}): Promise<string | undefined> => {
    const { problems } = await run([row as ImportRow], how)
    return problems[0]?.message
  }
  return { ...world, run, messageOf }
}

/** All that a store holds, without what depends on the moment. */
async function contentOf(store: KeyStore): Promise<unknown> {
  const keys = await store.list({ now: NOW, limit: 10_000 })
  const entries = await store.audit({ limit: 10_000 })
  return {
    keys,
    audit: entries.map(({ sequence: _sequence, ...entry }) => entry).sort((a, b) => (a.keyId < b.keyId ? -1 : 1)),
  }
}

describe('import()', () => {
  it('takes over a key with all that it is, under an id made of its own', async () => {
    const { run, store, keyring } = importing({ scopes: ['posts:read', 'posts:write'] })
    const row = await rowOf('a', {
      hint: 'other-…',
      name: 'CI',
      owner: 'acct_1',
      environment: 'test',
      scopes: ['read', 'posts:write', 'gone'],
      metadata: { team: 'x' },
      notBefore: new Date(NOW - 5),
      expiresAt: NOW + 9,
      lastUsedAt: NOW - 3,
    })
    const mapScopes = { read: ['posts:read'], gone: [] } as const
    const summary = await run([row], { mapScopes, actor: 'alice', reason: 'moved' })
    expect(summary).toMatchObject({ rows: 1, imported: 1, skipped: 0, rejected: 0, problems: [] })
    expect(summary.scopes).toEqual({ 'posts:read': 1, 'posts:write': 1 })
    expect(await keyring.get('other_a')).toMatchObject({
      hint: 'other-…',
      name: 'CI',
      owner: 'acct_1',
      environment: 'test',
      scopes: ['posts:read', 'posts:write'],
      metadata: { team: 'x' },
      createdAt: NOW - 1000,
      notBefore: NOW - 5,
      expiresAt: NOW + 9,
      lastUsedAt: NOW - 3,
      version: 1,
      state: 'active',
    })
    const stored = await store.findByDigest([`other:${row.digest}`], { fresh: true })
    expect(stored?.id).toBe('other_a')
    const { entries } = await keyring.audit()
    expect(entries).toMatchObject([{ action: 'imported', actor: 'alice', reason: 'moved', keyId: 'other_a', at: NOW }])
    expect((await keyring.verifier().verify(bearer('other-a'))).ok).toBe(true)
  })

  it('lets what is expired, disabled and revoked stay so', async () => {
    const { run, keyring } = importing()
    const rows = await Promise.all([
      rowOf('expired', { expiresAt: NOW }),
      rowOf('disabled', { disabled: true }),
      rowOf('revoked', { revoked: new Date(NOW - 7) }),
      rowOf('revoked-somewhen', { revoked: true }),
      rowOf('scheduled', { notBefore: NOW + 1 }),
      rowOf('active', { revoked: false, disabled: false, expiresAt: null }),
    ])
    const { states } = await run(rows)
    expect(states).toEqual({ scheduled: 1, active: 1, retiring: 0, disabled: 1, expired: 1, retired: 0, revoked: 2 })
    expect((await keyring.get('other_revoked'))?.revokedAt).toBe(NOW - 7)
    const verifier = keyring.verifier()
    const outcomes = await Promise.all(rows.map(async ({ foreignId }) => verifier.verify(bearer(`other-${foreignId}`))))
    expect(outcomes.map(({ ok }) => ok)).toEqual([false, false, false, false, false, true])
  })

  it('digests a token that the other system kept, and keeps it nowhere', async () => {
    const { run, keyring, store } = importing()
    const summary = await run([{ token: 'other-plaintext', owner: null, createdAt: NOW }])
    const [key] = (await keyring.list()).keys
    const stored = await store.findByDigest([await sha256().digest('other-plaintext')], { fresh: true })
    expect(stored?.id).toBe(key?.id)
    expect(key?.id).toMatch(/^token_~[0-9a-f]{30}$/)
    const everything = JSON.stringify([summary, await contentOf(store)])
    expect(everything).not.toContain('plaintext')
    expect((await keyring.verifier().verify(bearer('other-plaintext'))).ok).toBe(true)
    await keyring.flush()
    expect((await keyring.audit({ action: 'redigested' })).entries).toEqual([])
  })

  it('rejects a row that cannot be used, says which field, and goes on', async () => {
    const { messageOf, run } = importing({ scopes: ['posts:read'] })
    const good = await rowOf('a')
    const cases: readonly [object, string][] = [
      [{ digest: undefined }, 'digest'],
      [{ token: 'other-a' }, 'digest'],
      [{ digest: 'ab' }, 'digest'],
      [{ digest: 'ab cd ef gh ij kl mn' }, 'digest'],
      [{ format: 'unknown' }, 'format'],
      [{ format: undefined }, 'format'],
      [{ digest: undefined, token: 'not of any shape' }, 'token'],
      [{ digest: undefined, secretHash: 'x'.repeat(20), handle: 'abcd' }, 'format'],
      [{ digest: undefined, format: 'slow', secretHash: 'x'.repeat(20) }, 'handle'],
      [{ digest: undefined, format: 'slow', secretHash: 'short', handle: 'abcd' }, 'secretHash'],
      [{ foreignId: '' }, 'foreignId'],
      [{ hint: 'x'.repeat(65) }, 'hint'],
      [{ name: 'x'.repeat(201) }, 'name'],
      [{ owner: 7 }, 'owner'],
      [{ environment: 'nowhere' }, 'environment'],
      [{ scopes: ['posts:write'] }, 'scopes'],
      [{ metadata: [] }, 'metadata'],
      [{ createdAt: 'yesterday' }, 'createdAt'],
      [{ expiresAt: Number.NaN }, 'expiresAt'],
      [{ disabled: 1 }, 'disabled'],
      [{ revoked: 'yes' }, 'revoked'],
      [{ lastUsedAt: '' }, 'lastUsedAt'],
      [{ expires_at: 1 }, 'expires_at'],
    ]
    for (const [facts, field] of cases) {
      const message = await messageOf({ ...good, ...facts })
      expect(message?.split(':')[0], JSON.stringify(facts)).toBe(field)
      expect(message).not.toContain(good.digest)
    }
    const { imported, rejected, problems } = await run([{ ...good, name: 7 } as never, good, undefined as never])
    expect({ imported, rejected }).toEqual({ imported: 1, rejected: 2 })
    expect(problems.map(({ row, foreignId }) => [row, foreignId])).toEqual([
      [1, 'a'],
      [3, undefined],
    ])
  })

  it('reads rows of any kind, leaves out those without an answer, and stops at an error of the reader', async () => {
    const { keyring } = importing()
    const digests = new Map(
      await Promise.all(['a', 'b'].map(async (name) => [name, (await rowOf(name)).digest] as const)),
    )
    const read = (name: string): ImportRow | null => {
      if (name === 'skip') return null
      if (name === 'bad') throw new TypeError('name: must be something else')
      if (name === 'broken') throw new RangeError('a bug')
      return { format: 'other', digest: digests.get(name), foreignId: name, owner: null }
    }
    const summary = await keyring.import(['a', 'skip', 'bad', 'b'], { read })
    expect(summary).toMatchObject({ rows: 4, imported: 2, leftOut: 1, rejected: 1 })
    expect(summary.problems).toEqual([{ row: 3, foreignId: undefined, message: 'name: must be something else' }])
    await expect(keyring.import(['broken'], { read })).rejects.toThrow(RangeError)
  })

  it('maps scopes by a function, and by a table that has no hidden entries', async () => {
    const { run } = importing()
    const [a, b] = await Promise.all([rowOf('a', { scopes: ['x', 'y'] }), rowOf('b', { scopes: ['constructor', 'x'] })])
    expect(
      (await run([a], { mapScopes: (scopes, { foreignId }) => [`${foreignId}.${scopes.join('.')}`] })).scopes,
    ).toEqual({
      'a.x.y': 1,
    })
    expect((await run([b], { mapScopes: { x: 'posts:read' } })).scopes).toEqual({ constructor: 1, 'posts:read': 1 })
  })

  it('is told what cannot be used', async () => {
    const { run } = importing()
    for (const [how, field] of [
      [{ read: 7 }, 'read'],
      [{ source: 'Not This' }, 'source'],
      [{ mapScopes: 7 }, 'mapScopes'],
      [{ mapScopes: null }, 'mapScopes'],
      [{ dryRun: 'yes' }, 'dryRun'],
      [{ scopes: {} }, 'scopes'],
      [{ actor: '' }, 'actor'],
    ] as const) {
      expect(await codeOf(run([], how as never)), field).toBe(`invalid_input ${field}`)
    }
  })
})

describe('the same rows again', () => {
  it('change nothing, also after the keys were used, changed and revoked', async () => {
    const { run, keyring, store } = importing()
    const rows = await Promise.all(['a', 'b', 'c', 'd'].map((name) => rowOf(name, { lastUsedAt: NOW - 1 })))
    await run(rows)
    await keyring.verifier().verify(bearer('other-a'))
    await keyring.flush()
    await keyring.update('other_b', { name: 'changed' })
    await keyring.revoke('other_c')
    await keyring.rotate('other_d')
    expect((await keyring.get('other_a'))?.version).toBe(2)
    const before = await contentOf(store)
    expect(await run(rows)).toMatchObject({ rows: 4, imported: 0, skipped: 4, rejected: 0 })
    expect(await contentOf(store)).toEqual(before)
  })

  it('are told from other keys with the same id or digest', async () => {
    const { run, keyring } = importing()
    await run([await rowOf('1'), await rowOf('2')])
    await keyring.verifier().verify(bearer('other-1'))
    await keyring.flush()
    const [digestA, digestB] = await Promise.all(['x', 'y'].map(async (name) => (await rowOf(name)).digest))
    const { imported, skipped, problems } = await run([
      await rowOf('1', { digest: digestA, createdAt: NOW - 2000 }),
      await rowOf('2', { digest: digestB, createdAt: undefined }),
      await rowOf('3', { digest: (await rowOf('2')).digest }),
      await rowOf('2'),
    ])
    expect({ imported, skipped }).toEqual({ imported: 0, skipped: 1 })
    expect(problems.map(({ foreignId, message }) => [foreignId, message.split(':')[0]])).toEqual([
      ['1', 'id'],
      ['2', 'id'],
      ['3', 'digest'],
    ])
    const again = await run([await rowOf('1', { digest: digestA, createdAt: NOW - 2000 })], { source: 'second' })
    expect(again.imported).toBe(1)
    expect(await keyring.get('second_1')).not.toBeNull()
  })

  it('in one batch count once', async () => {
    const { run } = importing()
    const [a, b] = [await rowOf('a'), await rowOf('b')]
    const other = { ...b, foreignId: 'c' }
    expect(await run([a, b, a, other])).toMatchObject({ imported: 2, skipped: 1, rejected: 1 })
  })

  it('note the last use of nobody else', async () => {
    const { run, keyring } = importing()
    await run([await rowOf('a')])
    const other = await rowOf('a', { digest: (await rowOf('b')).digest, createdAt: 1, lastUsedAt: NOW })
    expect(await run([other])).toMatchObject({ rejected: 1 })
    expect((await keyring.get('other_a'))?.lastUsedAt).toBeNull()
  })
})

describe('a trial run', () => {
  it('says what the import then does, and writes nothing', async () => {
    const { run, store } = importing({ scopes: ['posts:read'] })
    await run([await rowOf('there')])
    const rows = [
      await rowOf('there'),
      await rowOf('a', { scopes: ['posts:read'], owner: 'acct_1' }),
      await rowOf('b', { expiresAt: 1 }),
      await rowOf('a'),
      await rowOf('c', { digest: (await rowOf('b')).digest }),
      await rowOf('d', { scopes: ['unknown'] }),
      ...(await Promise.all(Array.from({ length: 250 }, (_, index) => rowOf(`row-${index % 240}`)))),
    ]
    const before = await contentOf(store)
    const trial = await run(rows, { dryRun: true })
    expect(await contentOf(store)).toEqual(before)
    expect(trial).toMatchObject({ imported: 242, skipped: 12, rejected: 2 })
    expect(await run(rows)).toEqual(trial)
  })
})

describe('an import that is ended', () => {
  it('between any two commits, and run again, comes to the same end', async () => {
    const rows = await Promise.all(
      Array.from({ length: 450 }, (_, index) => rowOf(`row-${index}`, { lastUsedAt: NOW - 9 })),
    )
    const whole = importing()
    await whole.run(rows)
    for (const calls of [1, 2, 3, 5, 8]) {
      const { run, store } = importing()
      let left = calls
      const failing = { ...methodsOf(store) }
      for (const name of ['commit', 'recordUse'] as const) {
        Object.assign(store, {
          [name]: async (argument: never) => {
            if (left-- <= 0) throw new Error('killed')
            return failing[name](argument)
          },
        })
      }
      await expect(run(rows)).rejects.toThrow('killed')
      left = Number.POSITIVE_INFINITY
      const summary = await run(rows)
      expect(summary.imported + summary.skipped).toBe(450)
      expect(await contentOf(store)).toEqual(await contentOf(whole.store))
    }
  })

  it('by its signal keeps the batches that were written', async () => {
    const { keyring } = importing()
    const rows = await Promise.all(Array.from({ length: 300 }, (_, index) => rowOf(`row-${index}`)))
    const controller = new AbortController()
    const told: number[] = []
    const importing300 = keyring.import(rows, {
      signal: controller.signal,
      onProgress: ({ imported }) => {
        told.push(imported)
        controller.abort()
      },
    })
    await expect(importing300).rejects.toThrow()
    expect(told).toEqual([100])
    expect((await keyring.list({ limit: 500 })).keys.length).toBe(100)
  })

  it('by another that writes the same rows at the same time loses none and doubles none', async () => {
    const store = memoryStore()
    const rows = await Promise.all(Array.from({ length: 350 }, (_, index) => rowOf(`row-${index}`)))
    const runs = [rows, rows.toReversed(), rows].map((each) => importing({ store }).run(each))
    const summaries = await Promise.all(runs)
    expect(summaries.reduce((sum, { imported }) => sum + imported, 0)).toBe(350)
    expect(summaries.every(({ imported, skipped }) => imported + skipped === 350)).toBe(true)
    expect((await store.audit({ limit: 1000 })).length).toBe(350)
  })
})

it('lets everything else have its turn between two batches', async () => {
  const { keyring } = importing()
  const rows = await Promise.all(Array.from({ length: 500 }, (_, index) => rowOf(`row-${index}`)))
  let turns = 0
  const timer = setInterval(() => turns++, 0)
  await keyring.import(rows)
  clearInterval(timer)
  expect(turns).toBeGreaterThanOrEqual(3)
})

describe('rows of any kind', () => {
  const junk = fc.oneof(fc.string(), fc.integer(), fc.double(), fc.constant(null), fc.boolean(), fc.object(), fc.date())
  const field = <T>(usual: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
    fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: junk })
  const moment = fc.oneof(fc.constant(null), fc.integer({ min: 0, max: NOW * 2 }))
  const row = fc.record(
    {
      format: field(fc.constant('other')),
      digest: field(fc.integer({ min: 0, max: 30 }).map((each) => String(each).padStart(64, '0'))),
      foreignId: field(fc.oneof(fc.constant(undefined), fc.integer({ min: 0, max: 30 }).map(String))),
      name: field(fc.string({ maxLength: 200 })),
      owner: field(fc.oneof(fc.constant(null), fc.string({ minLength: 1 }))),
      scopes: field(fc.array(fc.stringMatching(/^[a-z]{1,5}$/))),
      metadata: field(fc.dictionary(fc.string(), fc.string({ maxLength: 20 }), { maxKeys: 3 })),
      createdAt: field(moment),
      expiresAt: field(moment),
      disabled: field(fc.boolean()),
      revoked: field(fc.oneof(fc.boolean(), moment)),
      lastUsedAt: field(moment),
    },
    { requiredKeys: ['format', 'digest'] },
  )

  it('are counted, never written half, and do nothing when they come again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 60 }), fc.boolean(), async (rows, isTried) => {
        const { keyring, store } = importing()
        const trial = isTried ? await keyring.import(rows as ImportRow[], { dryRun: true }) : undefined
        const first = await keyring.import(rows as ImportRow[])
        if (trial !== undefined) expect(first).toEqual(trial)
        expect(first.imported + first.skipped + first.rejected).toBe(rows.length)
        const content = await contentOf(store)
        const { keys } = await keyring.list({ limit: 500 })
        expect(keys.length).toBe(first.imported)
        expect((await store.audit({ limit: 500 })).length).toBe(first.imported)
        const again = await keyring.import(rows as ImportRow[])
        expect(again).toMatchObject({ imported: 0, skipped: first.imported + first.skipped, rejected: first.rejected })
        expect(await contentOf(store)).toEqual(content)
      }),
      { numRuns: 60 },
    )
  })
})

describe('ids', () => {
  it('are the same for the same row, legible where they can be, and never those of two rows', async () => {
    const { run, keyring } = importing()
    const names = ['42', 'key_3Z', 'x'.repeat(58), 'x'.repeat(59), 'ü', 'a b', '~abc', 'a~b']
    const rows = await Promise.all(names.map((name, index) => rowOf(`id-${index}`, { foreignId: name })))
    const unnamed = await rowOf('unnamed', { foreignId: undefined })
    await run([...rows, unnamed])
    const ids = (await keyring.list({ limit: 100 })).keys.map(({ id }) => id)
    expect(new Set(ids).size).toBe(names.length + 1)
    expect(ids.filter((id) => /^other_~[0-9a-f]{30}$/.test(id)).length).toBe(5)
    expect(ids).toContain('other_42')
    expect((await run([...rows, unnamed])).skipped).toBe(names.length + 1)
    expect(ids.every((id) => !HEX.test(id))).toBe(true)
  })
})

function methodsOf(store: KeyStore): Pick<KeyStore, 'commit' | 'recordUse'> {
  return { commit: store.commit.bind(store), recordUse: store.recordUse.bind(store) }
}
