import { Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis5'
import { createClient } from 'redis'
import type { IoredisClient, NodeRedisClient, RedisClient } from '../../src/index.ts'

/** A connected client, as an application has it, and how to speak to it and end it. */
export interface Opened {
  readonly client: RedisClient
  command(...words: string[]): Promise<unknown>
  close(): void
}

export const CLIENTS = ['redis', 'redis with RESP2', 'ioredis', 'ioredis 5'] as const
export type ClientName = (typeof CLIENTS)[number]

/** @param name what the server calls it, and the connections that a channel makes of it: a command that an ACL may forbid */
export async function openClient(clientName: ClientName, url: string, name?: string): Promise<Opened> {
  if (clientName === 'redis' || clientName === 'redis with RESP2') {
    const RESP = clientName === 'redis' ? 3 : 2
    const client = createClient({ url, RESP, ...(name !== undefined && { name }), socket: { reconnectStrategy: 50 } })
    client.on('error', () => {})
    await client.connect()
    return { client, command: (...words) => client.sendCommand(words), close: () => client.destroy() }
  }
  const options = { ...IOREDIS, ...(name !== undefined && { connectionName: name }) }
  const client = clientName === 'ioredis' ? new Redis(url, options) : new Redis5(url, options)
  client.on('error', () => {})
  await client.connect()
  return {
    client,
    command: (command = '', ...words) => client.call(command, words),
    close: () => client.disconnect(),
  }
}

const IOREDIS = { lazyConnect: true, retryStrategy: () => 50 }

/** A client whose commands go one way, and whose connections of the channel another. */
export function splitClient(commands: Opened, listening: Opened): RedisClient {
  if ('isCluster' in listening.client) {
    const own = listening.client as IoredisClient
    return {
      isCluster: false,
      options: own.options,
      call: (command, words) => commands.command(command, ...words),
      duplicate: (options) => own.duplicate(options),
    } satisfies IoredisClient
  }
  const node = listening.client as NodeRedisClient
  return {
    isPubSubActive: false,
    options: node.options,
    sendCommand: (words) => commands.command(...words),
    duplicate: (options) => node.duplicate(options),
  } satisfies NodeRedisClient
}
