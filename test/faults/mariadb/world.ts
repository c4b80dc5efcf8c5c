import { join } from 'node:path'
import { type Server, startMariadb } from '@internal/services'
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import { NetworkWorld, type WorldOptions } from '../world.ts'
import type { MariadbOptions } from './open.ts'

/** MariaDB holds the keys; every process looks at its log. */
export class MariadbWorld extends NetworkWorld {
  private constructor(options: WorldOptions, server: Server) {
    super(options, true, server)
  }

  static async create(options: WorldOptions): Promise<MariadbWorld> {
    const world = new MariadbWorld(options, await startMariadb({ own: true }))
    const { leaseMs } = options
    await world.connect(options, (port) => ({
      module: join(import.meta.dirname, 'open.ts'),
      options: { url: urlOf(port), leaseMs } satisfies MariadbOptions,
    }))
    return world
  }

  /** Runs statements past all proxies, over a connection of their own. */
  async session<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await createConnection(urlOf(this.server.port))
    try {
      return await work(connection)
    } finally {
      await connection.end()
    }
  }

  /** Ends every connection but the one that asks. */
  async killConnections(): Promise<void> {
    await this.session(async (connection) => {
      const [rows] = await connection.query<RowDataPacket[]>(
        "select id from information_schema.processlist where user = 'root' and id <> connection_id()",
      )
      for (const { id } of rows) await connection.query(`kill connection ${Number(id)}`).catch(ignoreGone)
    })
  }
}

/** It has ended by itself meanwhile. */
function ignoreGone(error: { readonly code?: unknown }): void {
  if (error.code !== 'ER_NO_SUCH_THREAD') throw error
}

function urlOf(port: number): string {
  return `mysql://root@127.0.0.1:${port}/test`
}
