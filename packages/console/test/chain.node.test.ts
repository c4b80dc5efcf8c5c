import { DAY, HOUR } from '@bearward/core'
import { describe, expect, test } from 'vitest'
import type { Chain, Disabled, Problem, Revoked, Rotated } from '../src/schemas.ts'
import { createDocumentedWorld } from './support/documented.ts'
import { fresh, NOW, type World } from './support/world.ts'

/** Three keys of one rotation chain, the last two rotated through the console. */
async function chained(): Promise<World> {
  const world = createDocumentedWorld()
  await world.keyring.issue({ owner: 'acct_1', id: 'one', name: 'CI' })
  await world.keyring.rotate('one', { id: 'two', graceMs: HOUR })
  await world.keyring.rotate('two', { id: 'three', graceMs: DAY, expiresAt: NOW + 2 * DAY })
  return world
}

const after = (ms: number): string => new Date(NOW + ms).toISOString()

async function post<T>(world: World, path: string, body: object = {}, as = 'alice'): Promise<T> {
  const answer = await world.send('POST', path, { as, body, headers: fresh() })
  expect(answer.ok).toBe(true)
  return (await answer.json()) as T
}

describe('the rotation chain of a key', () => {
  test('is shown before a revocation', async () => {
    const world = await chained()
    const answer = await world.send('GET', '/api/keys/two/chain')
    const { keys } = (await answer.json()) as Chain
    expect(keys).toMatchObject([
      { id: 'one', name: 'CI', state: 'retiring', until: after(HOUR) },
      { id: 'two', name: 'CI', state: 'retiring', until: after(DAY) },
      { id: 'three', name: 'CI', state: 'active', until: after(2 * DAY) },
    ])
  })

  test('ends with its newest key, and the answer names each', async () => {
    const world = await chained()
    const { key, alsoEnded, stillAccepted } = await post<Revoked>(world, '/api/keys/three/revoke', { reason: 'leaked' })
    expect(key).toMatchObject({ id: 'three', state: 'revoked' })
    expect(alsoEnded).toMatchObject([
      { id: 'two', state: 'revoked', until: null },
      { id: 'one', state: 'revoked', until: null },
    ])
    expect(stillAccepted).toEqual([])
    const { entries } = await world.keyring.audit({ action: 'revoked' })
    expect(entries.map(({ keyId, actor, from, reason }) => [keyId, actor, from, reason])).toEqual(
      ['one', 'two', 'three'].map((id) => [id, 'alice', '192.0.2.1', 'leaked']),
    )
  })

  test.each([
    [undefined, ['one'], ['three']],
    ['predecessors', ['one'], ['three']],
    ['all', ['one', 'three'], []],
    ['none', [], ['one', 'three']],
  ] as const)('ends as far as `chain` says: %s', async (chain, ended, left) => {
    const world = await chained()
    const body = chain === undefined ? {} : { chain }
    const { alsoEnded, stillAccepted } = await post<Revoked>(world, '/api/keys/two/revoke', body)
    expect([alsoEnded.map(({ id }) => id), stillAccepted.map(({ id }) => id)]).toEqual([ended, left])
  })

  test.each(['whole', '', null, 1])('is not ended as far as %j', async (chain) => {
    const world = await chained()
    const answer = await world.send('POST', '/api/keys/three/revoke', { body: { chain } })
    expect(((await answer.json()) as Problem).errors?.map(({ field }) => field)).toEqual(['chain'])
    expect((await world.keyring.get('three'))?.state).toBe('active')
  })

  test('is named where one key alone is disabled', async () => {
    const world = await chained()
    const { stillAccepted } = await post<Disabled>(world, '/api/keys/two/disable')
    expect(stillAccepted).toMatchObject([
      { id: 'one', until: after(HOUR) },
      { id: 'three', until: after(2 * DAY) },
    ])
  })

  test('ends with a key that is rotated at once', async () => {
    const world = await chained()
    const rotated = await post<Rotated>(world, '/api/keys/three/rotate', { graceMs: 0 })
    expect(rotated.alsoEnded.map(({ id, state }) => [id, state])).toEqual([
      ['two', 'retired'],
      ['one', 'retired'],
    ])
    expect(rotated.previous.state).toBe('retired')
  })
})

describe('an operator who issues a key', () => {
  test.each([{}, { name: 'CI' }, { scopes: ['posts:read'], expiresInMs: DAY }])(
    'must name its owner: %j',
    async (body) => {
      const world = createDocumentedWorld()
      const answer = await world.send('POST', '/api/keys', { as: 'ops', body, headers: fresh() })
      expect(answer.status).toBe(422)
      expect((await answer.json()) as Problem).toMatchObject({
        code: 'invalid_input',
        errors: [{ field: 'owner', detail: 'must be given; null states that there is none' }],
      })
      expect((await world.keyring.list()).keys).toEqual([])
    },
  )

  test.each(['', ' ', '\u200b', 5, []])('cannot name it %j', async (owner) => {
    const world = createDocumentedWorld()
    const answer = await world.send('POST', '/api/keys', { as: 'ops', body: { owner }, headers: fresh() })
    expect(((await answer.json()) as Problem).errors?.map(({ field }) => field)).toEqual(['owner'])
    expect((await world.keyring.list()).keys).toEqual([])
  })

  test('may state that there is none', async () => {
    const { key } = await post<{ key: { owner: unknown } }>(
      createDocumentedWorld(),
      '/api/keys',
      { owner: null },
      'ops',
    )
    expect(key.owner).toBeNull()
  })

  test.each([null, 'acct_1', 'acct_2'])('is not the owner, who may not say %j', async (owner) => {
    const world = createDocumentedWorld()
    const answer = await world.send('POST', '/api/keys', { body: { owner }, headers: fresh() })
    expect(((await answer.json()) as Problem).errors?.map(({ field }) => field)).toEqual(['owner'])
  })
})

const encode = (text: string): string => Buffer.from(text).toString('base64url')

test.each([
  'zzz',
  '0',
  '-1',
  'NaN',
  '9'.repeat(30),
  '%00',
  '%F0%9F%98%80',
  encode('[9007199254740993,"key_1"]'),
  encode('[9223372036854775808,"key_1"]'),
  encode('[1e300,"key_1"]'),
  encode('[-1e300,"key_1"]'),
  encode('[1.5,"key_1"]'),
  encode('["1","key_1"]'),
  encode('[1,"key\\u0000"]'),
  encode('[1,"\\ud800"]'),
  encode('[1,""]'),
  encode('null'),
  `${encode('[1,"key_1"]')}%3D`,
])('a made-up cursor is 400 in every list, in the API and on the pages: %s', async (cursor) => {
  const world = createDocumentedWorld()
  await world.keyring.issue({ owner: 'acct_1', id: 'key_1' })
  for (const path of ['/api/keys', '/api/audit', '/api/keys/key_1/audit', '/', '/keys/key_1']) {
    for (const as of ['alice', 'ops']) {
      const answer = await world.send('GET', `${path}?cursor=${cursor}`, { as })
      expect([path, answer.status]).toEqual([path, 400])
    }
  }
  expect(world.failures).toEqual([])
})
