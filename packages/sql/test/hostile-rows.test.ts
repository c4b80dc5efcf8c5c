import { type Channel, keyFormat } from '@bearward/core'
import { createKeyring } from '@bearward/keyring'
import { Pool } from 'pg'
import { afterEach, describe, expect, test } from 'vitest'
import { postgresChannel, sqlChannel } from '../src/index.ts'
import { createDatabase, ENGINES, type EngineName } from './support/databases.ts'
import { openStore } from './support/open.ts'

const LEASE_MS = 1000
const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each()
})

async function setUp(engine: EngineName, kind: 'poll' | 'listen' = 'poll') {
  const database = await createDatabase(engine)
  cleanUp.push(() => database.remove())
  const opened = openStore(database, 5)
  cleanUp.push(() => opened.close())
  let channel: Channel
  if (kind === 'poll') channel = sqlChannel(opened.store, { leaseMs: LEASE_MS, pollMs: 20 })
  else {
    const pool = new Pool({ connectionString: database.place, max: 2 })
    cleanUp.push(() => pool.end())
    channel = postgresChannel(pool, { leaseMs: LEASE_MS })
  }
  cleanUp.push(() => channel.close())
  const heard: unknown[] = []
  const subscription = channel.subscribe({
    invalidate: (invalidations) => void heard.push(...invalidations),
    lost: () => void heard.push('lost'),
  })
  await expect.poll(() => subscription.prove().then(() => 'proved', String), { timeout: 20_000 }).toBe('proved')
  const write = (text: string): Promise<unknown> => opened.query(text)
  return { database, opened, channel, heard, subscription, write }
}

function entry(sequence: number, keyId: string): string {
  return `insert into bearward_audit (sequence, at, action, key_id, version, changes) values (${sequence}, 1, 'x', ${keyId}, 1, 'no JSON')`
}

describe.each(ENGINES)('over %s', (engine) => {
  test('an entry of the audit trail is handed over as what it may mean', async () => {
    const { heard, subscription, write } = await setUp(engine)
    for (const [index, keyId] of ["''", "'__proto__'", "'*'"].entries()) {
      await write(entry(index + 1, keyId))
      await write(`update bearward_counters set value = ${index + 1} where name = 'commits'`)
      await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(index + 1)
    }
    expect(heard).toEqual(['all', { id: '__proto__' }, 'all'])
    await subscription.prove()
  })

  test('entries that are missing, or that nobody can read, end the lease once', async () => {
    const { heard, subscription, write } = await setUp(engine)
    await write(entry(4, "'key_1'"))
    await write("update bearward_counters set value = 5 where name = 'commits'")
    await expect.poll(() => heard, { timeout: 10_000 }).toEqual(['lost'])
    await subscription.prove()
    await subscription.prove()
    expect(heard).toEqual(['lost'])
  })

  test('a change in the outbox that cannot be read is published as a change of all keys, and keeps none after it', async () => {
    const { opened, heard, write } = await setUp(engine)
    const rows = ["'no JSON'", "'5'", `'[{"id":5}]'`, `'[{"id":"key_1"}]'`]
    for (const [index, row] of rows.entries()) {
      await write(`insert into bearward_outbox (sequence, invalidations) values (${index + 1}, ${row})`)
    }
    const entries = await opened.store.outbox({ limit: 10 })
    expect(entries.map(({ invalidations }) => invalidations)).toEqual([['all'], ['all'], ['all'], [{ id: 'key_1' }]])
    expect(heard).toEqual([])
  })

  test('an entry of the audit trail that cannot be read is shown as that, and hides no other', async () => {
    const { opened, write } = await setUp(engine)
    const rows = ['no JSON', '[]', '{"name":5}', '{"name":null}', '{"name":{"before":1,"after":2}}']
    for (const [index, changes] of rows.entries()) {
      await write(`insert into bearward_audit (sequence, at, action, key_id, version, changes)
        values (${index + 1}, 1, 'x', 'key_1', 1, '${changes}')`)
    }
    const entries = await opened.store.audit({ limit: 10 })
    expect(entries.map(({ changes }) => changes)).toEqual([
      { name: { before: 1, after: 2 } },
      ...rows
        .slice(0, -1)
        .toReversed()
        .map((after) => ({ unreadable: { before: null, after } })),
    ])
  })

  test('a record of uses that cannot be read is begun again, and keeps no other from being written', async () => {
    const { opened, write } = await setUp(engine)
    const keyring = createKeyring({ store: opened.store, format: keyFormat({ prefix: 'acme' }) })
    const ids: string[] = []
    const rows = ['no JSON', '5', 'null', '[5]', '[["a"]]', '[[5,5]]', '[["a","b"]]']
    for (const addresses of rows) {
      const { key } = await keyring.issue({ owner: 'acct_1' })
      ids.push(key.id)
      await write(`insert into bearward_key_uses values ('${key.id}', 1, null, '${addresses}')`)
    }
    await opened.store.recordUse(ids.map((keyId) => ({ keyId, at: 1_700_000_000_000, from: '203.0.113.7' })))
    for (const id of ids) {
      const { addresses } = await opened.store.usage(id, 0)
      expect(addresses).toEqual([{ address: '203.0.113.7', lastUsedAt: 1_700_000_000_000 }])
    }
  })

  test('a process that was killed is deleted from the members an hour after its registration has ended', async () => {
    const { opened, channel, write } = await setUp(engine)
    const now = Date.now()
    await write(`insert into bearward_members values ('old', 1000, ${now - 2 * 3_600_000}, 0)`)
    await write(`insert into bearward_members values ('recent', 1000, ${now - 60_000}, 0)`)
    await channel.close()
    const next = sqlChannel(opened.store)
    await next.subscribe({ invalidate: () => {}, lost: () => {} }).prove()
    const rows = await opened.query("select id from bearward_members where id in ('old', 'recent')")
    expect(rows.map(({ id }) => String(id))).toEqual(['recent'])
    await next.close()
  })
})

const CHANNELS = [
  ...ENGINES.map((engine) => ({ engine, kind: 'poll' as const })),
  { engine: 'postgres' as const, kind: 'listen' as const },
]

describe.each(CHANNELS)('members of $engine, by $kind', ({ engine, kind }) => {
  test('that are not as a process registers make a publisher wait for a bounded time, and for no less', async () => {
    const { channel, write } = await setUp(engine, kind)
    const rows = [
      // Leases and ends beyond all, at nothing and below it; the id of no process; acknowledgements of what is to come.
      "'a', 9000000000000000, 9000000000000000, 0",
      "'b', 1000, 9200000000000000000, 0",
      "'c', 0, 9000000000000000, 0",
      "'d', -5, 9000000000000000, -5",
      "'', 1000, 9000000000000000, 0",
      "'f', 60000, 9000000000000000, -9200000000000000000",
    ]
    for (const values of rows) {
      await write(`insert into bearward_members (id, lease_ms, until, acknowledged) values (${values})`)
      const { confirmed, boundMs } = await channel.publish({ invalidations: [{ id: 'key_1' }] }, { confirm: false })
      expect(confirmed).toBe(false)
      expect(boundMs).toBeGreaterThanOrEqual(LEASE_MS)
      expect(boundMs).toBeLessThanOrEqual(60_000)
      await write('delete from bearward_members where until > 8000000000000000')
    }
  })

  test('that are more than are read cost a lease and no more', async () => {
    const { channel, write } = await setUp(engine, kind)
    for (let start = 0; start < 11_000; start += 1000) {
      const rows = Array.from({ length: 1000 }, (_, index) => `('m${start + index}', 100, 9000000000000000, 0)`)
      await write(`insert into bearward_members (id, lease_ms, until, acknowledged) values ${rows.join(', ')}`)
    }
    const { confirmed, elapsedMs } = await channel.publish({ invalidations: [{ id: 'key_1' }] })
    expect(confirmed).toBe(true)
    expect(elapsedMs).toBeGreaterThanOrEqual(LEASE_MS)
  })
})

test('a keyring publishes what is left in an outbox with a row that cannot be read', async () => {
  const { opened, heard, write, database } = await setUp('postgres', 'listen')
  await write(
    `insert into bearward_outbox (sequence, invalidations) values (1, '{"__proto__":[]}'), (2, '[{"id":"key_1"}]')`,
  )
  const pool = new Pool({ connectionString: database.place, max: 2 })
  cleanUp.push(() => pool.end())
  const channel = postgresChannel(pool)
  const keyring = createKeyring({ store: opened.store, channel, format: keyFormat({ prefix: 'acme' }) })
  await keyring.flush()
  await expect.poll(() => heard).toEqual(['all', { id: 'key_1' }])
  expect(await opened.query('select * from bearward_outbox')).toEqual([])
  await keyring.close()
})
