/** What the channel needs of Redis, whichever client brings it: one file per client makes it. */
export interface RedisLink {
  /** Whether it talks to a cluster, where messages stay on the nodes that own their slot. */
  readonly isCluster: boolean
  /** Runs a script on the primary that owns the key, over the user's own client. */
  evaluate(script: string, key: string, args: readonly string[]): Promise<unknown>
  /**
   * A connection of the channel's own to the primary that owns the key, not yet opened. It never reconnects.
   *
   * @param onLost called when it has failed or ended, perhaps several times
   */
  connection(key: string, connectTimeoutMs: number, onLost: (error: Error) => void): Promise<RawConnection>
}

/** One connection to one server, from its beginning to its end. */
export interface RawConnection {
  open(): Promise<void>
  /** The server's answer to `INFO server`. */
  info(): Promise<string>
  /** What arrives is handed over before anything that the server sent later is. */
  subscribe(channels: readonly string[], sharded: boolean, onMessage: OnMessage): Promise<void>
  /** Resolves when all that the server sent before the answer has been handed over. */
  ping(): Promise<void>
  /** Ends it at once. */
  destroy(): void
}

export type OnMessage = (message: string, channel: string) => void

/** Sent before a node of a cluster is picked: if the slot has moved, its answer is what tells the client where to. */
export const NOTHING = 'return 1'
