import { sha256 } from '@bearward/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ForeignFormat, ImportOptions, ImportRow, ImportSummary, KeyStore } from '../src/index.ts'
import { IMPORT_REPORT, memoryStore, UnreadColumnError } from '../src/index.ts'
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

  it('rejects a row for which nothing states whose key it is, and takes one that has no owner', async () => {
    const { run, keyring } = importing()
    const { owner: _owner, ...unnamed } = await rowOf('a')
    const rows = [unnamed, await rowOf('b', { owner: undefined as never }), await rowOf('c', { owner: ' ' })]
    const summary = await run([...(rows as ImportRow[]), await rowOf('d', { owner: null })])
    expect(summary).toMatchObject({ imported: 1, rejected: 3, withoutOwner: 1 })
    expect(summary.problems.map(({ message }) => message)).toEqual([
      'owner: must be given; null states that there is none',
      'owner: must be given; null states that there is none',
      'owner: must be a string of 1 to 255 characters with a visible one, or null for none',
    ])
    expect((await keyring.list()).keys.map(({ id }) => id)).toEqual(['other_d'])
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

describe('a token that is here under another digest', () => {
  /** The same tokens as another system stores them: `other-…` in base64. */
  const second: ForeignFormat = {
    ...foreign,
    name: 'second',
    digests: async (token) => [base64Of(await sha256().digest(token))],
  }
  const base64Of = (hex: string): string => Buffer.from(hex, 'hex').toString('base64')
  const world = () => importing({ imports: [second, foreign, slow] })

  /** The ways in which a system hands over one key. */
  async function formsOf(name: string): Promise<Record<string, ImportRow>> {
    const digest = await sha256().digest(`other-${name}`)
    return {
      token: { owner: null, token: `other-${name}` },
      hex: { owner: null, format: 'other', digest },
      base64: { owner: null, format: 'second', digest: base64Of(digest) },
      base64url: { owner: null, format: 'other', digest: Buffer.from(digest, 'hex').toString('base64url') },
    }
  }

  it('is not imported once more, so that what was revoked here stays refused', async () => {
    for (const first of ['token', 'hex', 'base64']) {
      for (const again of ['token', 'hex', 'base64']) {
        const { run, keyring } = world()
        const forms = await formsOf('a')
        await run([forms[first] as ImportRow])
        const [key] = (await keyring.list()).keys
        await keyring.revoke(key?.id ?? '')
        const { imported } = await run([{ ...forms[again], foreignId: 'new' } as ImportRow])
        // A key under the keyring's own digest is found before all others.
        const isHarmless = first === 'token' || imported === 0
        expect(isHarmless, `${first}, ${again}`).toBe(true)
        expect((await keyring.verifier().verify(bearer('other-a'))).ok, `${first}, ${again}`).toBe(false)
      }
    }
  })

  it('is rejected and named, in the same batch, in a later one, and in a trial run', async () => {
    const { hex, token } = await formsOf('a')
    const others = await Promise.all(Array.from({ length: 120 }, (_, index) => rowOf(`row-${index}`)))
    for (const rows of [
      [hex, token],
      [hex, ...others, token],
    ]) {
      const { run } = world()
      const trial = await run(rows as ImportRow[], { dryRun: true })
      expect(trial).toMatchObject({ rejected: 1, reasons: { 'digest: is taken by another key': 1 } })
      expect(await run(rows as ImportRow[])).toEqual(trial)
    }
  })

  it('is skipped when it is the same row', async () => {
    const { run, keyring } = world()
    const { token } = await formsOf('a')
    const row = { ...token, foreignId: 'a', createdAt: NOW } as ImportRow
    await run([row])
    await keyring.verifier().verify(bearer('other-a'))
    await keyring.flush()
    expect(await run([row])).toMatchObject({ imported: 0, skipped: 1, rejected: 0 })
  })
})

describe('what a reader reports', () => {
  const report = (row: ImportRow, facts: ImportRow[typeof IMPORT_REPORT]): ImportRow => ({
    ...row,
    [IMPORT_REPORT]: facts,
  })

  it('is counted by rows, also of rows that are rejected', async () => {
    const { run } = importing()
    const rows = [
      report(await rowOf('a'), { unread: ['colour', 'colour'], notes: ['assumed'] }),
      report(await rowOf('b', { name: 7 as never }), { unread: ['colour', 'size'] }),
      await rowOf('c'),
    ]
    expect(await run(rows)).toMatchObject({
      unread: { colour: 2, size: 1 },
      notes: { assumed: 1 },
      undecided: {},
      reasons: { 'name: must be a string of 0 to 200 characters without NUL': 1 },
    })
  })

  it('takes no more room for more columns', async () => {
    const { run } = importing()
    const unread = Array.from({ length: 1000 }, (_, index) => `column ${index}`)
    const summary = await run([report(await rowOf('a'), { unread, notes: unread })])
    expect(Object.keys(summary.unread).length).toBe(100)
    expect(Object.keys(summary.notes).length).toBe(100)
  })

  it('stops an import before the batch of a column that must not be passed over, and names all of that batch', async () => {
    const { keyring } = importing()
    const names = Array.from({ length: 250 }, (_, index) => `row-${index}`)
    const rows = await Promise.all(names.map((name) => rowOf(name)))
    const read = (row: ImportRow): ImportRow => {
      if (row.foreignId === 'row-110') throw new UnreadColumnError(['ttl'])
      if (row.foreignId === 'row-190') throw new UnreadColumnError(['status', 'ttl'])
      return row
    }
    const trial = await keyring.import(rows, { read, dryRun: true })
    expect(trial).toMatchObject({ imported: 248, rejected: 2, undecided: { ttl: 2, status: 1 } })
    const error = await keyring.import(rows, { read }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(UnreadColumnError)
    expect((error as UnreadColumnError).columns).toEqual(['ttl', 'status'])
    expect((await keyring.list({ limit: 500 })).keys.length).toBe(100)
    // Run again, it goes on where it stopped.
    expect(await keyring.import(rows)).toMatchObject({ imported: 150, skipped: 100 })
  })
})

describe('a row that is refused there by now', () => {
  it('leaves the key that was imported before as it is, and is named', async () => {
    const { run, keyring } = importing()
    const names = ['revoked', 'disabled', 'expired', 'same', 'revoked-here']
    await run(await Promise.all(names.map((name) => rowOf(name))))
    await keyring.revoke('other_revoked-here')
    const rows = await Promise.all([
      rowOf('revoked', { revoked: true }),
      rowOf('disabled', { disabled: true }),
      rowOf('expired', { expiresAt: NOW - 1 }),
      rowOf('same'),
      rowOf('revoked-here', { disabled: true }),
    ])
    const trial = await run(rows, { dryRun: true })
    expect(trial).toMatchObject({ skipped: 5, rejected: 0, refusedThere: 3 })
    expect(trial.problems.map(({ foreignId }) => foreignId)).toEqual(['revoked', 'disabled', 'expired'])
    expect(await run(rows)).toEqual(trial)
    expect((await keyring.get('other_revoked'))?.state).toBe('active')
    expect((await keyring.get('other_revoked-here'))?.state).toBe('revoked')
  })

  it('is named in a trial run too when both rows are in it', async () => {
    const { run } = importing()
    const rows = [await rowOf('a'), await rowOf('a', { revoked: true })]
    const trial = await run(rows, { dryRun: true })
    expect(trial).toMatchObject({ imported: 1, skipped: 1, refusedThere: 1 })
    expect(await run(rows)).toEqual(trial)
  })
})

it('rejects moments that are microseconds, taken for milliseconds', async () => {
  const { messageOf, run } = importing()
  for (const field of ['createdAt', 'notBefore', 'expiresAt', 'revoked', 'lastUsedAt']) {
    for (const moment of [1_577_836_800_000_000, new Date(1_577_836_800_000_000)]) {
      expect(await messageOf(await rowOf('a', { [field]: moment }))).toMatch(`${field}: must be a moment before`)
    }
  }
  expect(await run([await rowOf('a', { expiresAt: Date.UTC(9999, 11, 31) })])).toMatchObject({ imported: 1 })
})

it('takes no scope of the other system for a pattern that was not said to be one', async () => {
  const { run, messageOf } = importing({ scopes: ['posts:read', 'posts:write'], scopePatterns: true })
  const row = await rowOf('a', { scopes: ['posts:*'] })
  expect(await messageOf(row)).toBe('scopes: must be mapped where they end in :*, which is a pattern here')
  expect(await run([row], { mapScopes: { 'posts:*': 'posts:*' } as never })).toMatchObject({ scopes: { 'posts:*': 1 } })
  expect(await run([await rowOf('b', { scopes: ['*'] })])).toMatchObject({ scopes: { '*': 1 } })
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
  it('refuses what holds no rows, such as the body of a request that was not read', async () => {
    const { keyring } = importing()
    const none = [undefined, null, {}, 0, true, '', 'rows', () => [], new Date(NOW)]
    for (const rows of none) {
      expect(await codeOf(keyring.import(rows as never))).toBe('invalid_input rows')
    }
    for (const rows of [[], new Set<ImportRow>(), new Map().values()]) {
      expect(await keyring.import(rows)).toMatchObject({ rows: 0 })
    }
  })

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
