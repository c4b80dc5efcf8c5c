import { type IoredisClient, type IoredisCluster, ioredisClusterLink, ioredisLink } from './ioredis.ts'
import type { RedisLink } from './link.ts'
import { type NodeRedisClient, type NodeRedisCluster, nodeRedisClusterLink, nodeRedisLink } from './node-redis.ts'

/**
 * A client of the package `redis`, made by `createClient()` or `createCluster()`, or of the package `ioredis`, a `Redis`
 * or a `Cluster`.
 */
export type RedisClient = NodeRedisClient | NodeRedisCluster | IoredisClient | IoredisCluster

/**
 * Tells the clients apart by properties that each documents: `isCluster` is ioredis, `getNodeClientForKey()` a cluster of
 * node-redis, `isPubSubActive` one of its single clients.
 *
 * @throws {TypeError} when it is none of them
 */
export function linkOf(client: RedisClient): RedisLink {
  if (typeof client === 'object' && client !== null) {
    if ('isCluster' in client) return 'nodes' in client ? ioredisClusterLink(client) : ioredisLink(client)
    if ('getNodeClientForKey' in client) return nodeRedisClusterLink(client)
    if ('isPubSubActive' in client) return nodeRedisLink(client)
  }
  throw new TypeError(
    'redisChannel: the first argument must be a client made by createClient() or createCluster() of redis, or by Redis or Cluster of ioredis',
  )
}
