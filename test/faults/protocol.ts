/** What a process is started with. */
export interface ProcessConfig {
  readonly database: string
  /** A JSON file of all keys with their tokens. */
  readonly keys: string
  readonly history: string
  /** A module that exports `openChannel(options)`. */
  readonly channel: { readonly module: string; readonly options: unknown }
}

export type ToProcess =
  /** Verify these keys, and no others. */
  | { readonly type: 'window'; readonly from: number; readonly to: number }
  | { readonly type: 'revoke'; readonly key: number }

export type FromProcess =
  | { readonly type: 'ready' }
  | { readonly type: 'lease'; readonly isHeld: boolean; readonly at: string }
  | {
      readonly type: 'revoked'
      readonly key: number
      readonly resolvedAt: string
      readonly elapsedMs: number
      readonly acknowledged: number
      readonly silent: number
    }
  | { readonly type: 'failed'; readonly key: number; readonly reason: string }
