import { setTimeout as wait } from 'node:timers/promises'
import { type Server, startRedis, startSentinel } from '@internal/services'
import { Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis5'
import { createSentinel } from 'redis'
import { afterEach, describe, expect, test } from 'vitest'
import { type RedisClient, redisChannel } from '../src/index.ts'
import { type Witness, witness } from './support/subscriber.ts'

const LEASE_MS = 500
const cleanups: (() => unknown)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

describe.each(['ioredis', 'ioredis 5'])('with Sentinel, over %s', (clientName) => {
  test('loses the lease with the primary, gets one of the new primary, and waits for those of before', async () => {
    const primary = await startRedis({ own: true })
    const replica = await startRedis({ replicaOf: primary.port })
    const sentinel = await startSentinel({ watch: primary.port })
    cleanups.push(...[primary, replica, sentinel].map((server) => () => server.close()))
    const [a, b] = [join(sentinel), join(sentinel)]
    await Promise.all([proved(a.witness), proved(b.witness)])
    await knows(sentinel, 'slaves')

    await primary.kill()
    await expect.poll(() => roleOf(replica), { timeout: 60_000 }).toBe('master')
    await Promise.all([proved(a.witness), proved(b.witness)])
    expect([a.witness.losses, b.witness.losses]).toEqual([1, 1])
    const { confirmed, acknowledged, elapsedMs } = await a.channel.publish({ invalidations: ['all'] })
    expect([confirmed, acknowledged]).toEqual([true, 2])
    expect(elapsedMs).toBeGreaterThanOrEqual(LEASE_MS)
    expect(b.witness.heard).toEqual(['all'])
  })

  function join({ port }: Server) {
    const options = { sentinels: [{ host: '127.0.0.1', port }], name: 'main', retryStrategy: () => 50 }
    const client = clientName === 'ioredis' ? new Redis(options) : new Redis5(options)
    client.on('error', () => {})
    const channel = redisChannel(client, { leaseMs: LEASE_MS })
    cleanups.push(
      () => client.disconnect(),
      () => channel.close(),
    )
    return { channel, witness: witness(channel) }
  }
})

test('refuses a client of node-redis for Sentinel, which cannot be duplicated into a single connection', () => {
  const sentinel = createSentinel({ name: 'main', sentinelRootNodes: [{ host: '127.0.0.1', port: 1 }] })
  expect(() => redisChannel(sentinel as unknown as RedisClient)).toThrow(
    'redisChannel: the first argument must be a client',
  )
})

async function proved(witness: Witness): Promise<void> {
  await expect.poll(() => witness.prove().then(() => true, String), { timeout: 60_000 }).toBe(true)
}

async function knows({ port }: Server, what: string): Promise<void> {
  const client = new Redis(port, '127.0.0.1')
  while (((await client.call('SENTINEL', what, 'main')) as unknown[]).length === 0) await wait(50)
  client.disconnect()
}

async function roleOf({ port }: Server): Promise<string> {
  const client = new Redis(port, '127.0.0.1')
  const [role] = (await client.call('ROLE')) as string[]
  client.disconnect()
  return String(role)
}
