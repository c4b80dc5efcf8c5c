import { localChannel } from '@bearward/core'
import { memoryStore } from '@bearward/keyring'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Route } from '../src/route.ts'
import { ROUTES } from '../src/routes.ts'
import type { KeyPage, Problem } from '../src/schemas.ts'
import { createDocumentedWorld, seen } from './support/documented.ts'
import { fresh, type World } from './support/world.ts'

/** Strings that have broken something somewhere. */
const nasty = fc.constantFrom(
  '',
  '\0',
  '\ud800',
  '__proto__',
  'constructor',
  '<script>alert(1)</script>',
  "'; drop table bearward_keys; --",
  '../../etc/passwd',
  '%00',
  '%',
  '%zz',
  '…',
  '💥'.repeat(120),
  'x'.repeat(2000),
  '{{7*7}}',
  'null',
  '-1',
  '1e400',
)
const text = fc.oneof(nasty, fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ maxLength: 12 }))
const moment = fc.oneof(
  fc.constant(null),
  fc
    .date({ min: new Date('2026-01-02'), max: new Date('2040-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  fc.constantFrom('2026-12-31', '2026-12-31T23:59:60Z', '0000-01-01T00:00:00Z', '9999-12-31T23:59:59+23:59', 'now'),
)
const count = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(0, 1, -0, 1.5, 3_153_600_000_000, 3_153_600_000_001, Number.MAX_SAFE_INTEGER, 1e308),
)
const scopes = fc.oneof(
  fc.subarray(['posts:read', 'posts:write']),
  fc.array(text, { maxLength: 3 }),
  fc.constant(Array(101).fill('a')),
)
const anything = fc.oneof(fc.jsonValue(), text, count)
const metadata = fc.oneof(
  fc.dictionary(text, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 }),
  fc.constant({ big: 'x'.repeat(4090) }),
  fc.constant(JSON.parse('{"__proto__":{"admin":true},"constructor":1}')),
)

/** A value that will do, mostly; sometimes one that has the form, sometimes anything. */
const nearly = (good: fc.Arbitrary<unknown>, near: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 12, arbitrary: good }, { weight: 2, arbitrary: near }, { weight: 1, arbitrary: anything })

const words = fc.constantFrom('CI', 'deploy', 'x', '💥', '<b>')
const fields: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  name: nearly(words, text),
  scopes: nearly(fc.subarray(['posts:read', 'posts:write']), scopes),
  metadata: nearly(fc.constantFrom({}, { plan: 'pro' }), metadata),
  environment: nearly(fc.constantFrom('live', 'test'), text),
  owner: nearly(fc.constantFrom('acct_1', 'acct_2', null), text),
  expiresAt: nearly(fc.constantFrom(null, '2030-01-01T00:00:00Z'), moment),
  expiresInMs: nearly(fc.constantFrom(60_000, 86_400_000), count),
  notBefore: nearly(fc.constantFrom(null, '2026-01-01T12:00:00Z'), moment),
  graceMs: nearly(fc.constantFrom(0, 60_000), count),
  endOnFirstUse: nearly(fc.boolean(), text),
  reason: nearly(words, text),
}
/** Which fields a body has: those of the operation, mostly. */
const bodyFor = (route: Route): fc.Arbitrary<unknown> => {
  const own = Object.keys((route.body as { properties?: object } | undefined)?.properties ?? {})
  const pick = (names: string[]) =>
    fc.record(Object.fromEntries(names.map((name) => [name, fields[name] ?? anything])), { requiredKeys: [] })
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant({}) },
    { weight: 12, arbitrary: fc.subarray(own, { maxLength: Math.min(2, own.length) }).chain(pick) },
    { weight: 4, arbitrary: pick(own) },
    { weight: 1, arbitrary: pick(Object.keys(fields)) },
    { weight: 1, arbitrary: anything },
  )
}
const contentFor = (route: Route): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 16, arbitrary: bodyFor(route).map((body) => JSON.stringify(body)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '',
        '{',
        '{"name":"\\ud800"}',
        '{"a":1}{"b":2}',
        '\ufeff{}',
        '[]',
        `"${'x'.repeat(70_000)}"`,
      ),
    },
  )
const query = fc.dictionary(
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('search', 'state', 'environment', 'owner', 'cursor', 'limit', 'days') },
    { weight: 1, arbitrary: text },
  ),
  fc.oneof(
    text,
    fc.constantFrom('active', 'revoked', 'acct_1', 'live', '1', '2', '90', '500', '501', '1e2', 'WzEsImEiXQ'),
  ),
  { maxKeys: 3 },
)
/** One time in twelve. */
const rarely = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 11, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value })
const header = (value: fc.Arbitrary<string>): fc.Arbitrary<string | undefined> =>
  fc.oneof(
    { weight: 10, arbitrary: value },
    { weight: 1, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.string() },
  )

const stepOf = (route: Route) =>
  fc.record({
    operation: fc.constant(route.operationId),
    as: fc.constantFrom('alice', 'alice', 'alice', 'bob', 'reader', 'ops', 'ops', 'ops', 'nobody'),
    /** Which of the keys there are; beyond the last, an id of its own. */
    key: fc.nat({ max: 6 }),
    otherId: fc.oneof(text, fc.constantFrom('key_none', '.', '..', 'session')),
    query: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: query }),
    content: contentFor(route),
    method: rarely(fc.constantFrom('HEAD', 'DELETE', 'PUT', 'OPTIONS', 'PROPFIND')),
    attempt: header(fc.constantFrom('one', 'two', 'three', 'four', 'five')),
    version: header(fc.constantFrom('"1"', '"2"', '*', '*', '*', 'W/"1"', '"1", "2"')),
    site: rarely(fc.constantFrom('same-origin', 'cross-site', 'same-site', 'none', 'odd')),
    origin: rarely(fc.constantFrom('https://app.example', 'https://evil.example', 'null', 'odd')),
    type: rarely(fc.constantFrom('text/plain', 'application/json;charset=utf-8', 'APPLICATION/JSON')),
    pause: fc.constantFrom(0, 0, 1, 3_600_000),
  })
const step = fc.noBias(fc.oneof(...ROUTES.map(stepOf)))
type Step = ReturnType<typeof stepOf> extends fc.Arbitrary<infer T> ? T : never

async function take(world: World, { operation, as, key, otherId, query, method, ...rest }: Step): Promise<Response> {
  const route = ROUTES.find(({ operationId }) => operationId === operation) as Route
  const ids = (await world.keyring.list({ limit: 6 })).keys.map(({ id }) => id)
  const id = encodeURIComponent((ids[key] ?? otherId).replace(/\p{Surrogate}/gu, ''))
  const isReading = route.method === 'GET'
  const sentQuery = isReading || key === 6 ? `?${new URLSearchParams(query as Record<string, string>)}` : ''
  world.clock.advance(rest.pause)
  const fields = {
    'Idempotency-Key': rest.attempt,
    'If-Match': rest.version,
    'Sec-Fetch-Site': rest.site,
    Origin: rest.origin,
    'Content-Type': rest.type,
  }
  const headers = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >
  const verb = method ?? route.method
  const mayHaveBody = verb !== 'HEAD' && verb !== 'GET'
  return world.send(verb, `/api${route.path.replace('{id}', id)}${sentQuery}`, {
    as,
    headers,
    ...(mayHaveBody && { text: rest.content }),
  })
}

/** Enough to meet every operation; more by `WALKS`. */
const numRuns = Number(process.env.WALKS ?? 100)

test('no walk through the API meets a failure, or an answer that is not documented', { timeout: 300_000 }, async () => {
  seen.clear()
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }), async (steps) => {
      const world = createDocumentedWorld({ issueLimit: { max: 2, windowMs: 86_400_000 } })
      for (const owner of ['acct_1', 'acct_2']) await world.keyring.issue({ owner, scopes: ['posts:read'] })
      for (const each of steps) {
        const answer = await take(world, each)
        if (answer.status >= 500)
          throw new Error(`${answer.status} ${await answer.text()}`, { cause: world.failures[0] })
      }
      expect(world.failures).toEqual([])
    }),
    { numRuns, seed: 20_261_128 },
  )
})

test('the walks have met every operation, and most of what it may answer', async () => {
  const done = ROUTES.map(({ method, path, status }) => `${method} ${path} ${status}`)
  expect([...seen]).toEqual(expect.arrayContaining(done))
  const statuses = new Set([...seen].map((each) => Number(each.split(' ').at(-1))))
  expect([...statuses].sort((a, b) => a - b)).toEqual([200, 201, 400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 429])
})

test('what an answer shows is what a request may say again', async () => {
  const world = createDocumentedWorld()
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), metadata, async (name, metadata) => {
      const answer = await world.send('POST', '/api/keys', {
        as: 'ops',
        body: { owner: null, name, metadata },
        headers: fresh(),
      })
      const body = (await answer.json()) as { key: { id: string } } & Problem
      if (answer.status !== 201) {
        expect(body.code).toBe('invalid_input')
        return
      }
      const read = await world.send('GET', `/api/keys/${body.key.id}`, { as: 'ops' })
      expect(await read.json()).toEqual(body.key)
      expect(body.key).toMatchObject({ name })
      const found = await world.send('GET', '/api/keys?limit=1', { as: 'ops' })
      expect(((await found.json()) as KeyPage).keys).toHaveLength(1)
    }),
    { numRuns: 100 },
  )
})

test('a store that fails in the middle of a walk is 503, and nothing else', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 20 }), fc.nat({ max: 30 }), async (steps, calls) => {
      let left = calls
      const isUp = () => left-- > 0
      const store = new Proxy(memoryStore(), {
        get(target, name) {
          const value: unknown = Reflect.get(target, name)
          if (typeof value !== 'function') return value
          return (...given: unknown[]) =>
            isUp() ? value.apply(target, given) : Promise.reject(new Error('the store is gone'))
        },
      })
      const channel = { ...localChannel(), publish: () => Promise.reject(new Error('the channel is gone')) }
      const world = createDocumentedWorld({ store, channel })
      const { send } = world
      for (const each of steps) {
        const keyring = { list: async () => ({ keys: [] }) } as unknown as World['keyring']
        const answer = await take({ ...world, keyring, send }, each)
        if (answer.status >= 500) expect(answer.status).toBe(503)
      }
    }),
    { numRuns: 40, seed: 1 },
  )
})
