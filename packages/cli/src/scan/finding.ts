import type { KeyState } from '@bearward/keyring'

/** A token that was found. The token itself is not part of it. */
export interface Finding {
  /** What a list may show of the token. */
  readonly hint: string
  readonly environment?: string
  /** The same for the same token, wherever it is found; tells nothing about it. 32 lower-case hex characters. */
  readonly fingerprint: string
  readonly place: Place
  /** What the store says of its key, where it was asked: the state, or `unknown`. */
  readonly state?: KeyState | 'unknown'
  /** The id of its key, where the store knows one. */
  readonly keyId?: string
}

/** Where a token was found. */
export interface Place {
  /** Path as it was given, with `/` between folders. */
  readonly path: string
  /** Counted from 1. */
  readonly line: number
  /** In UTF-16 code units, counted from 1. */
  readonly column: number
  /** In history: the commit that brought it in. */
  readonly commit?: string
}

/** A token, and where it was found. Must not be printed or kept. */
export interface Find {
  readonly token: string
  readonly place: Place
}

/**
 * Is told of each token that is found, with the token, so that a caller can ask a store about it. Must not print it or
 * keep it. Awaited before the search goes on.
 */
export type OnFinding = (finding: Finding, token: string) => void | Promise<void>
