// Public names.

export { redisChannel } from './channel.ts'
export type { RedisClient } from './client.ts'
export type { IoredisClient, IoredisCluster, IoredisDuplicate } from './ioredis.ts'
export type { NodeRedisClient, NodeRedisCluster, NodeRedisDuplicate } from './node-redis.ts'
export type { RedisChannelOptions } from './options.ts'
