import { locator, NOTHING, type RawConnection, type RedisLink } from './link.ts'

/** What is used of a `Redis` of the package `ioredis`, also of one that finds its server through Sentinel. */
export interface IoredisClient {
  /** `false`, and `true` of a `Cluster`: ioredis tells its two kinds of client apart by it. */
  readonly isCluster: boolean
  readonly options: { readonly host?: string | undefined; readonly port?: number | undefined }
  // biome-ignore lint/suspicious/noExplicitAny: versions differ in their options
  duplicate(override?: any): IoredisDuplicate
  call(command: string, args: string[]): Promise<unknown>
}

/** What is used of a `Cluster` of the package `ioredis`. */
export interface IoredisCluster {
  readonly isCluster: boolean
  /** The nodes of each slot as `host:port`, the primary first. */
  readonly slots: readonly (readonly string[])[]
  readonly options?: {
    readonly keyPrefix?: string | undefined
    readonly redisOptions?: { readonly keyPrefix?: string | undefined } | undefined
  }
  nodes(role: 'master'): IoredisClient[]
  call(command: string, args: string[]): Promise<unknown>
}

/** A client that belongs to the channel. */
export interface IoredisDuplicate {
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'close' | 'end' | 'moved', listener: () => void): unknown
  on(event: 'message' | 'smessage', listener: (channel: unknown, message: unknown) => void): unknown
  connect(): Promise<unknown>
  call(command: string, args: string[]): Promise<unknown>
  subscribe(...channels: string[]): Promise<unknown>
  ssubscribe(...channels: string[]): Promise<unknown>
  ping(): Promise<unknown>
  disconnect(): void
}

export function ioredisLink(client: IoredisClient): RedisLink {
  return {
    isCluster: false,
    evaluate: (script, key, args) => client.call('eval', [script, '1', key, ...args]),
    connection: async (_key, connectTimeoutMs, onLost) => connectionOf(client, connectTimeoutMs, onLost),
  }
}

/** @throws {TypeError} when the cluster has a `keyPrefix`: ioredis puts it before sharded channels too, and scripts do not */
export function ioredisClusterLink(cluster: IoredisCluster): RedisLink {
  if (cluster.options?.keyPrefix || cluster.options?.redisOptions?.keyPrefix) {
    throw new TypeError('redisChannel: a Cluster must have no `keyPrefix`; use the option `name` of the channel')
  }
  let slot: number | undefined
  const evaluate = (script: string, key: string, args: readonly string[]): Promise<unknown> =>
    cluster.call('eval', [script, '1', key, ...args])
  const locate = locator((key) => evaluate(NOTHING, key, []))
  return {
    isCluster: true,
    evaluate,
    connection: async (key, connectTimeoutMs, onLost) => {
      await locate(key, connectTimeoutMs)
      slot ??= Number(await cluster.call('cluster', ['keyslot', key]))
      const [address] = cluster.slots[slot] ?? []
      const owner = cluster.nodes('master').find(({ options }) => `${options.host}:${options.port}` === address)
      if (owner === undefined) throw new Error('redisChannel: the cluster knows no primary of the slot yet')
      return connectionOf(owner, connectTimeoutMs, onLost)
    },
  }
}

function connectionOf(client: IoredisClient, connectTimeout: number, onLost: (error: Error) => void): RawConnection {
  const own = client.duplicate({
    lazyConnect: true,
    connectTimeout,
    retryStrategy: null,
    sentinelRetryStrategy: null,
    reconnectOnError: null,
    enableOfflineQueue: false,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    socketTimeout: undefined,
    readOnly: false,
  })
  const lost = (error?: Error): void => onLost(error ?? new Error('redisChannel: the connection has ended'))
  own.on('error', lost)
  own.on('close', lost)
  own.on('end', lost)
  own.on('moved', () => lost(new Error('redisChannel: the slot has moved to another node')))
  return {
    open: async () => {
      await own.connect()
    },
    evaluate: (script, key, args) => own.call('eval', [script, '1', key, ...args]),
    info: async () => String(await own.call('info', ['server'])),
    subscribe: async (channels, sharded, onMessage) => {
      own.on(sharded ? 'smessage' : 'message', (channel, message) => onMessage(message, channel))
      if (sharded) await own.ssubscribe(...channels)
      else await own.subscribe(...channels)
    },
    ping: async () => {
      await own.ping()
    },
    destroy: () => {
      try {
        own.disconnect()
      } catch {
        // It has ended already.
      }
    },
  }
}
