import { redisChannel } from '@bearward/redis'
import { sqlite } from '@bearward/sql'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import type { Opened } from '../protocol.ts'

/** How a process reaches Redis; the keys are in a file that all share. */
export interface RedisOptions {
  readonly client: 'redis' | 'ioredis'
  readonly url: string
  readonly database: string
  readonly leaseMs: number
}

export async function open({ client: name, url, database, leaseMs }: RedisOptions): Promise<Opened> {
  const store = sqlite(database)
  if (name === 'redis') {
    const client = createClient({ url, socket: { reconnectStrategy: 50 } })
    client.on('error', () => {})
    await client.connect()
    return { store, channel: redisChannel(client, { leaseMs }), close: () => client.destroy() }
  }
  const client = new Redis(url, { retryStrategy: () => 50 })
  client.on('error', () => {})
  return { store, channel: redisChannel(client, { leaseMs }), close: () => client.disconnect() }
}
