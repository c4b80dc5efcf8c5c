import type { Channel } from '@bearward/core'
import { linkOf, type RedisClient } from './client.ts'
import { checkOptions, type RedisChannelOptions } from './options.ts'
import { RedisChannel } from './redis-channel.ts'

/**
 * A channel over Redis 6.2 or later, or Valkey: when `revoke()` has resolved, no process that shares it accepts the key.
 *
 * Commands go over your client, which stays yours. Messages come over a connection of the channel's own, made by the
 * client's `duplicate()` at the first use and given back by `close()`.
 *
 * @param client of the package `redis` (`createClient()` or `createCluster()`) or `ioredis` (`Redis`, also with Sentinel,
 * or `Cluster`)
 * @throws {TypeError} when the client is none of these, or naming the option that cannot be used
 * @example
 * ```ts
 * import { createVerifier } from '@bearward/core'
 * import { redisChannel } from '@bearward/redis'
 * import { createClient } from 'redis'
 *
 * const client = createClient({ url: 'redis://127.0.0.1:6379' })
 * client.on('error', (error) => console.error(error.message))
 * const channel = redisChannel(client)
 * const verifier = createVerifier({ resolve: () => null, cache: { max: 10_000, channel } })
 * ```
 */
export function redisChannel(client: RedisClient, options: RedisChannelOptions = {}): Channel {
  return new RedisChannel(linkOf(client), checkOptions(options))
}
