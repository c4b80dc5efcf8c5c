import { type Channel, keyFormat, type Verifier } from '@bearward/core'
import { createKeyring, type Keyring, type KeyringRecord } from '@bearward/keyring'
import { startPostgres, startProxy } from '@internal/services'
import { Pool } from 'pg'
import { afterEach, describe, expect, test } from 'vitest'
import { postgresChannel, postgresTriggerSql, sqlChannel } from '../src/index.ts'
import { countMembers } from '../src/members.ts'
import type { SqlStore } from '../src/store.ts'
import { createDatabase, type Database, ENGINES, type EngineName } from './support/databases.ts'
import { type Opened, openStore } from './support/open.ts'

const format = keyFormat({ prefix: 'acme' })

/** What one process has of its own. */
interface Process {
  readonly opened: Opened
  readonly channel: Channel
  readonly keyring: Keyring
  readonly verifier: Verifier<KeyringRecord>
  readonly outcomes: string[]
  readonly losses: string[]
}

const cleanUp: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each()
})

async function create(engine: EngineName): Promise<Database> {
  const database = await createDatabase(engine)
  cleanUp.push(() => database.remove())
  return database
}

/** @param place where the channel finds the database, if it goes another way than the store */
function start(database: Database, kind: 'poll' | 'listen', place = database.place): Process {
  const opened = openStore(database, 5)
  let channel: Channel
  if (kind === 'listen') {
    const pool = new Pool({ connectionString: place, max: 3 })
    pool.on('error', () => {}).on('connect', (client) => client.on('error', () => {}))
    channel = postgresChannel(pool)
    cleanUp.push(() => pool.end())
  } else {
    const own = place === database.place ? opened : openStore({ ...database, place }, 5)
    if (own !== opened) cleanUp.push(() => own.close())
    channel = sqlChannel(own.store, { pollMs: 20 })
  }
  const keyring = createKeyring({ store: opened.store, format, channel })
  const verifier = keyring.verifier()
  const outcomes: string[] = []
  const losses: string[] = []
  verifier.on('cache', ({ outcome }) => outcomes.push(outcome))
  verifier.on('lease', ({ outcome, reason }) => {
    if (outcome === 'lost') losses.push(String(reason))
  })
  cleanUp.push(async () => {
    await keyring.close()
    await opened.close()
  })
  return { opened, channel, keyring, verifier, outcomes, losses }
}

/** A subscriber that is alone, and that proves only what it is asked to. */
async function register(database: Database, kind: 'poll' | 'listen', leaseMs: number) {
  const opened = openStore(database, 5)
  cleanUp.push(() => opened.close())
  const pool = new Pool({ connectionString: database.place, max: 2 })
  // Of connections that the database ends while they are idle, when it is dropped.
  pool.on('error', () => {})
  cleanUp.push(() => pool.end())
  const channel =
    kind === 'listen' ? postgresChannel(pool, { leaseMs }) : sqlChannel(opened.store, { leaseMs, pollMs: leaseMs / 2 })
  cleanUp.push(() => channel.close())
  return {
    subscription: channel.subscribe({ invalidate: () => {}, lost: () => {} }),
    /** By the server's clock alone. */
    pass: (ms: number) => opened.query(`update bearward_members set until = until - ${ms}`).catch(() => []),
    /** For how long a publisher would wait. */
    leasesLeft: async () => {
      const { registered } = await countMembers(await (opened.store as SqlStore).engine())
      return registered.map(({ leaseLeftMs }) => leaseLeftMs)
    },
  }
}

async function accepts({ verifier }: Process, token: string): Promise<boolean> {
  return (await verifier.verify(`Bearer ${token}`)).ok
}

/** Asks until memory answers: the process has a lease. */
async function warm(process: Process, token: string): Promise<void> {
  for (;;) {
    process.outcomes.length = 0
    expect(await accepts(process, token)).toBe(true)
    if (process.outcomes.includes('hit')) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

const CUT_LISTENERS =
  "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'bearward channel'"

const CHANNELS = [
  ...ENGINES.map((engine) => ({ engine, kind: 'poll' as const, name: `sqlChannel() over ${engine}` })),
  { engine: 'postgres' as const, kind: 'listen' as const, name: 'postgresChannel()' },
]

// Acknowledgements must come within a lease of one second: on a busy machine one may not.
describe.each(CHANNELS)('$name', { retry: 2 }, ({ engine, kind }) => {
  test('what one process revokes, disables or rotates at once, no other accepts when it has resolved', async () => {
    const database = await create(engine)
    const [one, two, three] = [start(database, kind), start(database, kind), start(database, kind)]
    const ends = [
      (id: string) => one.keyring.revoke(id),
      (id: string) => one.keyring.disable(id),
      (id: string) => one.keyring.rotate(id, { graceMs: 0 }),
    ]
    for (const end of ends) {
      const { token, key } = await one.keyring.issue({ owner: null })
      for (const process of [one, two, three]) await warm(process, token)
      const { confirmation } = await end(key.id)
      expect(confirmation).toMatchObject({ confirmed: true, acknowledged: 3, silent: 0 })
      for (const process of [two, three, one]) expect(await accepts(process, token)).toBe(false)
    }
  })

  test('what one process enables, another accepts, and a stream ends in all of them', async () => {
    const database = await create(engine)
    const [one, two] = [start(database, kind), start(database, kind)]
    const { token, key } = await one.keyring.issue({ owner: null })
    await one.keyring.disable(key.id)
    expect(await accepts(two, token)).toBe(false)
    await one.keyring.enable(key.id)
    expect(await accepts(two, token)).toBe(true)
    const verdict = await two.verifier.verify(`Bearer ${token}`)
    if (!verdict.ok) throw new Error('the key is not accepted')
    const { signal } = verdict.principal
    const ended = new Promise((resolve) => signal.addEventListener('abort', resolve))
    await one.keyring.revoke(key.id)
    await ended
  })

  test('many revocations at once are each confirmed, and each key is refused', async () => {
    const database = await create(engine)
    const [one, two] = [start(database, kind), start(database, kind)]
    const issued = await Promise.all(Array.from({ length: 12 }, () => one.keyring.issue({ owner: 'acct_1' })))
    for (const { token } of issued) await warm(two, token)
    await Promise.all(issued.slice(0, 6).map(({ key }, index) => (index % 2 ? one : two).keyring.revoke(key.id)))
    for (const [index, { token }] of issued.entries()) expect(await accepts(two, token)).toBe(index >= 6)
    const { keyIds } = await one.keyring.revokeAll({ owner: 'acct_1' })
    expect(keyIds.length).toBe(6)
    for (const { token } of issued) expect(await accepts(two, token)).toBe(false)
  })

  test('a process that has closed is waited for by nobody', async () => {
    const database = await create(engine)
    const [one, two] = [start(database, kind), start(database, kind)]
    const { token, key } = await one.keyring.issue({ owner: null })
    for (const process of [one, two]) await warm(process, token)
    await two.keyring.close()
    expect((await one.keyring.revoke(key.id)).confirmation).toMatchObject({ acknowledged: 1, silent: 0 })
  })

  test('a process that revokes and verifies nothing is confirmed as well', async () => {
    const database = await create(engine)
    const two = start(database, kind)
    const { token, key } = await two.keyring.issue({ owner: null })
    await warm(two, token)
    const opened = openStore(database, 5)
    cleanUp.push(() => opened.close())
    let channel: Channel
    if (kind === 'listen') {
      const pool = new Pool({ connectionString: database.place, max: 2 })
      pool.on('error', () => {})
      channel = postgresChannel(pool)
      cleanUp.push(() => pool.end())
    } else {
      channel = sqlChannel(opened.store, { pollMs: 20 })
    }
    const operator = createKeyring({ store: opened.store, format, channel })
    cleanUp.push(() => operator.close())
    expect((await operator.revoke(key.id)).confirmation).toMatchObject({ confirmed: true, acknowledged: 1, silent: 0 })
    expect(await accepts(two, token)).toBe(false)
  })

  test('a process that is silent is waited for as long as its lease may run', async () => {
    const database = await create(engine)
    const [one, two] = [start(database, kind), start(database, kind)]
    const { token, key } = await one.keyring.issue({ owner: null })
    for (const process of [one, two]) await warm(process, token)
    // Registered by another process, which does not answer any more.
    await one.opened
      .query(
        "update bearward_members set id = 'silent' where id not in (select min(id) from (select id from bearward_members) m)",
      )
      .catch(() => [])
    const { confirmation } = await one.keyring.revoke(key.id)
    expect(confirmation).toMatchObject({ confirmed: true, silent: 1 })
    expect(confirmation.elapsedMs).toBeGreaterThanOrEqual(900)
  })

  test('a process whose registration is lost is registered anew, and waited for', async () => {
    const database = await create(engine)
    const [one, two] = [start(database, kind), start(database, kind)]
    const { token, key } = await one.keyring.issue({ owner: null })
    for (const process of [one, two]) await warm(process, token)
    // As after a failover to a server that had not heard of it.
    await one.opened.query('delete from bearward_members').catch(() => [])
    if (kind === 'listen') await one.opened.query(CUT_LISTENERS)
    const members = async () => (await one.opened.query('select id from bearward_members')).length
    await expect.poll(members, { timeout: 5000 }).toBe(2)
    for (const process of [one, two]) await warm(process, token)
    expect((await one.keyring.revoke(key.id)).confirmation).toMatchObject({ acknowledged: 2, silent: 0 })
  })

  test.runIf(engine !== 'sqlite')('connections that carry nothing any more are given up', async () => {
    const database = await create(engine)
    const proxy = await startProxy({ to: Number(new URL(database.place).port) })
    cleanUp.push(() => proxy.close())
    const byProxy = new URL(database.place)
    byProxy.port = String(proxy.port)
    const [one, two] = [start(database, kind), start(database, kind, byProxy.href)]
    // Before the pool is closed, which waits for what it has asked.
    cleanUp.push(async () => proxy.drop())
    const { token, key } = await one.keyring.issue({ owner: null })
    for (const process of [one, two]) await warm(process, token)
    proxy.strand()
    await one.keyring.revoke(key.id)
    expect(await accepts(two, token)).toBe(false)
    await warm(two, (await one.keyring.issue({ owner: null })).token)
  })

  test('a registration covers the lease that it was made for, however long that is', async () => {
    const { subscription, pass, leasesLeft } = await register(await create(engine), kind, 60_000)
    await subscription.prove()
    await pass(31_000)
    const [leftMs] = await leasesLeft()
    expect(leftMs).toBeGreaterThan(28_000)
  })

  test.each([29_500, 30_900])('nothing is proved by a registration that ends before the lease (%i ms)', async (ms) => {
    const { subscription, pass, leasesLeft } = await register(await create(engine), kind, 1000)
    // On a busy machine a proof may take longer than the lease, and is asked for again.
    const prove = () =>
      subscription.prove().then(
        () => true,
        () => false,
      )
    await expect.poll(prove, { timeout: 10_000 }).toBe(true)
    // The machine has slept, and no clock of this process has noticed.
    await pass(ms)
    await expect.poll(prove, { timeout: 10_000 }).toBe(true)
    expect(await leasesLeft()).toEqual([1000])
  })

  test('without confirmation it says what bound holds', async () => {
    const database = await create(engine)
    const [one, two] = [start(database, kind), start(database, kind)]
    const { token, key } = await one.keyring.issue({ owner: null })
    for (const process of [one, two]) await warm(process, token)
    const { confirmation } = await one.keyring.revoke(key.id, { confirm: false })
    expect(confirmation.confirmed).toBe(false)
    expect(confirmation.boundMs).toBeLessThanOrEqual(1000)
  })

  test('a chain that is revoked is refused whole by every process, in one commit with one confirmation', async () => {
    const database = await create(engine)
    const [one, two] = [start(database, kind), start(database, kind)]
    const first = await one.keyring.issue({ owner: 'acct_1' })
    const second = await one.keyring.rotate(first.key.id)
    const third = await two.keyring.rotate(second.key.id)
    const tokens = [first.token, second.token, third.token]
    for (const token of tokens) for (const process of [one, two]) await warm(process, token)
    const last = (await one.keyring.audit({ limit: 1 })).entries[0]?.sequence ?? 0
    const revoked = await one.keyring.revoke(third.key.id, { actor: 'alice', reason: 'leaked' })
    expect(revoked.confirmation).toMatchObject({ confirmed: true, acknowledged: 2, silent: 0 })
    expect(revoked.alsoEnded.map(({ id }) => id)).toEqual([second.key.id, first.key.id])
    for (const token of tokens) for (const process of [two, one]) expect(await accepts(process, token)).toBe(false)
    const { entries } = await two.keyring.audit({ limit: 3 })
    expect(entries.map(({ sequence, action, actor, reason }) => [sequence, action, actor, reason])).toEqual(
      [3, 2, 1].map((step) => [last + step, 'revoked', 'alice', 'leaked']),
    )
  })

  test('a change that is made twice is confirmed twice and written once', async () => {
    const database = await create(engine)
    const [one, two] = [start(database, kind), start(database, kind)]
    const { token, key } = await one.keyring.issue({ owner: 'acct_1' })
    for (const process of [one, two]) await warm(process, token)
    const changes = [
      () => one.keyring.enable(key.id),
      () => one.keyring.update(key.id, { name: '' }),
      () => one.keyring.disable(key.id, { actor: 'alice' }),
      () => two.keyring.disable(key.id, { actor: 'bob' }),
      () => one.keyring.revoke(key.id, { actor: 'alice' }),
      () => two.keyring.revoke(key.id),
      () => one.keyring.revoke(key.id, { confirm: false }),
      () => two.keyring.revokeAll({ owner: 'acct_1' }),
    ]
    for (const change of changes) {
      const { confirmation } = await change()
      expect(confirmation.silent).toBe(0)
    }
    expect((await one.keyring.revoke(key.id)).confirmation).toMatchObject({ confirmed: true, acknowledged: 2 })
    const { entries } = await one.keyring.audit()
    expect(entries.map(({ action, keyId, owner }) => [action, keyId, owner])).toEqual(
      ['revoked', 'disabled', 'issued'].map((action) => [action, key.id, 'acct_1']),
    )
    for (const process of [one, two]) expect(await accepts(process, token)).toBe(false)
  })

  test('a change that was published by hand is heard', async () => {
    const database = await create(engine)
    const [one, two] = [start(database, kind), start(database, kind)]
    const { token, key } = await one.keyring.issue({ owner: null })
    await warm(two, token)
    await one.opened.query("update bearward_keys set revoked_at = 1, standing = 'revoked'").catch(() => [])
    expect(await one.channel.publish({ invalidations: [{ id: key.id }] })).toMatchObject({ confirmed: true })
    expect(await accepts(two, token)).toBe(false)
  })
})

describe('postgresChannel()', () => {
  test('a connection that is cut ends the lease, and another one brings it back', async () => {
    const database = await create('postgres')
    const [one, two] = [start(database, 'listen'), start(database, 'listen')]
    const { token, key } = await one.keyring.issue({ owner: null })
    for (const process of [one, two]) await warm(process, token)
    await one.opened.query(CUT_LISTENERS)
    await one.keyring.revoke(key.id)
    for (const process of [one, two]) expect(await accepts(process, token)).toBe(false)
    const other = await one.keyring.issue({ owner: null })
    for (const process of [one, two]) await warm(process, other.token)
    expect(two.losses).toContain('connection')
  })

  test('the trigger tells of changes by plain SQL', async () => {
    const database = await create('postgres')
    const [one, two] = [start(database, 'listen'), start(database, 'listen')]
    const { token } = await one.keyring.issue({ owner: null })
    await one.opened.query(postgresTriggerSql())
    await warm(two, token)
    const heard = new Promise<void>((resolve) => {
      const { channel } = two
      channel.subscribe({ invalidate: () => resolve(), lost: () => {} })
    })
    await one.opened.query("update bearward_keys set revoked_at = 1, standing = 'revoked'")
    await heard
    expect(await accepts(two, token)).toBe(false)
  })

  test.each([
    [undefined, {}, 'the first argument must be a pool of pg'],
    [new Pool({ max: 1 }), {}, 'the pool must have two connections or more; the channel keeps one'],
    [new Pool(), { leaseMs: 99 }, 'option `leaseMs` must be a whole number from 100 to 60000'],
    [new Pool(), { lease: 99 }, 'there is no option `lease`'],
  ])('refuses what cannot be used (%#)', (pool, options, message) => {
    expect(() => postgresChannel(pool as never, options as never)).toThrow(new TypeError(`postgresChannel: ${message}`))
  })
})

describe('postgresChannel() on a server that crashes', () => {
  test('a registration is on the disk before it is proved', async () => {
    // Nothing else writes what was committed without waiting for the disk.
    const server = await startPostgres({ settings: { wal_writer_delay: '10s' } })
    cleanUp.push(() => server.close())
    const pool = new Pool({ connectionString: server.url, max: 2 })
    pool.on('error', () => {}).on('connect', (client) => client.on('error', () => {}))
    cleanUp.push(() => pool.end())
    const channel = postgresChannel(pool)
    cleanUp.push(() => channel.close())
    const subscriber = { invalidate: () => {}, lost: () => {} }
    await channel.subscribe(subscriber).prove()
    const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid')
    // One process of the server dies: all sessions end, and it recovers from the disk without starting again.
    process.kill(rows[0]?.pid as number, 'SIGKILL')
    const registered = async () => (await pool.query('select id from bearward_members')).rows.length
    await expect.poll(() => registered().catch(() => undefined), { timeout: 20_000 }).toBe(1)
  })
})

describe('sqlChannel()', () => {
  test('a look of its own that comes too late for a lease holds up no revocation', async () => {
    const database = await create('mysql')
    const proxy = await startProxy({ to: Number(new URL(database.place).port) })
    cleanUp.push(() => proxy.close())
    const byProxy = new URL(database.place)
    byProxy.port = String(proxy.port)
    const opened = openStore({ ...database, place: byProxy.href }, 5)
    const channel = sqlChannel(opened.store, { leaseMs: 300, pollMs: 150 })
    cleanUp.push(async () => {
      await channel.close()
      await opened.close()
    })
    const subscription = channel.subscribe({ invalidate: () => {}, lost: () => {} })
    const isProved = () =>
      subscription.prove().then(
        () => true,
        () => false,
      )
    await expect.poll(isProved, { timeout: 10_000 }).toBe(true)
    // There and back twice, for a look at the log that finds something.
    proxy.delay(120)
    const confirmation = await channel.publish({ invalidations: [{ id: 'key_1' }] })
    expect(confirmation).toMatchObject({ confirmed: true })
  })

  test('a log of which somebody has deleted entries is not trusted', async () => {
    const database = await create('sqlite')
    const [one, two] = [start(database, 'poll'), start(database, 'poll')]
    const { token } = await one.keyring.issue({ owner: null })
    await warm(two, token)
    await one.opened.query(
      "insert into bearward_audit (sequence, at, action, key_id, version, changes) values (9, 0, 'updated', 'x', 1, '{}') returning 1",
    )
    await one.opened.query("update bearward_counters set value = 9 where name = 'commits' returning 1")
    await new Promise<void>((resolve) => {
      two.verifier.on('lease', ({ outcome }) => {
        if (outcome === 'lost') resolve()
      })
    })
    expect(two.losses).toEqual(['connection'])
    await warm(two, token)
  })
})
