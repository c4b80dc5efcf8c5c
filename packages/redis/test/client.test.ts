import { Redis } from 'ioredis'
import { createClient, createClientPool, createCluster } from 'redis'
import { expect, test } from 'vitest'
import { type RedisClient, redisChannel } from '../src/index.ts'

test('takes clients before they are connected, and connects nothing by itself', () => {
  expect(redisChannel(createClient()).leaseMs).toBe(1000)
  expect(redisChannel(createCluster({ rootNodes: [{}] })).leaseMs).toBe(1000)
  expect(redisChannel(new Redis({ lazyConnect: true })).durable).toBe(false)
})

test.each([undefined, null, {}, 'redis://127.0.0.1', { get: () => null }, createClientPool()])(
  'refuses what is no client: %o',
  (client) => {
    expect(() => redisChannel(client as unknown as RedisClient)).toThrow(
      new TypeError(
        'redisChannel: the first argument must be a client made by createClient() or createCluster() of redis, or by Redis or Cluster of ioredis',
      ),
    )
  },
)
