import type { Channel } from '@bearward/core'
import type { KeyStore } from '@bearward/keyring'
import { type Database, mysql, postgres, postgresChannel, sqlChannel, sqlite } from '@bearward/sql'
import { readAddress } from './database-address.ts'
import { Failure } from './failure.ts'

/** A database that was opened for one command. */
export interface OpenDatabase {
  readonly kind: Database
  readonly store: KeyStore
  readonly channel: Channel
  /** Epoch milliseconds by the server's clock; `undefined` where it is this machine's. */
  serverTime(): Promise<number | undefined>
  /** Ends the connections; store and channel have been closed. */
  close(): Promise<void>
}

/**
 * Opens what an address names: `postgres://…`, `mysql://…`, or a file for SQLite. Drivers are loaded where they are needed.
 *
 * @param migrate whether the store may create and upgrade its tables
 */
export async function openDatabase(url: string, cwd: string, migrate: boolean): Promise<OpenDatabase> {
  const { kind, place } = readAddress(url, cwd)
  if (kind === 'postgres') return openPostgres(place, migrate)
  if (kind === 'mysql') return openMysql(place, migrate)
  const store = sqlite(place, { migrate })
  const channel = sqlChannel(store)
  return { kind: 'sqlite', store, channel, serverTime: async () => undefined, close: async () => {} }
}

/** Drivers are the user's: a command line for SQLite needs none. */
export async function loadDriver<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause
    throw new Failure('configuration', `the driver ${name} is not installed`, `npm install ${name}`, { cause })
  }
}

/** Connections of one command: the channel keeps one. */
const CONNECTIONS = 3

async function openPostgres(url: string, migrate: boolean): Promise<OpenDatabase> {
  const { Pool } = await loadDriver('pg', () => import('pg'))
  const pool = new Pool({ connectionString: url, max: CONNECTIONS, connectionTimeoutMillis: 10_000 })
  // The command that is under way gets the error too.
  pool.on('error', () => {})
  return {
    kind: 'postgres',
    store: postgres(pool, { migrate }),
    channel: postgresChannel(pool),
    async serverTime() {
      const { rows } = await pool.query<{ now: Date }>('select clock_timestamp() as now')
      return rows[0]?.now.getTime()
    },
    close: () => pool.end(),
  }
}

async function openMysql(url: string, migrate: boolean): Promise<OpenDatabase> {
  const { createPool } = await loadDriver('mysql2', () => import('mysql2/promise'))
  const pool = createPool({ uri: url, connectionLimit: CONNECTIONS, connectTimeout: 10_000 })
  const store = mysql(pool, { migrate })
  return {
    kind: 'mysql',
    store,
    channel: sqlChannel(store),
    async serverTime() {
      const [rows] = await pool.query('select unix_timestamp(current_timestamp(3)) * 1000 as now')
      return Number((rows as { now: unknown }[])[0]?.now)
    },
    close: () => pool.end(),
  }
}
