import { startProxy, startRedis } from '@internal/services'
import type {} from '@internal/services/setup/redis'
import { afterEach, describe, expect, inject, test } from 'vitest'
import { redisChannel } from '../src/index.ts'
import { CLIENTS, type Opened, openClient, splitClient } from './support/clients.ts'
import { witness } from './support/subscriber.ts'

const url = inject('redisUrl')
const LEASE_MS = 2000
const cleanups: (() => unknown)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

describe.each(CLIENTS)('commands and messages go different ways, over %s', (clientName) => {
  async function open(url: string): Promise<Opened> {
    const opened = await openClient(clientName, url)
    cleanups.push(() => opened.close())
    return opened
  }

  test('a proof waits for the messages, however much later they come than answers do', async () => {
    const proxy = await startProxy({ to: Number(new URL(url).port) })
    cleanups.push(() => proxy.close())
    const [direct, late] = [await open(url), await open(`redis://127.0.0.1:${proxy.port}`)]
    const name = `late-${process.pid}-${CLIENTS.indexOf(clientName)}`
    const publisher = redisChannel(direct.client, { name, leaseMs: LEASE_MS })
    const channel = redisChannel(splitClient(direct, late), { name, leaseMs: LEASE_MS })
    cleanups.push(
      () => publisher.close(),
      () => channel.close(),
    )
    const hearer = witness(channel)
    await hearer.prove()
    proxy.delay(150)
    await publisher.publish({ invalidations: [{ id: 'key_1' }] }, { confirm: false })
    await hearer.prove()
    expect(hearer.heard).toEqual([{ id: 'key_1' }])
    expect(hearer.losses).toBe(0)
  })

  test('nothing is proved by listening to a replica, though it hears the messages', async () => {
    const replica = await startRedis({ replicaOf: Number(new URL(url).port) })
    cleanups.push(() => replica.close())
    const channel = redisChannel(splitClient(await open(url), await open(replica.url)), { leaseMs: LEASE_MS })
    cleanups.push(() => channel.close())
    const hearer = witness(channel)
    await expect(hearer.prove()).rejects.toThrow(
      'redisChannel: the connection that listens is with another server than the one that takes commands',
    )
    expect(hearer.losses).toBe(1)
  })
})
