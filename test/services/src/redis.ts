import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { findInstallation, type Installation } from './debian.ts'
import { type Command, startOwnServer } from './own-server.ts'
import { freePort } from './port.ts'
import { givenServer, type Server } from './server.ts'

/** A setting's value; an array for one of several words. */
export type RedisSetting = string | number | readonly (string | number)[]

export interface RedisOptions {
  /**
   * Settings by their name in redis.conf, such as `{ 'client-output-buffer-limit': ['pubsub', '1mb', '1mb', 0] }`.
   * Default: a write is in the append-only file before it is answered, so that it survives `kill()`; no snapshots.
   */
  readonly settings?: Readonly<Record<string, RedisSetting>>
  /** The port of the server on 127.0.0.1 that this one is a replica of. */
  readonly replicaOf?: number
  /** A node of a cluster, which has no slots yet. Default false. */
  readonly cluster?: boolean
  /** A process of its own even if REDIS_URL names a server. Default false; any other option implies it. */
  readonly own?: boolean
}

export const REDIS_PACKAGES: readonly string[] = [
  'redis-server',
  'redis-tools',
  'libatomic1',
  'libjemalloc2',
  'liblzf1',
]

/**
 * Starts Redis, or takes the server that REDIS_URL names.
 *
 * @throws Error with the server's log if it does not start.
 * @example
 * const redis = await startRedis({ settings: { maxmemory: '10mb' } })
 */
export async function startRedis(options: RedisOptions = {}): Promise<Server> {
  const given = Object.values(options).some(Boolean) ? undefined : givenServer('REDIS_URL')
  if (given) return given
  const installation = await findInstallation('/usr/bin/redis-server', ...REDIS_PACKAGES)
  const settings = await settingsOf(options)

  return startOwnServer({
    name: 'redis',
    stopSignal: 'SIGTERM',
    ready: /Ready to accept connections/,
    prepare: async (folder) => {
      mkdirSync(join(folder, 'data'))
      return []
    },
    serve: (folder, port) => serve(installation, { ...settings, bind: '127.0.0.1', dir: join(folder, 'data'), port }),
    url: (port) => `redis://127.0.0.1:${port}`,
  })
}

async function settingsOf({
  settings,
  replicaOf,
  cluster = false,
}: RedisOptions): Promise<Record<string, RedisSetting>> {
  return {
    appendonly: 'yes',
    // Handed to the system before the answer. 'everysec', Redis's default, lets a write wait while the disk is busy.
    appendfsync: 'no',
    save: '',
    // Redis waits five seconds for further replicas before it serves the first.
    'repl-diskless-sync-delay': 0,
    ...settings,
    ...(replicaOf !== undefined && { replicaof: ['127.0.0.1', replicaOf] }),
    // The usual port of the cluster bus, ten thousand above that of clients, may be taken.
    ...(cluster && { 'cluster-enabled': 'yes', 'cluster-port': await freePort() }),
  }
}

function serve({ root, env }: Installation, settings: Readonly<Record<string, RedisSetting>>): Command {
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, ...[value].flat().map(String)])
  return { file: join(root, 'usr/bin/redis-server'), args, env }
}
