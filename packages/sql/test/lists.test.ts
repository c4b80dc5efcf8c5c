import { keyFormat } from '@bearward/core'
import {
  createKeyring,
  KEY_STATES,
  type KeyStore,
  type ListQuery,
  memoryStore,
  type StoredKey,
} from '@bearward/keyring'
import { afterEach, expect, test } from 'vitest'
import { createDatabase, ENGINES } from './support/databases.ts'
import { openStore } from './support/open.ts'
import { randomOf } from './support/random.ts'

const NOW = 1_800_000_000_000
/** More of each kind than are looked up one by one, and more than one statement of a search looks at. */
const COUNT = 6000

const cleanUps: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

/** The first is met by many keys of a stretch, the second by few in all. */
const SEARCHES = [{ search: 'LIVE_' }, { search: '_12' }, { search: '_7', owner: 'acct_1' }]

/** Keys of every kind, many of them made in the same moment. */
function makeKeys(): StoredKey[] {
  const random = randomOf(7)
  const dice = (sides: number): number => Math.floor(random() * sides)
  const date = (): number | null => [null, NOW - 5, NOW, NOW + 5][dice(4)] ?? null
  return Array.from({ length: COUNT }, (_, index) => ({
    id: `key_${dice(1e9)}_${index}`,
    digest: `digest ${index}`,
    secretHash: null,
    hint: `acme_${['Live', 'live', 'test'][dice(3)]}_${dice(10)}…`,
    name: '',
    owner: [null, 'acct_1', 'ACCT_1', 'acct_2'][dice(4)] ?? null,
    environment: [null, 'live', 'test'][dice(3)] ?? null,
    scopes: [],
    metadata: {},
    createdAt: NOW - dice(20),
    notBefore: date(),
    expiresAt: date(),
    disabledAt: dice(5) === 0 ? NOW : null,
    revokedAt: dice(9) === 0 ? NOW : null,
    endedAt: dice(9) === 0 ? NOW : null,
    announcedAt: dice(2) === 0 ? NOW : null,
    rotatedFrom: null,
    rotatedTo: dice(3) === 0 ? 'key_next' : null,
    graceEndsAt: date(),
    endsPredecessor: false,
    version: 1,
  }))
}

async function fill(store: KeyStore, keys: readonly StoredKey[]): Promise<void> {
  for (let start = 0; start < keys.length; start += 500) {
    const create = keys.slice(start, start + 500)
    await store.commit({ create, update: [], audit: [], invalidations: [], outbox: false })
  }
}

/** Ids of three pages that follow each other, a text for each. */
async function pages(store: KeyStore, query: Partial<ListQuery>): Promise<string[]> {
  const found: string[] = []
  for (let after: StoredKey | undefined; found.length < 3; ) {
    const keys = await store.list({ now: NOW, limit: 40, ...query, after })
    found.push(keys.map(({ id }) => id).join(' '))
    after = keys.at(-1)
    if (after === undefined) break
  }
  return found
}

test.each(ENGINES)('%s: many keys of every kind are listed as in memory', async (engine) => {
  const database = await createDatabase(engine)
  const { store, close } = openStore(database)
  cleanUps.push(database.remove, close)
  const memory = memoryStore()
  const keys = makeKeys()
  await fill(store, keys)
  await fill(memory, keys)

  for (const state of [undefined, ...KEY_STATES]) {
    for (const rest of [
      {},
      { owner: 'acct_1' },
      { hint: 'acme_l' },
      { hint: 'acme_live_7', environment: 'test' },
      ...SEARCHES,
    ]) {
      const query = { state, ...rest }
      const expected = await pages(memory, query)
      expect(await pages(store, query), JSON.stringify(query)).toEqual(expected)
      expect(expected[0]).not.toBe('')
    }
  }
  for (const unannounced of [false, true]) {
    const ending = async (each: KeyStore): Promise<Set<string>> =>
      new Set((await each.listEnding({ until: NOW + 4, unannounced, limit: 5000 })).map(({ id }) => id))
    const found = await ending(store)
    expect(found.size).toBeGreaterThan(1000)
    expect(found).toEqual(await ending(memory))
  }
})

test('postgres: a search folds ASCII letters alone, whatever letters the collation of a column knows', async () => {
  const database = await createDatabase('postgres')
  const { store, query, close } = openStore(database)
  cleanUps.push(database.remove, close)
  await store.list({ now: NOW, limit: 1 })
  await query('alter table bearward_keys alter column name type text collate "und-x-icu"')
  await fill(store, [{ ...(makeKeys()[0] as StoredKey), name: 'CAFÉ' }])
  const found = async (search: string): Promise<number> => (await store.list({ search, now: NOW, limit: 9 })).length
  expect(await query('select lower(name) as folded from bearward_keys')).toEqual([{ folded: 'café' }])
  expect([await found('cafÉ'), await found('café')]).toEqual([1, 0])
})

test.each(ENGINES)(
  '%s: a cursor that no list has given out is the fault of the caller, and never reaches the database',
  async (engine) => {
    const database = await createDatabase(engine)
    const { store, close } = openStore(database)
    cleanUps.push(database.remove, close)
    const keyring = createKeyring({ store, format: keyFormat({ prefix: 'acme' }) })
    await keyring.issue({ owner: null, id: 'key_1' })
    const place = (text: string): string => Buffer.from(text).toString('base64url')
    const cursors = [
      place('[9223372036854775808,"key_1"]'),
      place('[1e300,"key_1"]'),
      place('[1.5,"key_1"]'),
      place('[1,"key\\u0000"]'),
      place('[1,"\\ud800"]'),
    ]
    for (const cursor of cursors) {
      await expect(keyring.list({ cursor })).rejects.toMatchObject({ code: 'invalid_input', field: 'cursor' })
    }
    for (const cursor of ['9'.repeat(16), '0', '-1', '1\0', ...cursors]) {
      await expect(keyring.audit({ cursor })).rejects.toMatchObject({ code: 'invalid_input', field: 'cursor' })
    }
    // The furthest places that there are.
    expect((await keyring.list({ cursor: place('[8640000000000000,"~"]') })).keys.length).toBe(1)
    expect((await keyring.list({ cursor: place('[-8640000000000000,"!"]') })).keys.length).toBe(0)
    expect((await keyring.audit({ cursor: '999999999999999' })).entries.length).toBe(1)
  },
)
