import { mysql, sqlChannel } from '@bearward/sql'
import type { Pool } from 'mysql2/promise'
import type { ServerAddress } from '../address/address.ts'
import { mysqlConfig } from '../address/driver-config.ts'
import { loadDriver } from './driver.ts'
import type { OpenDatabase } from './open-database.ts'
import { type Tables, VERSION_QUERY } from './tables.ts'

/** Connections of one command: the channel keeps one. */
const CONNECTIONS = 3

export async function openMysql(wanted: ServerAddress): Promise<OpenDatabase> {
  const { createPool } = await loadDriver('mysql2', () => import('mysql2/promise'))
  const address = await settleTls(wanted)
  const pool = createPool({ ...mysqlConfig(address), connectionLimit: CONNECTIONS })
  const store = mysql(pool, { migrate: false })
  return {
    kind: 'mysql',
    isReadOnly: false,
    store,
    channel: sqlChannel(store),
    tables: () => lookAtTables(pool),
    async serverTime() {
      const [rows] = await pool.query('select unix_timestamp(current_timestamp(3)) * 1000 as now')
      return Number((rows as { now: unknown }[])[0]?.now)
    },
    close: () => pool.end(),
  }
}

/**
 * Of `ssl-mode=PREFERRED`: asks the server whether it has TLS, since the driver can only be told to use it or not.
 *
 * @returns an address that says so
 */
export async function settleTls(address: ServerAddress): Promise<ServerAddress> {
  if (address.tls?.use !== 'prefer') return address
  const encrypted: ServerAddress = { ...address, tls: { ...address.tls, use: 'yes' } }
  const { createConnection } = await loadDriver('mysql2', () => import('mysql2/promise'))
  try {
    const connection = await createConnection(mysqlConfig(encrypted))
    await connection.end()
    return encrypted
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'HANDSHAKE_NO_SSL_SUPPORT') throw error
    return { ...address, tls: { ...address.tls, use: 'no' } }
  }
}

const NO_SUCH_TABLE = 'ER_NO_SUCH_TABLE'

async function lookAtTables(pool: Pool): Promise<Tables> {
  try {
    const [rows] = await pool.query(VERSION_QUERY)
    return { version: Number((rows as { version: unknown }[])[0]?.version ?? 0), hasOthers: false }
  } catch (error) {
    if ((error as { code?: unknown }).code !== NO_SUCH_TABLE) throw error
  }
  const [rows] = await pool.query('select 1 from information_schema.tables where table_schema = database() limit 1')
  return { version: 0, hasOthers: (rows as unknown[]).length > 0 }
}
