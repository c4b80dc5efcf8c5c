import type { Channel } from '@bearward/core'
import type {} from '@internal/services/setup/redis'
import fc from 'fast-check'
import { createClient } from 'redis'
import { afterEach, describe, expect, inject, test } from 'vitest'
import { redisChannel } from '../src/index.ts'
import { readMessage, readReceipt, writeMessage } from '../src/message.ts'
import { type Opened, openClient } from './support/clients.ts'
import { type Witness, witness } from './support/subscriber.ts'

const LEASE_MS = 500
const url = inject('redisUrl')
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

describe.each(['redis', 'ioredis 5'] as const)('whatever other clients write, over %s', (clientName) => {
  let names = 0

  async function join(name: string): Promise<{ channel: Channel; opened: Opened }> {
    const opened = await openClient(clientName, url)
    const channel = redisChannel(opened.client, { name, leaseMs: LEASE_MS })
    cleanups.push(
      () => opened.close(),
      () => channel.close(),
    )
    return { channel, opened }
  }

  async function setUp() {
    const name = `hostile-${process.pid}-${clientName.replaceAll(' ', '')}-${++names}`
    const { channel, opened } = await join(name)
    const hearer = witness(channel)
    await proved(hearer)
    const [members, changes] = [`{${name}}:members`, `{${name}}:changes`]
    return { name, channel, hearer, members, changes, command: opened.command }
  }

  async function proved(hearer: Witness): Promise<void> {
    await expect.poll(() => hearer.prove().then(() => 'proved', String), { timeout: 20_000 }).toBe('proved')
  }

  test('a message that cannot be read ends the lease, and no message the process', async () => {
    const { channel, hearer, changes, name, command } = await setUp()
    const heard = (await command('PUBSUB', 'CHANNELS', `{${name}}:heard:*`)) as string[]
    expect(heard).toHaveLength(1)
    await command('PUBLISH', changes, '')
    await expect.poll(() => hearer.losses).toBe(1)
    const field = fc.oneof(fc.jsonValue(), fc.uuid(), fc.constant(heard[0]), fc.constant(changes))
    const fields = fc.record({ id: field, from: field, replyTo: field, invalidations: fc.jsonValue() })
    for (const text of fc.sample(
      fc.oneof(
        fc.string(),
        fc.json(),
        fields.map((each) => JSON.stringify(each)),
      ),
      200,
    )) {
      await command('PUBLISH', changes, text)
      await command('PUBLISH', String(heard[0]), text)
    }
    await proved(hearer)
    expect(await channel.publish({ invalidations: ['all'] })).toMatchObject({ confirmed: true })
  })

  test('a flood of messages that ask for receipts keeps no publisher from its own commands', async () => {
    const { channel, name, hearer, changes, command } = await setUp()
    const message = (index: number) =>
      JSON.stringify({
        id: crypto.randomUUID(),
        from: crypto.randomUUID(),
        replyTo: `{${name}}:heard:${crypto.randomUUID()}`,
        invalidations: index % 3 === 0 ? 5 : [{ id: `key_${index}` }],
      })
    const flood = Promise.all(Array.from({ length: 5000 }, (_, index) => command('PUBLISH', changes, message(index))))
    const { confirmed, elapsedMs } = await channel.publish({ invalidations: ['all'] })
    await flood
    expect(confirmed).toBe(true)
    // From when Redis has taken the publication, which stands behind the flood in the same connection.
    expect(elapsedMs).toBeLessThan(10 * LEASE_MS)
    await proved(hearer)
  })

  test('no process answers on a channel that is none of ours', async () => {
    const { hearer, changes, command } = await setUp()
    const message = { id: crypto.randomUUID(), from: crypto.randomUUID(), invalidations: [{ id: 'key_1' }] }
    for (const replyTo of [changes, 'elsewhere', '{other}:heard:', '__sentinel__:hello']) {
      await command('PUBLISH', changes, JSON.stringify({ ...message, replyTo }))
    }
    await expect.poll(() => hearer.losses).toBe(4)
    expect(hearer.heard).toEqual([])
  })

  test.each([
    ['nothing of ours', (run: string) => `${run} registry`],
    ['a lease that is no number', (run: string) => `${run} registry abc 1`],
    ['a lease of nothing', (run: string) => `${run} registry 0 1`],
    ['a lease below nothing', (run: string) => `${run} registry -5 1`],
    ['a lease beyond all', (run: string) => `${run} registry 99999999999999999999 1`],
    ['a name without end', (run: string) => `${run} ${'a'.repeat(1000)} 1000 1`],
    ['another kind of age', (run: string) => `${run} registry 1000 yes`],
  ])('a registry that says %s is none: another one begins, and a whole lease is waited for', async (_name, line) => {
    const { channel, hearer, members, command } = await setUp()
    const [, run = ''] = /run_id:(\w+)/.exec(String(await command('INFO', 'server'))) ?? []
    await command('ZREMRANGEBYSCORE', members, '-1', '-1')
    await command('ZADD', members, '-1', line(run))
    const { confirmed, boundMs } = await channel.publish({ invalidations: ['all'] }, { confirm: false })
    expect([confirmed, boundMs]).toEqual([false, LEASE_MS])
    await proved(hearer)
  })

  test.each(['SET', 'LPUSH', 'SADD'])('a key of another kind, by %s, is taken away', async (verb) => {
    const { channel, hearer, members, command } = await setUp()
    await command('DEL', members)
    await command(verb, members, 'x')
    expect(await channel.publish({ invalidations: ['all'] })).toMatchObject({ confirmed: true })
    await proved(hearer)
  })

  test('members that are none are waited for once, and those with a name without end not at all', async () => {
    const { channel, members, command } = await setUp()
    await command('ZADD', members, '5', 'a', 'inf', 'b', '1e308', '__proto__', '7', 'x'.repeat(100_000))
    const first = await channel.publish({ invalidations: ['all'] })
    expect(first).toMatchObject({ confirmed: true, acknowledged: 1, silent: 3 })
    // The line about the registry, this process, and the name that is passed over.
    await expect.poll(() => command('ZCARD', members)).toBe(3)
  })

  test('members that are more than are read cost a lease and no more', async () => {
    const { channel, members, command } = await setUp()
    for (let start = 0; start < 11_000; start += 1000) {
      const some = Array.from({ length: 1000 }, (_, index) => ['5', `m${start + index}`]).flat()
      await command('ZADD', members, ...some)
    }
    const { confirmed, elapsedMs } = await channel.publish({ invalidations: ['all'] })
    expect(confirmed).toBe(true)
    expect(elapsedMs).toBeGreaterThanOrEqual(LEASE_MS)
  })
})

test('a client of redis that loses its connection ends no process, though the application does not listen', async () => {
  const client = createClient({ url, socket: { reconnectStrategy: 50 } })
  const channels = [redisChannel(client), redisChannel(client)]
  await client.connect()
  cleanups.push(() => client.destroy())
  expect(client.listenerCount('error')).toBe(1)
  client.emit('error', new Error('Socket closed unexpectedly'))
  for (const channel of channels) await channel.close()
})

test('a subscriber that fails loses its lease and sends no receipt, and the others hear', async () => {
  const opened = await openClient('redis', url)
  const channel = redisChannel(opened.client, { name: `broken-${process.pid}`, leaseMs: LEASE_MS })
  const other = redisChannel(opened.client, { name: `broken-${process.pid}`, leaseMs: LEASE_MS })
  cleanups.push(
    () => opened.close(),
    () => channel.close(),
    () => other.close(),
  )
  let losses = 0
  const fail = () => {
    throw new Error('this subscriber is broken')
  }
  await channel.subscribe({ invalidate: fail, lost: () => void losses++ }).prove()
  const hearer = witness(channel)
  await hearer.prove()
  expect(await other.publish({ invalidations: [{ id: 'key_1' }] })).toMatchObject({ confirmed: true, silent: 1 })
  expect([losses, hearer.heard]).toEqual([1, [{ id: 'key_1' }]])
})

const RECEIPTS = '{bearward}:heard:'
const [ID, FROM] = [crypto.randomUUID(), crypto.randomUUID()]

test('a message that is written is read, and a long list of invalidations becomes all keys', () => {
  const message = { id: ID, from: FROM, replyTo: RECEIPTS + ID, invalidations: [{ id: 'a' }] }
  expect(readMessage(writeMessage(message), RECEIPTS)).toMatchObject(message)
  const many = Array.from({ length: 1001 }, (_, index) => ({ id: `key_${index}` }))
  expect(readMessage(writeMessage({ ...message, invalidations: many }), RECEIPTS)?.invalidations).toEqual(['all'])
  const long = [{ id: 'a'.repeat(2_000_000) }]
  expect(readMessage(writeMessage({ ...message, invalidations: long }), RECEIPTS)?.invalidations).toEqual(['all'])
})

test('neither reader throws, whatever it is given', () => {
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.string(), fc.json()), (value) => {
      readMessage(value, RECEIPTS)
      readReceipt(value)
    }),
  )
  for (const text of ['', ID, `${ID} `, `${ID} ${FROM} `, `${ID}\n${FROM}`, ` ${ID} ${FROM}`]) {
    expect(readReceipt(text)).toBeUndefined()
  }
  expect(readReceipt(`${ID} ${FROM}`)).toEqual({ messageId: ID, memberId: FROM })
})

test('a Cluster of ioredis with a prefix of keys is refused: it would hear nothing', () => {
  const cluster = { isCluster: true, slots: [], nodes: () => [], call: async () => null }
  const message = 'redisChannel: a Cluster must have no `keyPrefix`; use the option `name` of the channel'
  for (const options of [{ keyPrefix: 'app:' }, { redisOptions: { keyPrefix: 'app:' } }]) {
    expect(() => redisChannel({ ...cluster, options })).toThrow(new TypeError(message))
  }
  expect(() => redisChannel({ ...cluster, options: { keyPrefix: '' } })).not.toThrow()
})
