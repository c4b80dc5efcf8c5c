import { type Channel, keyFormat } from '@bearward/core'
import { createKeyring } from '@bearward/keyring'
import fc from 'fast-check'
import { Client, Pool } from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { postgres, postgresChannel } from '../src/index.ts'
import { createDatabase } from './support/databases.ts'

const CHANGES = 'bearward_changes'
const LEASE_MS = 1000
const format = keyFormat({ prefix: 'acme' })

const cleanUp: (() => unknown)[] = []
let place: string
/** A role that may connect, and nothing else. */
let stranger: Client

beforeEach(async () => {
  const database = await createDatabase('postgres')
  place = database.place
  cleanUp.push(() => database.remove())
  const admin = new Client(place)
  await admin.connect()
  await admin.query(
    `do $$ begin create role stranger login; exception when duplicate_object or unique_violation then null; end $$`,
  )
  await admin.end()
  stranger = new Client(place.replace(/\/\/[^@/]*@/, '//stranger@'))
  stranger.on('error', () => {})
  await stranger.connect()
  cleanUp.push(() => stranger.end())
})
afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each()
})

/** A pool whose errors the application does not listen to. */
function openPool(): Pool {
  const pool = new Pool({ connectionString: place, max: 4 })
  cleanUp.push(() => pool.end())
  return pool
}

function open(): Channel {
  const channel = postgresChannel(openPool(), { leaseMs: LEASE_MS })
  cleanUp.push(() => channel.close())
  return channel
}

async function listen(channel: Channel) {
  const heard: unknown[] = []
  const subscription = channel.subscribe({
    invalidate: (invalidations) => void heard.push(...invalidations),
    lost: () => void heard.push('lost'),
  })
  await subscription.prove()
  return { heard, subscription }
}

async function notify(payload: string, channel = CHANGES): Promise<void> {
  await stranger.query('select pg_notify($1, $2)', [channel, payload])
}

/** The channel on which a publisher waits for acknowledgements, and what it calls its message, as any role may hear them. */
function overheard(): Promise<{ replyTo: string; id: string }> {
  return new Promise((resolve) => {
    stranger.on('notification', ({ channel, payload = '' }) => {
      if (channel === CHANGES && payload.includes('replyTo')) resolve(JSON.parse(payload))
    })
  })
}

test.each(['', 'x', 'null', '5', '[]', '{}', '{"invalidations":5}', '{"invalidations":{"length":1}}', '"\\u0000"'])(
  'the payload %j, which cannot be read, ends the lease and nothing else',
  async (payload) => {
    const { heard, subscription } = await listen(open())
    await notify(payload)
    await expect.poll(() => heard).toEqual(['lost'])
    await subscription.prove()
  },
)

test.each(['{"invalidations":[null],"replyTo":5}', '{"invalidations":[{"id":7}]}', '{"invalidations":[[]],"id":{}}'])(
  'the payload %s, which may name any key, empties the cache',
  async (payload) => {
    const { heard, subscription } = await listen(open())
    await notify(payload)
    await expect.poll(() => heard).toEqual(['all'])
    await subscription.prove()
  },
)

test('no payload at all ends the process, on the channel of changes or on that of one process', async () => {
  const [channel, other] = [open(), open()]
  const { subscription } = await listen(channel)
  await stranger.query(`listen ${CHANGES}`)
  const message = overheard()
  await other.publish({ invalidations: [] })
  const { replyTo } = await message
  const fields = fc.record({
    invalidations: fc.jsonValue(),
    replyTo: fc.oneof(fc.jsonValue(), fc.constant(replyTo), fc.constant(CHANGES)),
    id: fc.jsonValue(),
    proof: fc.jsonValue(),
    acknowledges: fc.jsonValue(),
    member: fc.jsonValue(),
  })
  const payloads = fc.oneof(
    fc.string(),
    fc.json(),
    fields.map((each) => JSON.stringify(each)),
  )
  for (const payload of fc.sample(payloads, 300)) {
    const sendable = payload.replaceAll('\0', '').slice(0, 2000)
    await notify(sendable)
    await notify(sendable, replyTo)
  }
  await subscription.prove()
  expect(await channel.publish({ invalidations: ['all'] })).toMatchObject({ confirmed: true, silent: 0 })
})

test('a flood holds up no revocation for longer than a lease, and leaves nothing in memory', async () => {
  const pool = openPool()
  const keyring = createKeyring({ store: postgres(pool), channel: open(), format })
  cleanUp.push(() => keyring.close())
  const verifier = keyring.verifier()
  const { token, key } = await keyring.issue({ owner: 'acct_1' })
  const messages = [
    '',
    '{"invalidations":["all"]}',
    JSON.stringify({ invalidations: [], replyTo: `bearward_to_${'0'.repeat(24)}`, id: 'a' }),
  ]
  let isFlooding = true
  const flood = (async () => {
    for (let count = 0; isFlooding; count++) {
      const payload = messages[count % messages.length]
      // A notification that is sent twice in one transaction is one, so each is made another.
      await stranger.query(`select pg_notify($1, $2 || repeat(' ', n)) from generate_series(1, 200) n`, [
        CHANGES,
        payload,
      ])
    }
  })()
  await verifier.verify(`Bearer ${token}`)
  const { confirmation } = await keyring.revoke(key.id)
  expect(confirmation.confirmed).toBe(true)
  expect(confirmation.elapsedMs).toBeLessThan(2 * LEASE_MS)
  expect((await verifier.verify(`Bearer ${token}`)).ok).toBe(false)
  isFlooding = false
  await flood
  await expect.poll(async () => (await keyring.revoke(key.id)).confirmation.silent).toBe(0)
})

test('a role that hears all notifications can acknowledge for no process', async () => {
  const publisher = open()
  const { heard } = await listen(publisher)
  await stranger.query(`listen ${CHANGES}`)
  // Registered, and silent: it holds a lease, and hears nothing.
  const admin = openPool()
  await admin.query(`insert into bearward_members select 'silent', ${LEASE_MS}, until, 0 from bearward_members limit 1`)
  const message = overheard()
  const publishing = publisher.publish({ invalidations: [{ id: 'key_1' }] })
  const { replyTo, id } = await message
  await stranger.query(`listen ${replyTo}`)
  for (const member of ['silent', '', null, 5, id, replyTo, '0'.repeat(64)]) {
    await notify(JSON.stringify({ acknowledges: id, member }), replyTo)
  }
  const confirmation = await publishing
  expect(confirmation).toMatchObject({ confirmed: true, acknowledged: 1, silent: 1 })
  expect(confirmation.elapsedMs).toBeGreaterThanOrEqual(LEASE_MS * 0.9)
  expect(heard).toContainEqual({ id: 'key_1' })
})

test('every message of a burst is acknowledged', async () => {
  await listen(open())
  const answers = new Set<unknown>()
  const replyTo = `bearward_to_${'c'.repeat(24)}`
  stranger.on('notification', ({ channel, payload = '' }) => {
    if (channel === replyTo) answers.add(JSON.parse(payload).acknowledges)
  })
  await stranger.query(`listen ${replyTo}`)
  await stranger.query(
    `select pg_notify($1, json_build_object('invalidations', '[]'::json, 'replyTo', $2::text, 'id', n::text)::text)
     from generate_series(1, 1200) n`,
    [CHANGES, replyTo],
  )
  await expect.poll(() => answers.size, { timeout: 20_000 }).toBe(1200)
})

test('a subscriber that fails loses its lease and acknowledges nothing, and the others hear', async () => {
  const [channel, other] = [open(), open()]
  let losses = 0
  const fail = () => {
    throw new Error('this subscriber is broken')
  }
  await channel.subscribe({ invalidate: fail, lost: () => void losses++ }).prove()
  const { heard } = await listen(channel)
  expect(await other.publish({ invalidations: [{ id: 'key_1' }] })).toMatchObject({ confirmed: true, silent: 1 })
  expect([losses, heard]).toEqual([1, [{ id: 'key_1' }]])
})

test('no process answers on a channel that is none of ours', async () => {
  const { heard } = await listen(open())
  const answers: unknown[] = []
  stranger.on('notification', ({ payload }) => void answers.push(payload))
  await stranger.query('listen elsewhere')
  for (const replyTo of ['elsewhere', 'bearward_to_', `bearward_to_${'a'.repeat(24)}\n`]) {
    await notify(JSON.stringify({ invalidations: [{ id: 'key_1' }], replyTo, id: 'a' }))
  }
  await expect.poll(() => heard.length).toBe(3)
  await notify('the last', 'elsewhere')
  await expect.poll(() => answers).toEqual(['the last'])
})

test('a connection that ends while it is idle ends no process, though the application does not listen', async () => {
  const pool = openPool()
  const store = postgres(pool)
  expect(await store.findById('none')).toBeNull()
  const admin = new Client(place)
  await admin.connect()
  await admin.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  )
  await admin.end()
  await expect.poll(() => pool.totalCount).toBe(0)
  expect(await store.findById('none')).toBeNull()
})
