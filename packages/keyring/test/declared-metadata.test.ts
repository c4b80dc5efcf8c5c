import { keyFormat, sha256 } from '@bearward/core'
import { describe, expect, it, test } from 'vitest'
import { z } from 'zod'
import { createKeyring, type Keyring, type MetadataSchema, memoryStore } from '../src/index.ts'
import { codeOf } from './support/keyring.ts'

const format = keyFormat({ prefix: 'acme', environments: ['live', 'test'] })
const metadata = z.object({ plan: z.enum(['free', 'pro']), seats: z.number().int().default(1) })

const declared = () => createKeyring({ store: memoryStore(), format, metadata })

describe('declared metadata', () => {
  it('is stored as the schema makes it, and reaches the principal', async () => {
    const keyring = declared()
    const { token, key } = await keyring.issue({ owner: 'acct_1', metadata: { plan: 'pro' } })
    expect(key.metadata).toEqual({ plan: 'pro', seats: 1 })
    const verdict = await keyring.verifier().verify(`Bearer ${token}`)
    expect(verdict.ok && verdict.principal.key.metadata).toEqual({ plan: 'pro', seats: 1 })
    const { key: updated } = await keyring.update(key.id, { metadata: { plan: 'free', seats: 5 } })
    expect(updated.metadata).toEqual({ plan: 'free', seats: 5 })
    expect((await keyring.rotate(key.id)).key.metadata).toEqual({ plan: 'free', seats: 5 })
  })

  it.each([
    ['none', {}],
    ['an empty object', { metadata: {} }],
    ['a value that the schema refuses', { metadata: { plan: 'gold' } }],
    ['a field of another type', { metadata: { plan: 'pro', seats: 'many' } }],
    ['no object', { metadata: 'pro' }],
    ['null', { metadata: null }],
  ])('is refused where it is %s, and nothing is written', async (_what, options) => {
    const keyring = declared()
    expect(await codeOf(keyring.issue({ owner: null, ...options } as never))).toBe('invalid_input metadata')
    expect((await keyring.list()).keys).toEqual([])
    expect((await keyring.audit()).entries).toEqual([])
  })

  it('is checked by an update too', async () => {
    const keyring = declared()
    const { key } = await keyring.issue({ owner: null, metadata: { plan: 'pro' } })
    expect(await codeOf(keyring.update(key.id, { metadata: { plan: 'gold' } } as never))).toBe('invalid_input metadata')
    expect(await codeOf(keyring.forOwner('a').update(key.id, { metadata: {} } as never))).toBe('invalid_input metadata')
    expect((await keyring.get(key.id))?.metadata).toEqual({ plan: 'pro', seats: 1 })
  })

  it('is checked by an import, row by row', async () => {
    const keyring = declared()
    const rows = [{ plan: 'pro' }, { plan: 'gold' }].map((each) => ({
      token: format.generate(),
      owner: null,
      metadata: each,
    }))
    const summary = await keyring.import(rows)
    expect(summary).toMatchObject({ imported: 1, rejected: 1, problems: [{ row: 2 }] })
    expect((await keyring.list()).keys.map((key) => key.metadata)).toEqual([{ plan: 'pro', seats: 1 }])
  })

  it('is refused with the place of the fault, and never with what was given', async () => {
    const refused = declared().issue({ owner: null, metadata: { plan: 'acme_live_SECRET' } } as never)
    await expect(refused).rejects.toThrow('metadata: must be as the keyring declares it, at plan')
    await expect(refused).rejects.not.toThrow('SECRET')
    const strict = createKeyring({ store: memoryStore(), format, metadata: z.strictObject({}) })
    const stray = strict.issue({ owner: null, metadata: { 'acme_live_SECRET ': 1 } } as never)
    await expect(stray).rejects.not.toThrow('SECRET')
  })

  it('is checked by a schema that answers later, too', async () => {
    const later = z.object({ plan: z.string() }).refine(async ({ plan }) => plan !== 'gold')
    const keyring = createKeyring({ store: memoryStore(), format, metadata: later })
    expect((await keyring.issue({ owner: null, metadata: { plan: 'pro' } })).key.metadata).toEqual({ plan: 'pro' })
    expect(await codeOf(keyring.issue({ owner: null, metadata: { plan: 'gold' } }))).toBe('invalid_input metadata')
  })

  it('still keeps the limits of all metadata', async () => {
    const keyring = createKeyring({ store: memoryStore(), format, metadata: z.object({ note: z.string() }) })
    for (const note of ['x'.repeat(4096), 'a\0', '\ud800']) {
      expect(await codeOf(keyring.issue({ owner: null, metadata: { note } }))).toBe('invalid_input metadata')
    }
  })
})

/** A schema that makes one value of whatever it is given. */
function making<M extends object>(value: M): MetadataSchema<object, M> {
  return { '~standard': { version: 1, vendor: 'test', validate: () => ({ value }) } }
}

test.each([
  ['a date', { at: new Date(0) }],
  ['a map', { all: new Map() }],
  ['a function', { run: () => {} }],
  ['a number that JSON does not know', { count: Number.NaN }],
  ['a big number', { count: 1n }],
  ['a list with a hole of a date', { all: [1, [new Date(0)]] }],
  ['an object of a class', new (class Plan {})()],
])('a schema that makes %s makes what the type of a stored key cannot be', async (_what, value) => {
  const keyring: Keyring<string, object, string, object> = createKeyring({
    store: memoryStore(),
    format: keyFormat({ prefix: 'acme' }),
    metadata: making<object>(value),
  })
  expect(await codeOf(keyring.issue({ owner: null, metadata: {} }))).toBe('invalid_input metadata')
})

test('a schema that makes a circle is refused, and not followed for ever', async () => {
  const circle: Record<string, unknown> = {}
  circle.again = circle
  const keyring = createKeyring({ store: memoryStore(), format, metadata: making(circle) })
  expect(await codeOf(keyring.issue({ owner: null, metadata: {} }))).toBe('invalid_input metadata')
})

test('what a schema throws reaches the caller, and nothing is written', async () => {
  const failure = new Error('the schema is broken')
  const metadata = making({})
  const broken = { '~standard': { ...metadata['~standard'], validate: () => Promise.reject(failure) } }
  const keyring = createKeyring({ store: memoryStore(), format, metadata: broken })
  await expect(keyring.issue({ owner: null, metadata: {} })).rejects.toBe(failure)
  expect((await keyring.audit()).entries).toEqual([])
})

test.each([
  null,
  {},
  'zod',
  { '~standard': { version: 2, validate: () => {} } },
  { '~standard': { version: 1 } },
  () => {},
])('a keyring is not made with %j as the schema of its metadata', (schema) => {
  const make = () => createKeyring({ store: memoryStore(), format, metadata: schema as never })
  expect(make).toThrow(TypeError)
  expect(make).toThrow(/`metadata`/)
})

test('a schema may be a function with the interface, as some libraries make them', async () => {
  const schema = Object.assign(() => {}, making({ plan: 'pro' }))
  const keyring = createKeyring({ store: memoryStore(), format, metadata: schema })
  const { key, token } = await keyring.issue({ owner: null, metadata: {} })
  expect(key.metadata).toEqual({ plan: 'pro' })
  expect(await sha256().digest(token)).toHaveLength(64)
})
