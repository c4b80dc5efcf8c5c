import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Server, startPostgres } from '@internal/services'
import { Client } from 'pg'
import { NetworkWorld, type WorldOptions } from '../world.ts'
import type { PostgresOptions } from './open.ts'

/** PostgreSQL holds the keys and carries the messages. */
export class PostgresWorld extends NetworkWorld {
  private constructor(options: WorldOptions, server: Server) {
    super(options, true, server)
  }

  static async create(options: WorldOptions): Promise<PostgresWorld> {
    const world = new PostgresWorld(options, await startPostgres({ own: true }))
    const { leaseMs } = options
    await world.connect(options, (port) => ({
      module: join(import.meta.dirname, 'open.ts'),
      options: { url: urlOf(port), leaseMs } satisfies PostgresOptions,
    }))
    return world
  }

  /** Runs statements past all proxies, over a connection of their own. */
  async session<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client(urlOf(this.server.port))
    client.on('error', () => {})
    try {
      await client.connect()
      return await work(client)
    } finally {
      await client.end().catch(() => {})
    }
  }

  async query(text: string): Promise<Record<string, unknown>[]> {
    return this.session(async (client) => (await client.query(text)).rows)
  }

  /** Kills one process of the server: it ends all sessions, and recovers without starting again. */
  async crash(): Promise<void> {
    await this.session(async (client) => {
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
      process.kill(rows[0]?.pid as number, 'SIGKILL')
      await new Promise((resolve) => client.once('end', resolve))
    })
    while (!(await this.#answers())) await wait(5)
  }

  async #answers(): Promise<boolean> {
    try {
      await this.query('select 1')
      return true
    } catch {
      return false
    }
  }
}

function urlOf(port: number): string {
  return `postgres://postgres@127.0.0.1:${port}/postgres`
}
