import { setTimeout as wait } from 'node:timers/promises'
import type { Channel } from '@bearward/core'
import { channelContract, type OpenChannels } from '@bearward/core/testing'
import { startProxy, type TcpProxy } from '@internal/services'
import type {} from '@internal/services/setup/redis'
import { describe, inject, test } from 'vitest'
import { redisChannel } from '../src/index.ts'
import { CLIENTS, type ClientName, openClient } from './support/clients.ts'
import { witness } from './support/subscriber.ts'

const { port } = new URL(inject('redisUrl'))
/** Long, for a busy machine: the contract says what may not take much longer than a lease. */
const LEASE_MS = 1000
let names = 0

describe.concurrent.each(CLIENTS)('the contract of a channel, over %s', (clientName) => {
  for (const { name, run } of channelContract({ open: () => open(clientName), offers: ['silence', 'cut'] }))
    test(name, run)
})

async function open(clientName: ClientName): Promise<OpenChannels> {
  const name = `contract-${process.pid}-${CLIENTS.indexOf(clientName)}-${++names}`
  const proxies = new Map<Channel, TcpProxy>()
  const cleanups: (() => unknown)[] = []

  async function channel(): Promise<Channel> {
    const proxy = await startProxy({ to: Number(port) })
    const { client, close } = await openClient(clientName, `redis://127.0.0.1:${proxy.port}`)
    const channel = redisChannel(client, { name, leaseMs: LEASE_MS })
    // Opens the connection that listens, so that no case waits for that.
    await channel.publish({ invalidations: [] }, { confirm: false })
    proxies.set(channel, proxy)
    cleanups.push(() => {
      close()
      return proxy.close()
    })
    return channel
  }

  // While the registry is young, every publication waits for a lease.
  const founder = await channel()
  const { prove } = witness(founder)
  const proved = async (): Promise<void> => {
    while (
      !(await prove().then(
        () => true,
        () => false,
      ))
    )
      await wait(20)
  }
  await proved()
  await wait(LEASE_MS * 1.1)
  await proved()
  await founder.close()
  return {
    channel,
    silence: (channel) => proxies.get(channel)?.pause(),
    cut: (channel) => proxies.get(channel)?.drop(),
    remove: async () => {
      for (const cleanup of cleanups) await cleanup()
    },
  }
}
