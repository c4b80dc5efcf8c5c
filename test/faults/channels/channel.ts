import type { Channel } from '@bearward/core'
import type { KeyStore } from '@bearward/keyring'
import type { Server, TcpProxy } from '@internal/services'
import type { Fault } from '../faults.ts'

/** Where a process finds the store and the channel; the same server, or a proxy before it. */
export interface Place {
  readonly store: string
  readonly channel: string
}

/** How quickly things go; the same in all processes. */
export interface Pace {
  readonly leaseMs: number
  readonly pollMs: number
}

/** The part of one process. */
export interface Opened {
  readonly store: KeyStore
  readonly channel: Channel
  /** Closes what neither the store nor the channel closes by itself. */
  close(): Promise<void>
}

/** What there is once for all processes. */
export interface Ground {
  readonly place: Place
  /** Only the channel goes through a proxy. */
  readonly channelByProxy?: Place | undefined
  /** Store and channel go through a proxy. */
  readonly allByProxy?: Place | undefined
  /** The two proxies, the one of the channel first. */
  readonly proxies: readonly TcpProxy[]
  readonly server?: Server | undefined
  close(): Promise<void>
}

/** A channel that is tested: a file of this folder exports one as `tested`. */
export interface Tested {
  /** Starts what all processes share. */
  start(): Promise<Ground>
  /** Opens it in one process. */
  open(place: Place, pace: Pace): Opened
  /** Faults that only this channel can have. */
  readonly faults?: readonly Fault[]
  /**
   * Milliseconds after which a key is refused whose revoker died between commit and publication. Default: one lease, where
   * the store carries the message itself.
   */
  readonly orphanBoundMs?: number
}
