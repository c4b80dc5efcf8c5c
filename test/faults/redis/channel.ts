import type { Channel } from '@bearward/core'
import { redisChannel } from '@bearward/redis'
import { Redis } from 'ioredis'
import { createClient } from 'redis'

/** How a process reaches Redis. */
export interface ChannelOptions {
  readonly client: 'redis' | 'ioredis'
  readonly url: string
  readonly leaseMs: number
}

/** The channel of a process, over a client as an application would set it up. */
export async function openChannel({
  client: name,
  url,
  leaseMs,
}: ChannelOptions): Promise<{ channel: Channel; close(): void }> {
  if (name === 'redis') {
    const client = createClient({ url, socket: { reconnectStrategy: 50 } })
    client.on('error', () => {})
    await client.connect()
    return { channel: redisChannel(client, { leaseMs }), close: () => client.destroy() }
  }
  const client = new Redis(url, { retryStrategy: () => 50 })
  client.on('error', () => {})
  return { channel: redisChannel(client, { leaseMs }), close: () => client.disconnect() }
}
