import { MINUTE, SECOND } from '@bearward/core'
import { memoryStore } from '@bearward/keyring'
import { describe, expect, test } from 'vitest'
import type { Issued, Problem, Rotated } from '../src/schemas.ts'
import { createWorld, type Sent, type World } from './support/world.ts'

const headers = { 'Idempotency-Key': 'one' }
const sent: Sent = { body: { name: 'CI' }, headers }

async function post(
  world: World,
  path = '/api/keys',
  request: Sent = sent,
): Promise<[number, Issued & Rotated & Problem]> {
  const answer = await world.send('POST', path, request)
  return [answer.status, (await answer.json()) as Issued & Rotated & Problem]
}

const count = async ({ keyring }: World): Promise<number> => (await keyring.list()).keys.length

describe('the same request to issue', () => {
  test('is answered with the same token, and issues one key', async () => {
    const world = createWorld()
    const first = await post(world)
    expect(first[0]).toBe(201)
    expect(await post(world)).toEqual(first)
    expect(await count(world)).toBe(1)
  })

  test('that arrives while the first is under way waits for its answer', async () => {
    const world = createWorld()
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(world)))
    expect(answers.map(([status]) => status)).toEqual([201, 201, 201, 201, 201])
    expect(new Set(answers.map(([, { token }]) => token)).size).toBe(1)
    expect(await count(world)).toBe(1)
  })

  test('in another process, or after a restart, issues none and says which key there is', async () => {
    const store = memoryStore()
    const [one, other] = [createWorld({ store }), createWorld({ store })]
    const [, { key }] = await post(one)
    const [status, problem] = await post(other)
    expect([status, problem.code, problem.keyId]).toEqual([409, 'already_issued', key.id])
    expect(await count(one)).toBe(1)
  })

  test('in two processes at once issues one', async () => {
    const store = memoryStore()
    const worlds = [createWorld({ store }), createWorld({ store })]
    const answers = await Promise.all(worlds.map((world) => post(world)))
    expect(answers.map(([status]) => status).sort((a, b) => a - b)).toEqual([201, 409])
  })

  test('after ten minutes finds its token forgotten', async () => {
    const world = createWorld()
    const first = await post(world)
    world.clock.advance(10 * MINUTE - 1)
    expect(await post(world)).toEqual(first)
    expect(world.clock.pending).toBe(1)
    world.clock.advance(1)
    // Forgotten by itself, not when somebody asks.
    expect(world.clock.pending).toBe(0)
    expect((await post(world))[1].code).toBe('already_issued')
  })

  test('of another actor, or of the same one for another owner, is another request', async () => {
    const world = createWorld({
      authorize: (request) => {
        const [actor = '', owner = ''] = (request.headers.get('x-user') ?? '').split('@')
        return { actor, owner }
      },
    })
    for (const as of ['alice@acct_1', 'alice@acct_2', 'bob@acct_1']) {
      expect((await post(world, '/api/keys', { ...sent, as }))[0]).toBe(201)
    }
    expect(await count(world)).toBe(3)
  })

  test('with another body is refused, and tells nothing of the first', async () => {
    const world = createWorld()
    const [, { token }] = await post(world)
    const answer = await world.send('POST', '/api/keys', { body: { name: 'CD' }, headers })
    const text = await answer.text()
    expect([answer.status, JSON.parse(text).code]).toEqual([422, 'idempotency_mismatch'])
    expect(text).not.toContain(token)
    expect(await count(world)).toBe(1)
  })

  test('that was refused may be mended and sent again', async () => {
    const world = createWorld()
    expect((await post(world, '/api/keys', { headers, body: { scopes: ['posts:raed'] } }))[0]).toBe(403)
    expect((await post(world, '/api/keys', { headers, body: { environment: 'prod' } }))[0]).toBe(422)
    expect((await post(world))[0]).toBe(201)
  })

  test('that met a failure may be sent again', async () => {
    const store = memoryStore()
    let isDown = true
    const commit: typeof store.commit = (given) => (isDown ? Promise.reject(new Error('down')) : store.commit(given))
    const world = createWorld({ store: { ...bound(store), commit } })
    expect((await post(world))[0]).toBe(503)
    isDown = false
    expect((await post(world))[0]).toBe(201)
  })

  test('whose commit was done and whose answer was not is told of its key', async () => {
    const store = memoryStore()
    const commit: typeof store.commit = async (given) => {
      await store.commit(given)
      throw new Error('the connection was lost')
    }
    const world = createWorld({ store: { ...bound(store), commit } })
    expect((await post(world))[0]).toBe(503)
    expect((await post(createWorld({ store })))[1].code).toBe('already_issued')
    expect(await count(world)).toBe(1)
  })
})

describe('a request that was cancelled while it issued', () => {
  const waiting = 5 * SECOND

  /** Lets what hangs on promises and on Web Crypto run. */
  async function settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) await new Promise((next) => setTimeout(next))
  }

  test('keeps the same request waiting for five seconds at most', async () => {
    const store = memoryStore()
    let hangs = true
    const commit: typeof store.commit = (given) => (hangs ? new Promise(() => {}) : store.commit(given))
    const world = createWorld({ store: { ...bound(store), commit } })
    void post(world)
    await settle()
    const second = post(world)
    await settle()
    hangs = false
    world.clock.advance(waiting)
    expect((await second)[0]).toBe(201)
    expect(await post(world)).toEqual(await second)
    expect(await count(world)).toBe(1)
  })

  test('and had committed is told of, as after a restart', async () => {
    const store = memoryStore()
    const commit: typeof store.commit = async (given) => {
      const outcome = await store.commit(given)
      return outcome.status === 'committed' ? new Promise(() => {}) : outcome
    }
    const world = createWorld({ store: { ...bound(store), commit } })
    void post(world)
    await settle()
    const second = post(world)
    await settle()
    world.clock.advance(waiting)
    expect((await second)[1].code).toBe('already_issued')
    expect(await count(world)).toBe(1)
  })

  test('leaves no token behind after ten minutes, although its timer has died', async () => {
    const world = createWorld()
    world.clock.schedule = () => () => {}
    await post(world)
    world.clock.advance(10 * MINUTE)
    await world.send('GET', '/api/keys')
    world.clock.advance(-1)
    expect((await post(world))[1].code).toBe('already_issued')
  })
})

describe('the same request to rotate', () => {
  test('is answered with the same token, and makes one successor', async () => {
    const world = createWorld()
    const [, { key }] = await post(world)
    const path = `/api/keys/${key.id}/rotate`
    const first = await post(world, path, { body: {}, headers })
    expect(first[0]).toBe(201)
    expect(await post(world, path, { body: {}, headers })).toEqual(first)
    expect(await count(world)).toBe(2)
  })

  test('in another process is told of the successor, also when the old key has ended since', async () => {
    const store = memoryStore()
    const [one, other] = [createWorld({ store }), createWorld({ store })]
    const [, { key }] = await post(one)
    const path = `/api/keys/${key.id}/rotate`
    const [, rotated] = await post(one, path, { body: {}, headers })
    const again = async () => {
      const [status, { code, keyId }] = await post(other, path, { body: {}, headers })
      return [status, code, keyId]
    }
    const expected = [409, 'already_issued', rotated.key.id]
    expect(await again()).toEqual(expected)
    await one.keyring.revoke(key.id)
    expect(await again()).toEqual(expected)
    const [, other409] = await post(other, path, { body: {}, headers: { 'Idempotency-Key': 'two' } })
    expect(other409.code).toBe('revoked')
  })

  test('of another key is another request', async () => {
    const world = createWorld()
    const ids = [1, 2].map((each) => `key_${each}`)
    for (const id of ids) {
      await world.keyring.issue({ id, owner: 'acct_1' })
      expect((await post(world, `/api/keys/${id}/rotate`, { body: {}, headers }))[0]).toBe(201)
    }
  })
})

test('answers are remembered up to a thousand', async () => {
  const world = createWorld()
  const first = await post(world)
  for (let index = 0; index < 1000; index++) {
    await post(world, '/api/keys', { body: {}, headers: { 'Idempotency-Key': `next-${index}` } })
  }
  expect(first[0]).toBe(201)
  expect((await post(world))[1].code).toBe('already_issued')
  expect((await post(world, '/api/keys', { body: {}, headers: { 'Idempotency-Key': 'next-999' } }))[0]).toBe(201)
})

/** A store whose methods can be taken apart. */
function bound<T extends object>(store: T): T {
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(store)).concat(Object.keys(store))
  return Object.fromEntries(
    names.map((name) => {
      const value: unknown = Reflect.get(store, name)
      return [name, typeof value === 'function' ? value.bind(store) : value]
    }),
  ) as T
}
