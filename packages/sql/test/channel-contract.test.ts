import type { Channel, Clock } from '@bearward/core'
import { type ChannelFault, type ChannelHarness, channelContract, type OpenChannels } from '@bearward/core/testing'
import { startProxy, type TcpProxy } from '@internal/services'
import { Pool } from 'pg'
import { describe, test } from 'vitest'
import { postgresChannel, sqlChannel } from '../src/index.ts'
import { createDatabase, type EngineName } from './support/databases.ts'
import { openStore } from './support/open.ts'

/** Long, for a busy machine: the contract says what may not take much longer than a lease. */
const LEASE_MS = 1000
const POLL_MS = 20
/** Longest time that a case may take, of which it waits several leases. */
const CASE_MS = 60_000

const NETWORK: readonly ChannelFault[] = ['silence', 'hold', 'delay', 'forget', 'refuse', 'clock']

const HARNESSES: Readonly<Record<string, ChannelHarness>> = {
  'sqlChannel() over sqlite': { open: ({ clock }) => openPolling('sqlite', clock), offers: ['clock'], widens: true },
  'sqlChannel() over postgres': { open: ({ clock }) => openPolling('postgres', clock), offers: NETWORK, widens: true },
  'sqlChannel() over mysql': { open: ({ clock }) => openPolling('mysql', clock), offers: NETWORK, widens: true },
  'postgresChannel()': { open: ({ clock }) => openListening(clock), offers: [...NETWORK, 'cut'] },
}

describe.each(Object.entries(HARNESSES))('%s keeps the contract of a channel:', (_name, harness) => {
  for (const { name, run } of channelContract(harness)) test.concurrent(name, run, CASE_MS)
})

/** A channel, and what ends with it. */
interface Opened {
  readonly channel: Channel
  close(): Promise<void>
}

/** Opens a database whose registry is no longer young, and leads each channel to it on a way that can fail. */
async function openDatabase(engine: EngineName, openChannel: (place: string) => Opened): Promise<OpenChannels> {
  const database = await createDatabase(engine)
  const direct = openStore(database)
  const ways = new Map<Channel, TcpProxy>()
  const cleanUps: (() => Promise<void>)[] = []
  const founder = openChannel(database.place)
  const founding = founder.channel.subscribe({ invalidate: () => {}, lost: () => {} })
  // Making the tables may take longer than a lease.
  while (
    !(await founding.prove().then(
      () => true,
      () => false,
    ))
  ) {}
  await founder.channel.close()
  await founder.close()
  // Instead of a wait for a lease.
  if (engine !== 'sqlite') await direct.query('update bearward_servers set since = since - 60000')
  const hold = (channel: Channel): (() => void) => {
    ways.get(channel)?.pause()
    return () => ways.get(channel)?.resume()
  }
  return {
    async channel() {
      const way = engine === 'sqlite' ? undefined : await startProxy({ to: Number(new URL(database.place).port) })
      const { channel, close } = openChannel(way === undefined ? database.place : placeBy(database.place, way))
      if (way !== undefined) ways.set(channel, way)
      cleanUps.push(async () => {
        await way?.close()
        // Of connections that are cut.
        await close().catch(() => {})
      })
      return channel
    },
    silence: (channel) => ways.get(channel)?.pause(),
    cut: (channel) => ways.get(channel)?.drop(),
    hold,
    delay: hold,
    /** As another server that has taken over. */
    async forget() {
      await direct.query('delete from bearward_members')
      await direct.query('delete from bearward_servers')
    },
    async refuse(channel) {
      await ways.get(channel)?.refuse(true)
      ways.get(channel)?.drop()
    },
    async remove() {
      for (const each of cleanUps) await each()
      await direct.close()
      await database.remove()
    },
  }
}

function placeBy(place: string, { port }: TcpProxy): string {
  const url = new URL(place)
  url.port = String(port)
  return url.href
}

function openPolling(engine: EngineName, clock: Clock): Promise<OpenChannels> {
  return openDatabase(engine, (place) => {
    const { store, close } = openStore({ engine, place })
    return { channel: sqlChannel(store, { leaseMs: LEASE_MS, pollMs: POLL_MS, clock }), close }
  })
}

function openListening(clock: Clock): Promise<OpenChannels> {
  return openDatabase('postgres', (place) => {
    const pool = new Pool({ connectionString: place, max: 3 })
    pool.on('error', () => {}).on('connect', (client) => client.on('error', () => {}))
    return { channel: postgresChannel(pool, { leaseMs: LEASE_MS, clock }), close: () => pool.end() }
  })
}
