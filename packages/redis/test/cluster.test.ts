import { setTimeout as wait } from 'node:timers/promises'
import type { Channel } from '@bearward/core'
import { Cluster } from 'ioredis'
import { Cluster as Cluster5 } from 'ioredis5'
import { createCluster } from 'redis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type RedisClient, redisChannel } from '../src/index.ts'
import { type RedisCluster, startCluster } from './support/cluster.ts'
import { type Witness, witness } from './support/subscriber.ts'

const LEASE_MS = 500

let servers: RedisCluster
const cleanups: (() => unknown)[] = []

beforeAll(async () => {
  servers = await startCluster()
}, 120_000)
afterAll(() => servers.close())
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const CLUSTER_CLIENTS: Record<string, () => Promise<{ client: RedisClient; close(): unknown }>> = {
  redis: async () => {
    const rootNodes = servers.ports.map((port) => ({ url: `redis://127.0.0.1:${port}` }))
    const client = createCluster({ rootNodes })
    client.on('error', () => {})
    await client.connect()
    return { client, close: () => client.destroy() }
  },
  ioredis: async () => {
    const client = new Cluster(servers.ports.map((port) => ({ host: '127.0.0.1', port })))
    client.on('error', () => {})
    return { client, close: () => client.disconnect() }
  },
  'ioredis 5': async () => {
    const client = new Cluster5(servers.ports.map((port) => ({ host: '127.0.0.1', port })))
    client.on('error', () => {})
    return { client, close: () => client.disconnect() }
  },
}

describe.each(Object.entries(CLUSTER_CLIENTS))('over a cluster with %s', (clientName, open) => {
  async function join(name: string): Promise<{ channel: Channel; witness: Witness }> {
    const { client, close } = await open()
    const channel = redisChannel(client, { name, leaseMs: LEASE_MS })
    cleanups.push(close, () => channel.close())
    return { channel, witness: witness(channel) }
  }

  async function prove({ witness }: { witness: Witness }): Promise<void> {
    await expect.poll(() => witness.prove().then(() => true, String), { timeout: 20_000 }).toBe(true)
  }

  test.each(['bearward', 'b', 'another:name'])('tells every process, when the slot is that of %s', async (name) => {
    const [a, b] = [
      await join(`${name}:${clientName.replace(' ', '')}`),
      await join(`${name}:${clientName.replace(' ', '')}`),
    ]
    await Promise.all([prove(a), prove(b)])
    await wait(LEASE_MS * 1.1)
    await Promise.all([prove(a), prove(b)])
    const confirmation = await a.channel.publish({ invalidations: [{ id: 'key_1' }] })
    expect(confirmation).toMatchObject({ confirmed: true, acknowledged: 2, silent: 0 })
    expect(confirmation.elapsedMs).toBeLessThan(LEASE_MS)
    expect(b.witness.heard).toEqual([{ id: 'key_1' }])
  })

  test('ends the lease when the slot moves to another node, and gets another one there', async () => {
    const name = `moving:${clientName.replace(' ', '')}`
    const [a, b] = [await join(name), await join(name)]
    await Promise.all([prove(a), prove(b)])
    await servers.moveSlotOf(`{${name}}:members`)
    await Promise.all([prove(a), prove(b)])
    expect([a.witness.losses, b.witness.losses]).toEqual([1, 1])
    const { confirmed, acknowledged } = await a.channel.publish({ invalidations: ['all'] })
    expect([confirmed, acknowledged]).toEqual([true, 2])
    expect(b.witness.heard).toEqual(['all'])
  })
})
