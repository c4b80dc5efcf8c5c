import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Server, startRedis } from '@internal/services'
import { Redis } from 'ioredis'
import { type NetworkNode, NetworkWorld, type WorldOptions } from '../world.ts'
import type { RedisOptions } from './open.ts'

/** Redis with a replica, and processes that share a database. */
export class RedisWorld extends NetworkWorld {
  replica: Server

  private constructor(options: WorldOptions, primary: Server, replica: Server) {
    super(options, false, primary)
    this.replica = replica
  }

  static async create(options: WorldOptions): Promise<RedisWorld> {
    const primary = await startRedis({ own: true })
    const world = new RedisWorld(options, primary, await startRedis({ replicaOf: primary.port }))
    const database = join(world.folder, 'keys.db')
    await world.connect(options, (port, index) => ({
      module: join(import.meta.dirname, 'open.ts'),
      options: {
        client: index % 2 === 0 ? 'redis' : 'ioredis',
        url: `redis://127.0.0.1:${port}`,
        database,
        leaseMs: options.leaseMs,
      } satisfies RedisOptions,
    }))
    return world
  }

  /** Sends a command to the primary, past all proxies. */
  async command(...words: string[]): Promise<unknown> {
    return commandTo(this.server, ...words)
  }

  /** Makes the replica the primary, and kills the old one. A process that is cut off notices nothing. */
  async failOver(cutOff?: NetworkNode): Promise<void> {
    const [old, next] = [this.server, this.replica]
    await commandTo(next, 'REPLICAOF', 'NO', 'ONE')
    await old.kill()
    this.server = next
    this.replica = old
    for (const { proxy } of this.nodes) {
      proxy.aim(next.port)
      if (proxy !== cutOff?.proxy) proxy.drop()
    }
  }

  /** Starts the server that was killed as a replica of the primary. */
  async restoreReplica(): Promise<void> {
    await this.replica.restart()
    await commandTo(this.replica, 'REPLICAOF', '127.0.0.1', String(this.server.port))
    while (!String(await commandTo(this.replica, 'INFO', 'replication')).includes('master_link_status:up'))
      await wait(20)
  }

  override async close(): Promise<void> {
    await super.close()
    await this.replica.close()
  }
}

async function commandTo(server: Server, command = '', ...words: string[]): Promise<unknown> {
  const client = new Redis(server.port, '127.0.0.1', { lazyConnect: true, retryStrategy: null })
  client.on('error', () => {})
  try {
    await client.connect()
    return await client.call(command, words)
  } finally {
    client.disconnect()
  }
}
