import { createClient } from 'redis'
import { describe, expect, inject, test } from 'vitest'
import { describeLifecycle } from './lifecycle.ts'
import { startRedis } from './src/index.ts'

async function send(url: string, ...words: string[]): Promise<unknown> {
  const client = createClient({ url, socket: { reconnectStrategy: false } })
  // Told to whoever waits for the answer too.
  client.on('error', () => {})
  await client.connect()
  try {
    return await client.sendCommand(words)
  } finally {
    client.destroy()
  }
}

describe('life', () => {
  const write = async (url: string, value: string) => void (await send(url, 'SET', 'memory', value))
  const read = async (url: string) => (await send(url, 'GET', 'memory')) as string
  describeLifecycle(startRedis, 'REDIS_URL', inject('redisUrl'), { write, read })
})

test('settings of one word and of several reach the server', async () => {
  const server = await startRedis({
    settings: { maxmemory: '10mb', 'client-output-buffer-limit': ['pubsub', '1mb', '512kb', 7] },
  })
  expect(await send(server.url, 'CONFIG', 'GET', 'maxmemory')).toEqual({ maxmemory: '10485760' })
  expect(await send(server.url, 'CONFIG', 'GET', 'client-output-buffer-limit')).toEqual({
    'client-output-buffer-limit': expect.stringContaining('pubsub 1048576 524288 7'),
  })
  await server.close()
})

test('a replica follows its primary', async () => {
  const primary = await startRedis({ own: true })
  const replica = await startRedis({ replicaOf: primary.port })
  await expect.poll(() => send(replica.url, 'INFO', 'replication'), { timeout: 20_000 }).toMatch('link_status:up')
  await send(primary.url, 'SET', 'key', 'value')
  await expect.poll(() => send(replica.url, 'GET', 'key'), { timeout: 20_000 }).toBe('value')
  await replica.close()
  await primary.close()
})

test('a node of a cluster serves the slots that it is given', async () => {
  const node = await startRedis({ cluster: true })
  await expect(send(node.url, 'SET', 'key', 'value')).rejects.toThrow('Hash slot not served')
  await send(node.url, 'CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  await expect.poll(() => send(node.url, 'CLUSTER', 'INFO'), { timeout: 20_000 }).toMatch('cluster_state:ok')
  expect(await send(node.url, 'SET', 'key', 'value')).toBe('OK')
  await node.close()
})
