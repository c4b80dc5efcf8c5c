import type { Channel } from '@bearward/core'
import type { KeyStore } from '@bearward/keyring'

/** What an `open.ts` exports as `open`: the store and the channel of one process, as an application would set them up. */
export type Open = (options: never) => Promise<Opened>

export interface Opened {
  readonly store: KeyStore
  readonly channel: Channel
  /** Ends the connections that neither of the two ends. */
  close(): unknown
}

/** Where a process gets its store and its channel from. */
export interface Opener {
  /** Path of a module that exports `open`. */
  readonly module: string
  /** What `open` is given. */
  readonly options: unknown
}

/** What a process is started with. */
export interface ProcessConfig {
  /** A JSON file of all keys with their tokens. */
  readonly keys: string
  readonly history: string
  readonly opener: Opener
}

/** What is done to a key. */
export type Action = 'revoke' | 'disable' | 'enable'

export type ToProcess =
  /** Verify these keys, and no others. */
  | { readonly type: 'window'; readonly from: number; readonly to: number }
  | { readonly type: 'change'; readonly action: Action; readonly key: number }
  /** Forget all keys, and read them again; each answer of the store comes up to so much later than it was read. */
  | { readonly type: 'reread'; readonly lateMs: number }
  /** Publish whatever other processes have committed and not published. */
  | { readonly type: 'flush' }
  /** Die when so many changes are committed, and publish none of them. */
  | { readonly type: 'doom'; readonly changes: number }

export type FromProcess =
  | { readonly type: 'ready' }
  | { readonly type: 'flushed' }
  | { readonly type: 'lease'; readonly isHeld: boolean; readonly at: string }
  | {
      readonly type: 'changed'
      readonly key: number
      readonly resolvedAt: string
      /** Milliseconds of the whole call. */
      readonly tookMs: number
      /** Milliseconds of the confirmation alone. */
      readonly elapsedMs: number
      readonly acknowledged: number
      readonly silent: number
    }
  | { readonly type: 'failed'; readonly key: number; readonly reason: string }
