import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Server, startProxy, startRedis, type TcpProxy } from '@internal/services'
import { Redis } from 'ioredis'
import { Member } from '../fleet.ts'
import { issueKeys } from '../keys.ts'

/** A process, and the proxy through which alone it reaches Redis. */
export interface Node {
  readonly member: Member
  readonly proxy: TcpProxy
}

export interface WorldOptions {
  readonly processes: number
  readonly keys: number
  readonly leaseMs: number
}

/** Redis with a replica, and processes that share a database; all of it real. */
export class World {
  readonly leaseMs: number
  readonly nodes: readonly Node[]
  readonly folder: string
  primary: Server
  replica: Server
  readonly #proxies: readonly TcpProxy[]

  private constructor(options: WorldOptions, folder: string, primary: Server, replica: Server, nodes: readonly Node[]) {
    this.leaseMs = options.leaseMs
    this.folder = folder
    this.primary = primary
    this.replica = replica
    this.nodes = nodes
    this.#proxies = nodes.map(({ proxy }) => proxy)
  }

  static async create(options: WorldOptions): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), 'faults-'))
    const [database, keys] = [join(folder, 'keys.db'), join(folder, 'keys.json')]
    await issueKeys(database, keys, options.keys)
    const primary = await startRedis({ own: true })
    const replica = await startRedis({ replicaOf: primary.port })
    const nodes: Node[] = []
    for (let index = 0; index < options.processes; index++) {
      const proxy = await startProxy({ to: primary.port })
      const channel = {
        module: join(import.meta.dirname, 'channel.ts'),
        options: {
          client: index % 2 === 0 ? 'redis' : 'ioredis',
          url: `redis://127.0.0.1:${proxy.port}`,
          leaseMs: options.leaseMs,
        },
      }
      // Every third is a worker of the cluster module.
      const history = join(folder, `history-${index}`)
      nodes.push({ proxy, member: new Member({ database, keys, history, channel }, index % 3 === 2) })
    }
    const world = new World(options, folder, primary, replica, nodes)
    await Promise.all(nodes.map(({ member }) => member.start()))
    return world
  }

  /** Sends a command to the primary, past all proxies. */
  async command(...words: string[]): Promise<unknown> {
    return commandTo(this.primary, ...words)
  }

  /** Makes the replica the primary, and kills the old one. A process that is cut off notices nothing. */
  async failOver(cutOff?: Node): Promise<void> {
    const [old, next] = [this.primary, this.replica]
    await commandTo(next, 'REPLICAOF', 'NO', 'ONE')
    await old.kill()
    this.primary = next
    this.replica = old
    for (const { proxy } of this.nodes) {
      proxy.aim(next.port)
      if (proxy !== cutOff?.proxy) proxy.drop()
    }
  }

  /** Starts the server that was killed as a replica of the primary. */
  async restoreReplica(): Promise<void> {
    await this.replica.restart()
    await commandTo(this.replica, 'REPLICAOF', '127.0.0.1', String(this.primary.port))
    while (!String(await commandTo(this.replica, 'INFO', 'replication')).includes('master_link_status:up'))
      await wait(20)
  }

  /** Resolves when every process holds a lease. */
  async leased(): Promise<void> {
    await Promise.all(this.nodes.map(({ member }) => member.until(() => member.isLeased)))
  }

  get histories(): string[] {
    return this.nodes.map(({ member }) => member.config.history)
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map(({ member }) => member.kill()))
    await Promise.all(this.#proxies.map((proxy) => proxy.close()))
    await Promise.all([this.primary.close(), this.replica.close()])
    rmSync(this.folder, { recursive: true })
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
