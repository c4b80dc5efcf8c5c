import type { Channel, Clock } from '@bearward/core'
import { channelContract, type OpenChannels } from '@bearward/core/testing'
import { startProxy, type TcpProxy } from '@internal/services'
import type {} from '@internal/services/setup/redis'
import { describe, inject, test } from 'vitest'
import { redisChannel } from '../src/index.ts'
import { CLIENTS, type ClientName, type Opened, openClient } from './support/clients.ts'

const { port } = new URL(inject('redisUrl'))
/** Long, for a busy machine: the contract says what may not take much longer than a lease. */
const LEASE_MS = 1000
const TIMEOUT_MS = 2000
let names = 0

describe.concurrent.each(CLIENTS)('the contract of a channel, over %s', (clientName) => {
  const offers = ['silence', 'cut', 'hold', 'delay', 'forget', 'refuse', 'clock'] as const
  for (const { name, run } of channelContract({ open: ({ clock }) => open(clientName, clock), offers })) test(name, run)
})

async function open(clientName: ClientName, clock: Clock): Promise<OpenChannels> {
  const name = `contract-${process.pid}-${CLIENTS.indexOf(clientName)}-${++names}`
  const proxies = new Map<Channel, TcpProxy>()
  const cleanups: (() => unknown)[] = []

  async function channel(): Promise<Channel> {
    const proxy = await startProxy({ to: Number(port) })
    const { client, close } = await openClient(clientName, `redis://127.0.0.1:${proxy.port}`)
    const channel = redisChannel(client, { name, leaseMs: LEASE_MS, timeoutMs: TIMEOUT_MS, clock })
    // Opens the connection that listens, so that no case waits for that.
    await channel.publish({ invalidations: [] }, { confirm: false })
    proxies.set(channel, proxy)
    cleanups.push(() => {
      close()
      return proxy.close()
    })
    return channel
  }

  /** On a connection no answer overtakes another. */
  function hold(channel: Channel): () => void {
    proxies.get(channel)?.pause()
    return () => proxies.get(channel)?.resume()
  }

  await found(`{${name}}:members`)
  return {
    channel,
    silence: (channel) => proxies.get(channel)?.pause(),
    cut: (channel) => proxies.get(channel)?.drop(),
    hold,
    delay: hold,
    forget: () => forget(`{${name}}:members`),
    async refuse(channel) {
      await proxies.get(channel)?.refuse(true)
      proxies.get(channel)?.drop()
    },
    remove: async () => {
      for (const cleanup of cleanups) await cleanup()
    },
  }
}

/** A registry that has lived for a lease: while it is young, every publication waits for one. */
async function found(key: string): Promise<void> {
  await directly(async (command) => {
    const run = /run_id:(\w+)/.exec(String(await command('INFO', 'server')))?.[1]
    await command('ZADD', key, '-1', `${run} founded ${LEASE_MS} 1`)
  })
}

async function forget(key: string): Promise<void> {
  await directly((command) => command('DEL', key))
}

/** Over a connection of its own: the channels' may be silent. */
async function directly(work: (command: Opened['command']) => Promise<unknown>): Promise<void> {
  const { command, close } = await openClient('redis', inject('redisUrl'))
  await work(command)
  close()
}
