import type { Pace, Place } from './channels/channel.ts'

/** What a process is told when it starts. */
export interface Setting {
  readonly channel: string
  readonly place: Place
  readonly pace: Pace
  /** The file for its part of the history. */
  readonly file: string
  /** No process hears of the others: what the checker must find out. */
  readonly isDeaf: boolean
}

/** A key with its token, which is shown to the processes of the test alone. */
export interface Handed {
  readonly id: string
  readonly token: string
}

/** What a process does when it is told to; the answer comes when it is done. */
export interface Orders {
  /** Verifies these tokens from now on, again and again, and no others. */
  watch(keys: readonly Handed[]): Promise<void>
  /** Waits until memory has answered for each of these keys since the call. @returns whether it has within the time */
  warm(keyIds: readonly string[], withinMs: number): Promise<boolean>
  issue(count: number, owner: string): Promise<readonly Handed[]>
  /** Revokes the keys one by one within the time, each until it is confirmed. */
  revoke(keyIds: readonly string[], withinMs: number): Promise<void>
  /** Revokes the keys of this owner in one commit, and dies before it is published. */
  dieRevoking(owner: string, keyIds: readonly string[], boundMs: number): Promise<void>
  /** Writes as quickly as it can, until it is killed. */
  write(): Promise<void>
  /** Keeps the event loop for so long, so many times with a pause of the same length. */
  block(ms: number, times: number): Promise<void>
  /** Holds the write lock of a SQLite file. */
  hold(file: string, ms: number): Promise<void>
  /** Publishes what others have left. */
  flush(): Promise<void>
  close(): Promise<void>
}

export type OrderName = keyof Orders

export interface Order {
  readonly id: number
  readonly name: OrderName
  readonly args: readonly unknown[]
}

export interface Answer {
  readonly id: number
  readonly result?: unknown
  readonly error?: string
}
