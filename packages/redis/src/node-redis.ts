import { locator, NOTHING, type OnMessage, type RawConnection, type RedisLink } from './link.ts'

/** What is used of a client that `createClient()` of the package `redis` makes. */
export interface NodeRedisClient {
  readonly isPubSubActive: boolean
  readonly options: { readonly socket?: unknown }
  on?(event: 'error', listener: (error: Error) => void): unknown
  // biome-ignore lint/suspicious/noExplicitAny: its options depend on type parameters of the client
  duplicate(overrides?: any): NodeRedisDuplicate
  sendCommand(args: string[]): Promise<unknown>
}

/** What is used of a client that `createCluster()` of the package `redis` makes. */
export interface NodeRedisCluster {
  getNodeClientForKey(key: string): Promise<NodeRedisClient>
  on?(event: 'error', listener: (error: Error) => void): unknown
  sendCommand(firstKey: string, isReadonly: boolean, args: string[]): Promise<unknown>
}

/** A client that belongs to the channel. */
export interface NodeRedisDuplicate {
  on(event: 'error' | 'terminated' | 'end', listener: (error?: Error) => void): unknown
  on(event: 'sharded-channel-moved', listener: () => void): unknown
  connect(): Promise<unknown>
  sendCommand(args: string[]): Promise<unknown>
  subscribe(channels: string[], listener: OnMessage): Promise<unknown>
  sSubscribe(channels: string[], listener: OnMessage): Promise<unknown>
  ping(): Promise<unknown>
  destroy(): void
}

export function nodeRedisLink(client: NodeRedisClient): RedisLink {
  surviveErrors(client)
  return {
    isCluster: false,
    evaluate: (script, key, args) => client.sendCommand(evalOf(script, key, args)),
    connection: async (_key, connectTimeoutMs, onLost) => connectionOf(client, connectTimeoutMs, onLost),
  }
}

export function nodeRedisClusterLink(cluster: NodeRedisCluster): RedisLink {
  surviveErrors(cluster)
  const evaluate = (script: string, key: string, args: readonly string[]): Promise<unknown> =>
    cluster.sendCommand(key, false, evalOf(script, key, args))
  const locate = locator((key) => evaluate(NOTHING, key, []))
  return {
    isCluster: true,
    evaluate,
    connection: async (key, connectTimeoutMs, onLost) => {
      await locate(key, connectTimeoutMs)
      return connectionOf(await cluster.getNodeClientForKey(key), connectTimeoutMs, onLost)
    },
  }
}

/**
 * Keeps an `error` event of the user's client from ending the process, which Node does when no listener hears it. The next
 * command rejects with the cause, so nothing is hidden.
 */
function surviveErrors(client: NodeRedisClient | NodeRedisCluster): void {
  if (heard.has(client)) return
  heard.add(client)
  client.on?.('error', () => {})
}

/** Clients that have a listener already: a second one would add up with each channel. */
const heard = new WeakSet<object>()

function evalOf(script: string, key: string, args: readonly string[]): string[] {
  return ['EVAL', script, '1', key, ...args]
}

function connectionOf(client: NodeRedisClient, connectTimeout: number, onLost: (error: Error) => void): RawConnection {
  const own = client.duplicate({
    // Given whole: what `duplicate()` is given takes the place of what was there.
    socket: {
      ...(client.options.socket as object),
      reconnectStrategy: false,
      connectTimeout,
      socketTimeout: undefined,
    },
    disableOfflineQueue: true,
    clientSideCache: undefined,
    // It would move to another server, and take the subscriptions along, without a word.
    maintNotifications: 'disabled',
  })
  const lost = (error?: Error): void => onLost(error ?? new Error('redisChannel: the connection has ended'))
  own.on('error', lost)
  own.on('terminated', lost)
  own.on('end', lost)
  own.on('sharded-channel-moved', () => lost(new Error('redisChannel: the slot has moved to another node')))
  return {
    open: async () => {
      await own.connect()
    },
    evaluate: async (script, key, args) => own.sendCommand(evalOf(script, key, args)),
    info: async () => String(await own.sendCommand(['INFO', 'server'])),
    subscribe: async (channels, sharded, onMessage) => {
      if (sharded) await own.sSubscribe([...channels], onMessage)
      else await own.subscribe([...channels], onMessage)
    },
    ping: async () => {
      await own.ping()
    },
    destroy: () => {
      // It throws when it is closed already.
      try {
        own.destroy()
      } catch {}
    },
  }
}
