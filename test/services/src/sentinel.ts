import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findInstallation } from './debian.ts'
import { startOwnServer } from './own-server.ts'
import { REDIS_PACKAGES } from './redis.ts'
import type { Server } from './server.ts'

export interface SentinelOptions {
  /** The port of the primary on 127.0.0.1. */
  readonly watch: number
  /** What clients ask for. Default `'main'`. */
  readonly name?: string
  /** Milliseconds without an answer after which the primary is taken for dead. Default 500. */
  readonly downAfterMs?: number
}

/**
 * Starts one Redis Sentinel, which decides alone that a primary is dead and makes a replica the primary.
 *
 * @throws Error with its log if it does not start.
 * @example
 * const sentinel = await startSentinel({ watch: primary.port })
 */
export async function startSentinel({ watch, name = 'main', downAfterMs = 500 }: SentinelOptions): Promise<Server> {
  const { root, env } = await findInstallation('/usr/bin/redis-server', ...REDIS_PACKAGES)
  return startOwnServer({
    name: 'sentinel',
    stopSignal: 'SIGTERM',
    ready: /\+monitor master/,
    prepare: async (folder) => {
      const lines = [
        `sentinel monitor ${name} 127.0.0.1 ${watch} 1`,
        `sentinel down-after-milliseconds ${name} ${downAfterMs}`,
        `sentinel failover-timeout ${name} 3000`,
      ]
      writeFileSync(join(folder, 'sentinel.conf'), `${lines.join('\n')}\n`)
      return []
    },
    serve: (folder, port) => {
      const args = [join(folder, 'sentinel.conf'), '--sentinel', '--bind', '127.0.0.1', '--port', String(port)]
      return { file: join(root, 'usr/bin/redis-server'), args, env }
    },
    url: (port) => `redis://127.0.0.1:${port}`,
  })
}
