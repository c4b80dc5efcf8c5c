import { mysql, sqlChannel } from '@bearward/sql'
import { createPool } from 'mysql2/promise'
import type { Opened } from '../protocol.ts'

/** How a process reaches MariaDB. */
export interface MariadbOptions {
  readonly url: string
  readonly leaseMs: number
}

export async function open({ url, leaseMs }: MariadbOptions): Promise<Opened> {
  const pool = createPool({ uri: url, connectionLimit: 8 })
  const store = mysql(pool)
  return { store, channel: sqlChannel(store, { leaseMs, pollMs: leaseMs / 10 }), close: () => pool.end() }
}
