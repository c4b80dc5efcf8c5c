import { sqlChannel, sqlite } from '@bearward/sql'
import type { Opened } from '../protocol.ts'

/** Which file all processes share. */
export interface SqliteOptions {
  readonly database: string
  readonly leaseMs: number
}

export async function open({ database, leaseMs }: SqliteOptions): Promise<Opened> {
  const store = sqlite(database)
  return { store, channel: sqlChannel(store, { leaseMs, pollMs: leaseMs / 10 }), close: () => {} }
}
