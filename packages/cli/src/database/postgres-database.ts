import { postgres, postgresChannel } from '@bearward/sql'
import type { Pool } from 'pg'
import type { ServerAddress } from '../address/address.ts'
import { postgresConfig } from '../address/driver-config.ts'
import { Failure } from '../failure.ts'
import { clientFor } from './channel-binding.ts'
import { loadDriver } from './driver.ts'
import type { OpenDatabase } from './open-database.ts'
import { type Tables, VERSION_QUERY } from './tables.ts'

/** Connections of one command: the channel keeps one. */
const CONNECTIONS = 3

export async function openPostgres(address: ServerAddress): Promise<OpenDatabase> {
  const { Pool, Client } = await loadDriver('pg', () => import('pg'))
  const pool = new Pool({ ...postgresConfig(address), max: CONNECTIONS, Client: clientFor(address, Client) })
  // The command that is under way gets the error too.
  pool.on('error', () => {})
  return {
    kind: 'postgres',
    isReadOnly: false,
    store: postgres(pool, { migrate: false }),
    channel: postgresChannel(pool),
    tables: () => lookAtTables(pool),
    async serverTime() {
      const { rows } = await pool.query<{ now: Date }>('select clock_timestamp() as now')
      return rows[0]?.now.getTime()
    },
    close: () => pool.end(),
  }
}

const UNDEFINED_TABLE = '42P01'

async function lookAtTables(pool: Pool): Promise<Tables> {
  try {
    const { rows } = await pool.query<{ version: number | null }>(VERSION_QUERY)
    return { version: Number(rows[0]?.version ?? 0), hasOthers: false }
  } catch (error) {
    if ((error as { code?: unknown }).code !== UNDEFINED_TABLE) throw error
  }
  const look = `select current_schema() as schema, exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname = any (current_schemas(false))) as has_others`
  const { rows } = await pool.query<{ schema: string | null; has_others: boolean }>(look)
  const [found] = rows
  if (found?.schema === null) {
    const mend = 'grant its user usage on a schema of search_path'
    throw new Failure('denied', 'the database may not be used: its user may use no schema', mend)
  }
  return { version: 0, hasOthers: found?.has_others ?? false }
}
