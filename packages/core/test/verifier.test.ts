import { describe, expect, it } from 'vitest'
import { hmacSha256 } from '../src/digest.ts'
import type { VerifierEvents } from '../src/events.ts'
import type { VerifierOptions } from '../src/options.ts'
import type { KeyRecord } from '../src/record.ts'
import { nodeRequest } from '../src/request.ts'
import { scopeRequirement } from '../src/scopes.ts'
import { anyToken, idKeyFormat, keyFormat, pairFormat } from '../src/token.ts'
import type { Verdict } from '../src/verdict.ts'
import { createVerifier } from '../src/verifier.ts'
import { ManualClock } from './manual-clock.ts'
import { digestOf, storeOf } from './support/digests.ts'

interface Row extends KeyRecord {
  readonly plan?: string
}

const NOW = Date.UTC(2026, 0, 1)

async function setUp(rows: Readonly<Record<string, Row>>, options: Partial<VerifierOptions<Row, string>> = {}) {
  const clock = new ManualClock(NOW)
  const find = await storeOf(rows)
  let calls = 0
  const verifier = createVerifier<Row, string>({
    resolve: (digest) => {
      calls++
      return find(digest)
    },
    clock,
    ...options,
  })
  const denied: VerifierEvents['denied'][] = []
  const accepted: VerifierEvents['accepted'][] = []
  const failed: VerifierEvents['failed'][] = []
  verifier.on('denied', (event) => denied.push(event))
  verifier.on('accepted', (event) => accepted.push(event))
  verifier.on('failed', (event) => failed.push(event))
  return {
    clock,
    verifier,
    denied,
    accepted,
    failed,
    calls: () => calls,
    bearer: async (token: string) => verifier.verify(`Bearer ${token}`),
  }
}

function outcome(verdict: Verdict): string {
  return verdict.ok ? verdict.principal.keyId : verdict.denial.code
}

describe('verify()', () => {
  it('answers with a verdict that holds the principal and nothing else, and cannot be changed', async () => {
    const { verifier } = await setUp({ abc: { id: 'key_1' } }, { cache: { max: 1, maxStalenessMs: 1000 } })
    const verdicts = [await verifier.verify('Bearer abc'), await verifier.verify('Bearer abc')]
    for (const verdict of verdicts) {
      expect({ ...verdict }).toEqual({ ok: true, principal: expect.objectContaining({ keyId: 'key_1' }) })
      expect(Object.isFrozen(verdict)).toBe(true)
      expect(JSON.stringify(verdict)).toBe('{"ok":true,"principal":{"keyId":"key_1","scopes":[]}}')
    }
  })

  it('accepts a key, with its owner, its scopes and the row of the user', async () => {
    const row = { id: 'key_1', owner: 'acct_1', scopes: ['posts:read'], environment: 'live', plan: 'pro' }
    const { bearer, accepted, denied } = await setUp({ abc: row })
    const verdict = await bearer('abc')
    expect(verdict.ok).toBe(true)
    if (!verdict.ok) return
    const { principal } = verdict
    expect([principal.keyId, principal.owner, principal.environment]).toEqual(['key_1', 'acct_1', 'live'])
    expect([...principal.scopes]).toEqual(['posts:read'])
    expect(principal.key).toBe(row)
    expect(principal.key.plan).toBe('pro')
    expect(principal.signal.aborted).toBe(false)
    expect(accepted).toEqual([{ keyId: 'key_1', owner: 'acct_1', environment: 'live', at: NOW }])
    expect(denied).toEqual([])
  })

  it.each([
    ['no field', undefined, 'missing', 'missing'],
    ['another scheme', 'Basic YTpi', 'missing', 'missing'],
    ['nothing readable', 'Bearer a b', 'malformed', 'malformed'],
    ['two fields', ['Bearer abc', 'Bearer abc'], 'malformed', 'malformed'],
    ['an unknown token', 'Bearer nobody', 'invalid', 'unknown'],
  ])('denies %s', async (_name, field, code, reason) => {
    const { verifier, denied, accepted } = await setUp({ abc: { id: 'key_1' } })
    const verdict = await verifier.verify(field)
    expect(outcome(verdict)).toBe(code)
    expect(denied).toEqual([{ code, reason, keyId: undefined, at: NOW }])
    expect(accepted).toEqual([])
  })

  it.each([
    ['revoked', { revokedAt: new Date(NOW + 1000) }],
    ['disabled', { disabled: true }],
    ['expired', { expiresAt: NOW }],
    ['not_yet_valid', { notBefore: NOW + 1 }],
  ])('answers a key that is %s as it answers an unknown one, and tells the event why', async (reason, state) => {
    const { bearer, denied, failed } = await setUp({ abc: { id: 'key_1', ...state } })
    expect(await bearer('abc')).toEqual(await bearer('nobody'))
    expect(denied.map((event) => [event.reason, event.keyId])).toEqual([
      [reason, 'key_1'],
      ['unknown', undefined],
    ])
    expect(failed).toEqual([])
  })

  it('asks the store nothing when the header or the format refuses', async () => {
    const format = keyFormat({ prefix: 'acme' })
    const { verifier, calls, denied } = await setUp({}, { format })
    const near = format.generate()
    for (const field of [
      undefined,
      '',
      'Bearer',
      'Bearer a,b',
      'Bearer abc',
      `Bearer ${near.slice(0, -1)}`,
      `Bearer ${near}0`,
    ]) {
      await verifier.verify(field)
    }
    expect(calls()).toBe(0)
    expect(denied.map(({ reason }) => reason)).toEqual([
      'missing',
      'missing',
      'malformed',
      'malformed',
      'format',
      'format',
      'format',
    ])
    await verifier.verify(`Bearer ${near}`)
    expect(calls()).toBe(1)
  })

  it('answers the challenge with the realm that was given', async () => {
    const { verifier } = await setUp({}, { realm: 'my "own"' })
    const verdict = await verifier.verify(undefined)
    expect(!verdict.ok && verdict.denial.challenge).toBe('Bearer realm="my \\"own\\""')
  })

  it('bounds the token by maxTokenLength', async () => {
    const { bearer } = await setUp({ ['a'.repeat(16)]: { id: 'key_1' } }, { maxTokenLength: 16 })
    expect(outcome(await bearer('a'.repeat(16)))).toBe('key_1')
    expect(outcome(await bearer('a'.repeat(17)))).toBe('malformed')
  })

  it('never lets the token out', async () => {
    const marked = 'MARKED-TOKEN'
    const { bearer, accepted, denied } = await setUp({ [marked]: { id: 'key_1' } })
    const verdicts = [await bearer(marked), await bearer(`${marked}-x`), await bearer(`${marked} x`)]
    expect(JSON.stringify([verdicts, accepted, denied])).not.toContain('MARKED')
  })
})

describe('the cache', () => {
  const cache = { max: 10, maxStalenessMs: 1000 }

  it('is off unless it was asked for', async () => {
    const { bearer, calls } = await setUp({ abc: { id: 'key_1' } })
    for (const _ of [1, 2, 3]) expect(outcome(await bearer('abc'))).toBe('key_1')
    expect(calls()).toBe(3)
  })

  it('holds records and not decisions: a key ends on time though it is remembered', async () => {
    const { bearer, clock, calls, denied } = await setUp({ abc: { id: 'key_1', expiresAt: NOW + 500 } }, { cache })
    expect(outcome(await bearer('abc'))).toBe('key_1')
    clock.advance(499)
    expect(outcome(await bearer('abc'))).toBe('key_1')
    clock.advance(1)
    expect(outcome(await bearer('abc'))).toBe('invalid')
    expect(denied.map(({ reason }) => reason)).toEqual(['expired'])
    expect(calls()).toBe(1)
  })

  it('lets a key begin on time though it is remembered', async () => {
    const { bearer, clock, calls } = await setUp({ abc: { id: 'key_1', notBefore: NOW + 500 } }, { cache })
    expect(outcome(await bearer('abc'))).toBe('invalid')
    clock.advance(500)
    expect(outcome(await bearer('abc'))).toBe('key_1')
    expect(calls()).toBe(1)
  })

  it('tells what it does', async () => {
    const { verifier, bearer } = await setUp({ abc: { id: 'key_1' } }, { cache })
    const outcomes: string[] = []
    verifier.on('cache', ({ outcome }) => outcomes.push(outcome))
    await bearer('abc')
    await bearer('abc')
    await bearer('nobody')
    await bearer('nobody')
    expect(outcomes).toEqual(['miss', 'fill', 'hit', 'miss', 'fill', 'negative_hit'])
  })

  it('lets nothing that a handler writes to its row change a verdict', async () => {
    const row: { -readonly [Name in keyof Row]: Row[Name] } & { scopes: string[] } = {
      id: 'key_1',
      scopes: ['a'],
      disabled: false,
    }
    const { bearer } = await setUp({ abc: row }, { cache })
    await bearer('abc')
    row.scopes.push('admin')
    row.id = 'key_2'
    row.disabled = true
    const verdict = await bearer('abc')
    expect(verdict.ok && [verdict.principal.keyId, ...verdict.principal.scopes]).toEqual(['key_1', 'a'])
  })
})

describe('keys with an id in them', () => {
  const format = idKeyFormat({ prefix: 'acme', environments: ['live', 'test'] })
  const token = format.generate('live')
  const { id = '', secret = '' } = format.parse(token) ?? {}
  const other = `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`

  async function byId(row: Row | null, options: Partial<VerifierOptions<Row, string>> = {}) {
    return setUp({}, { format, resolve: (_digest, context) => (context.id === id ? row : null), ...options })
  }

  it('are proved by the digest of the secret', async () => {
    const { bearer, denied } = await byId({ id, digest: await digestOf(secret) })
    expect(outcome(await bearer(token))).toBe(id)
    expect(await bearer(other)).toEqual(await bearer(format.generate()))
    expect(denied.map(({ reason }) => reason)).toEqual(['secret', 'unknown'])
  })

  it('are not proved by the digest of the whole token', async () => {
    const { bearer } = await byId({ id, digest: await digestOf(token) })
    expect(outcome(await bearer(token))).toBe('invalid')
  })

  it('are the fault of the store when the record has nothing to prove them by', async () => {
    const { bearer, failed } = await byId({ id })
    expect(outcome(await bearer(token))).toBe('unavailable')
    expect(failed.map(({ reason }) => reason)).toEqual(['record_unreadable'])
  })

  it('are proved by a secret hash of the application', async () => {
    const asked: unknown[] = []
    const secretHash = {
      async verify(...call: [string, string, AbortSignal]) {
        asked.push(call.slice(0, 2))
        return call[0] === secret
      },
    }
    const { bearer, denied } = await byId({ id, secretHash: 'stored' }, { secretHash })
    expect(outcome(await bearer(token))).toBe(id)
    expect(outcome(await bearer(other))).toBe('invalid')
    expect(asked).toEqual([
      [secret, 'stored'],
      [other.slice(-secret.length), 'stored'],
    ])
    expect(denied.map(({ reason }) => reason)).toEqual(['secret'])
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('x')
      },
    ],
    ['rejects', () => Promise.reject(undefined)],
  ])('are unavailable when a secret hash %s', async (_name, verify) => {
    const { bearer, failed } = await byId({ id, secretHash: 'stored' }, { secretHash: { verify } })
    expect(outcome(await bearer(token))).toBe('unavailable')
    expect(failed.map(({ reason }) => reason)).toEqual(['secret_hash_failed'])
  })

  it.each([1, 'true', {}, undefined, null])('are not proved by a secret hash that answers %j', async (answer) => {
    const { bearer } = await byId(
      { id, secretHash: 'stored' },
      { secretHash: { verify: async () => answer as boolean } },
    )
    expect(outcome(await bearer(token))).toBe('invalid')
  })

  it('are refused in another environment than their record has', async () => {
    const digest = await digestOf(secret)
    const { bearer, denied } = await byId({ id, digest, environment: 'test' })
    expect(outcome(await bearer(token))).toBe('invalid')
    expect(denied.map((event) => [event.reason, event.keyId])).toEqual([['environment', id]])
  })

  it('do not take the environment from the token, which the digest of the secret does not cover', async () => {
    const { bearer } = await byId({ id, digest: await digestOf(secret) })
    const verdict = await bearer(token)
    expect(verdict.ok).toBe(true)
    expect(verdict.ok && verdict.principal.environment).toBeUndefined()
  })

  it('come as id and secret too', async () => {
    const { verifier } = await setUp(
      {},
      {
        format: pairFormat(),
        credentials: { basic: true },
        resolve: async (_digest, context) =>
          context.id === 'acct_1' ? { id: 'acct_1', digest: await digestOf('s3cret') } : null,
      },
    )
    expect(outcome(await verifier.verify('Bearer acct_1:s3cret'))).toBe('acct_1')
    expect(outcome(await verifier.verify(`Basic ${btoa('acct_1:s3cret')}`))).toBe('acct_1')
    expect(outcome(await verifier.verify(`Basic ${btoa('acct_1:wrong')}`))).toBe('invalid')
    expect(outcome(await verifier.verify(`Basic ${btoa('acct_2:s3cret')}`))).toBe('invalid')
    expect(outcome(await verifier.verify(`Basic ${btoa('acct_1:')}`))).toBe('invalid')
  })
})

describe('several formats', () => {
  it('are tried in turn', async () => {
    const own = keyFormat({ prefix: 'acme' })
    const token = own.generate()
    const { bearer, denied } = await setUp(
      { [token]: { id: 'own' }, deadbeef: { id: 'old' } },
      { format: [own, anyToken(/^[0-9a-f]{8}$/)] },
    )
    expect(outcome(await bearer(token))).toBe('own')
    expect(outcome(await bearer('deadbeef'))).toBe('old')
    expect(outcome(await bearer('deadbeeg'))).toBe('invalid')
    expect(denied.map(({ reason }) => reason)).toEqual(['format'])
  })

  it('that throw let nobody in', async () => {
    const { bearer, failed, calls } = await setUp(
      { abc: { id: 'key_1' } },
      {
        format: {
          parse() {
            throw new Error('x')
          },
        },
      },
    )
    expect(outcome(await bearer('abc'))).toBe('unavailable')
    expect(failed.map(({ reason }) => reason)).toEqual(['step_failed'])
    expect(calls()).toBe(0)
  })
})

describe('a pepper that is being replaced', () => {
  const peppers = { old: 'o'.repeat(32), next: 'n'.repeat(32) }
  const under = async (name: 'old' | 'next', token: string) =>
    await hmacSha256({ peppers, current: name }).digest(token)

  it('verifies keys under the old one and the new one, the new one asked first', async () => {
    const rows = new Map([
      [await under('old', 'early'), { id: 'early' }],
      [await under('next', 'late'), { id: 'late' }],
    ])
    const asked: string[] = []
    const { bearer } = await setUp(
      {},
      {
        digest: hmacSha256({ peppers, current: 'next' }),
        resolve: async (digest) => {
          asked.push(digest)
          return rows.get(digest)
        },
      },
    )
    expect(outcome(await bearer('early'))).toBe('early')
    expect(outcome(await bearer('late'))).toBe('late')
    expect(outcome(await bearer('nobody'))).toBe('invalid')
    expect(asked).toEqual([
      await under('next', 'early'),
      await under('old', 'early'),
      await under('next', 'late'),
      await under('next', 'nobody'),
      await under('old', 'nobody'),
    ])
  })

  it('proves a record by the digest that it was found under', async () => {
    const digest = await under('old', 'early')
    const { bearer } = await setUp(
      {},
      {
        digest: hmacSha256({ peppers, current: 'next' }),
        resolve: (asked) => (asked === digest ? { id: 'early', digest } : null),
      },
    )
    expect(outcome(await bearer('early'))).toBe('early')
  })

  it('asks once for a key that is looked up by its id, and proves it under either', async () => {
    const format = idKeyFormat({ prefix: 'acme' })
    const token = format.generate()
    const { id, secret = '' } = format.parse(token) ?? {}
    const row = { id: 'early', digest: await under('old', secret) }
    let asked = 0
    const { bearer } = await setUp(
      {},
      {
        format,
        digest: hmacSha256({ peppers, current: 'next' }),
        resolve: async (_digest, context) => {
          asked++
          return context.id === id ? row : null
        },
      },
    )
    expect(outcome(await bearer(token))).toBe('early')
    expect(asked).toBe(1)
    expect(outcome(await bearer(format.generate()))).toBe('invalid')
    expect(asked).toBe(2)
  })

  it('does not find what no pepper made', async () => {
    const { bearer } = await setUp({ abc: { id: 'plain' } }, { digest: hmacSha256({ peppers, current: 'next' }) })
    expect(outcome(await bearer('abc'))).toBe('invalid')
  })
})

describe('a digester', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('x')
      },
    ],
    ['rejects', () => Promise.reject(new Error('x'))],
  ])('that %s lets nobody in', async (_name, digest) => {
    const { bearer, failed, calls } = await setUp({ abc: { id: 'key_1' } }, { digest: { digest, older: [] } })
    expect(outcome(await bearer('abc'))).toBe('unavailable')
    expect(failed.map(({ reason }) => reason)).toEqual(['step_failed'])
    expect(calls()).toBe(0)
  })
})

describe('accept', () => {
  it('is asked once about each row that is read, and again when it is read again', async () => {
    const suspended = new Set<string>()
    const asked: string[] = []
    const { verifier, bearer, denied } = await setUp(
      { abc: { id: 'key_1', owner: 'acct_1' } },
      {
        cache: { max: 1, maxStalenessMs: 1000 },
        accept: (row) => {
          asked.push(row.id)
          return !suspended.has(row.owner ?? '')
        },
      },
    )
    expect(outcome(await bearer('abc'))).toBe('key_1')
    expect(outcome(await bearer('abc'))).toBe('key_1')
    expect(asked).toEqual(['key_1'])
    suspended.add('acct_1')
    verifier.invalidate({ owner: 'acct_1' })
    expect(outcome(await bearer('abc'))).toBe('invalid')
    expect(outcome(await bearer('abc'))).toBe('invalid')
    expect(asked).toEqual(['key_1', 'key_1'])
    expect(denied.map((event) => [event.reason, event.keyId])).toEqual([
      ['refused_by_application', 'key_1'],
      ['refused_by_application', 'key_1'],
    ])
  })

  it('cannot let in a key that is refused anyway', async () => {
    const { bearer, denied } = await setUp({ abc: { id: 'key_1', disabled: true } }, { accept: () => true })
    expect(outcome(await bearer('abc'))).toBe('invalid')
    expect(denied.map(({ reason }) => reason)).toEqual(['disabled'])
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('hunter2')
      },
    ],
    ['answers a promise', () => Promise.resolve(true)],
    ['answers undefined', () => undefined],
    ['answers 1', () => 1],
  ])('that %s makes it unavailable', async (_name, accept) => {
    const { bearer, failed, denied } = await setUp({ abc: { id: 'key_1' } }, { accept: accept as never })
    const verdict = await bearer('abc')
    expect(outcome(verdict)).toBe('unavailable')
    expect(JSON.stringify(verdict)).not.toContain('hunter2')
    expect(failed.map(({ reason }) => reason)).toEqual(['accept_failed'])
    expect(denied.map(({ reason }) => reason)).toEqual(['accept_failed'])
  })
})

describe('verifyRequest()', () => {
  it('reads every source that was enabled, and never two at once', async () => {
    const { verifier, denied } = await setUp(
      { abc: { id: 'key_1' } },
      { credentials: { basic: true, header: 'X-API-Key', query: 'key' } },
    )
    const ask = async (url: string, headers: Record<string, string>) =>
      outcome(await verifier.verifyRequest(nodeRequest({ url, headers })))
    expect(await ask('/', { authorization: 'Bearer abc' })).toBe('key_1')
    expect(await ask('/', { authorization: `Basic ${btoa('abc:')}` })).toBe('key_1')
    expect(await ask('/', { 'x-api-key': 'abc' })).toBe('key_1')
    expect(await ask('/?key=abc', {})).toBe('key_1')
    expect(await ask('/', {})).toBe('missing')
    expect(denied).toHaveLength(1)
    expect(await ask('/?key=abc', { 'x-api-key': 'abc' })).toBe('malformed')
    expect(await ask('/', { 'x-api-key': 'abc', authorization: 'Bearer abc' })).toBe('malformed')
  })

  it('reads Authorization: Bearer alone by default', async () => {
    const { verifier } = await setUp({ abc: { id: 'key_1' } })
    const headers = { 'x-api-key': 'abc', cookie: 'key=abc' }
    expect(outcome(await verifier.verifyRequest(nodeRequest({ url: '/?key=abc&access_token=abc', headers })))).toBe(
      'missing',
    )
  })
})

describe('authorize()', () => {
  it('lets a principal pass that has what is needed, and tells who has not', async () => {
    const { verifier, bearer, denied } = await setUp({ abc: { id: 'key_1', scopes: ['a', 'b'] } })
    const verdict = await bearer('abc')
    const principal = verdict.ok ? verdict.principal : undefined
    expect(verifier.authorize(principal, scopeRequirement('all', ['a', 'b']))).toBeUndefined()
    expect(verifier.authorize(principal, scopeRequirement('any', ['c', 'b']))).toBeUndefined()
    expect(denied).toEqual([])
    for (const requirement of [scopeRequirement('all', ['a', 'c']), scopeRequirement('any', ['c', 'd'])]) {
      const denial = verifier.authorize(principal, requirement)
      expect(denial).toMatchObject({ code: 'insufficient_scope', status: 403 })
      expect(denial?.challenge).toContain(`scope="${requirement.scopes.join(' ')}"`)
    }
    expect(denied).toHaveLength(2)
    expect(denied[0]).toEqual({ code: 'insufficient_scope', reason: 'insufficient_scope', keyId: 'key_1', at: NOW })
  })

  it('refuses a key without scopes, and takes no principal for missing', async () => {
    const { verifier, bearer } = await setUp({ abc: { id: 'key_1' } })
    const verdict = await bearer('abc')
    const requirement = scopeRequirement('any', ['a'])
    expect(verifier.authorize(verdict.ok ? verdict.principal : undefined, requirement)?.code).toBe('insufficient_scope')
    expect(verifier.authorize(undefined, requirement)?.code).toBe('missing')
  })

  it('knows patterns where they were turned on, and there alone', async () => {
    for (const scopePatterns of [true, false]) {
      const { verifier, bearer } = await setUp({ abc: { id: 'key_1', scopes: ['posts:*'] } }, { scopePatterns })
      const verdict = await bearer('abc')
      const denial = verifier.authorize(
        verdict.ok ? verdict.principal : undefined,
        scopeRequirement('all', ['posts:read']),
      )
      expect(denial === undefined).toBe(scopePatterns)
    }
  })
})

describe('invalidate()', () => {
  it('makes the next request ask again, by id, digest, owner and all', async () => {
    const digest = await digestOf('abc')
    for (const invalidation of [{ id: 'key_1' }, { digest }, { owner: 'acct_1' }, 'all'] as const) {
      const fresh: boolean[] = []
      const { verifier, bearer } = await setUp(
        {},
        {
          cache: { max: 10, maxStalenessMs: 1000 },
          resolve: (_digest, context) => {
            fresh.push(context.fresh)
            return fresh.length === 1 ? { id: 'key_1', owner: 'acct_1' } : { id: 'key_1', revokedAt: NOW }
          },
        },
      )
      expect(outcome(await bearer('abc'))).toBe('key_1')
      verifier.invalidate(invalidation)
      expect(outcome(await bearer('abc'))).toBe('invalid')
      expect(fresh).toEqual([false, true])
    }
  })

  it.each([
    undefined,
    null,
    {},
    { id: 1 },
    { id: undefined },
    { id: 'a', owner: 'b' },
    { key: 'a' },
    'everything',
    { keyId: 'a' },
  ])('throws when it is given %j', async (invalidation) => {
    const { verifier } = await setUp({})
    expect(() => verifier.invalidate(invalidation as never)).toThrow(TypeError)
    expect(() => verifier.invalidate(invalidation as never)).toThrow(/^invalidate: /)
  })
})

describe('close()', () => {
  it('empties the cache, ends signals, and lets nobody in afterwards', async () => {
    const { verifier, bearer, calls, denied } = await setUp(
      { abc: { id: 'key_1' } },
      { cache: { max: 1, maxStalenessMs: 1000 } },
    )
    const verdict = await bearer('abc')
    const signal = verdict.ok ? verdict.principal.signal : undefined
    expect(signal?.aborted).toBe(false)
    verifier.close()
    expect(signal?.aborted).toBe(true)
    expect(outcome(await bearer('abc'))).toBe('unavailable')
    expect(outcome(await verifier.verify(undefined))).toBe('missing')
    expect(denied.map(({ reason }) => reason)).toEqual(['closed', 'missing'])
    expect(calls()).toBe(1)
    verifier.close()
    expect(verdict.ok && verdict.principal.signal.aborted).toBe(true)
  })
})
