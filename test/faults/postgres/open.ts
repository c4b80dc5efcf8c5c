import { postgres, postgresChannel } from '@bearward/sql'
import { Pool } from 'pg'
import type { Opened } from '../protocol.ts'

/** How a process reaches PostgreSQL. */
export interface PostgresOptions {
  readonly url: string
  readonly leaseMs: number
}

export async function open({ url, leaseMs }: PostgresOptions): Promise<Opened> {
  const pool = new Pool({ connectionString: url, max: 8 })
  pool.on('error', () => {})
  return { store: postgres(pool), channel: postgresChannel(pool, { leaseMs }), close: () => pool.end() }
}
