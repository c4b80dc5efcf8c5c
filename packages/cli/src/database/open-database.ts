// A database for one command, in reading order: open-database.ts opens it as far as the command may go; tables.ts says what is
// in it; sqlite-database.ts, postgres-database.ts and mysql-database.ts know the drivers, driver.ts loads them.
import type { Channel } from '@bearward/core'
import type { KeyStore } from '@bearward/keyring'
import { type Database, migrate } from '@bearward/sql'
import type { DatabaseAddress, SqliteAddress } from '../address/address.ts'
import { openMysql } from './mysql-database.ts'
import { openPostgres } from './postgres-database.ts'
import { checkSqliteFile, openSqlite } from './sqlite-database.ts'
import { checkTables, type Tables } from './tables.ts'

/**
 * How far a command may go. Commands that read create nothing and upgrade nothing, and neither do those that change a key:
 * an upgrade would lock out applications that do not know the new tables yet.
 *
 * - `look`: the database must be there, whatever is in it
 * - `read`: tables of the present version must be there
 * - `change`: the same, and the address must not say that nothing may be written
 * - `try`: as `read`, and where there are no tables yet an empty database in memory stands for it
 * - `begin`: as `change`, but a file of SQLite that is not there, or has nothing in it, is made with its tables
 * - `fill`: as `begin`, and in SQLite tables are also made beside those of others
 * - `make`: tables may be absent or old, and a file of SQLite is made
 */
export type Access = 'look' | 'read' | 'try' | 'change' | 'begin' | 'fill' | 'make'

const IN_MEMORY: SqliteAddress = { kind: 'sqlite', path: ':memory:', mode: 'rwc', name: ':memory:' }

/** A database that was opened for one command. */
export interface OpenDatabase {
  readonly kind: Database
  /** Whether the address says that nothing may be written. */
  readonly isReadOnly: boolean
  readonly store: KeyStore
  readonly channel: Channel
  /** What tables there are. Rejects when the database cannot be asked. */
  tables(): Promise<Tables>
  /** Epoch milliseconds by the server's clock; `undefined` where it is this machine's. */
  serverTime(): Promise<number | undefined>
  /** Ends the connections; store and channel have been closed. */
  close(): Promise<void>
}

/**
 * Opens the database of an address. Drivers are loaded where they are needed.
 *
 * @throws {Failure} when it is not there, or its tables are not as `access` needs them
 */
export async function openDatabase(address: DatabaseAddress, access: Access): Promise<OpenDatabase> {
  const isNew = address.kind === 'sqlite' && checkSqliteFile(address, access)
  if (isNew && access === 'try') return openSqlite(IN_MEMORY, true)
  const database = await open(address, isNew)
  if (isNew || access === 'make') return database
  try {
    const tables = await database.tables()
    if (tables.version === 0 && access === 'try') {
      await closeDatabase(database)
      return openSqlite(IN_MEMORY, true)
    }
    if (tables.version === 0 && access === 'fill' && address.kind === 'sqlite') await migrate(database.store)
    else if (access !== 'look') checkTables(tables)
    return database
  } catch (error) {
    await closeDatabase(database)
    throw error
  }
}

/** Closes the channel, the store, and what is below them. */
export async function closeDatabase(database: OpenDatabase): Promise<void> {
  await database.channel.close()
  await database.store.close()
  await database.close()
}

async function open(address: DatabaseAddress, migrate: boolean): Promise<OpenDatabase> {
  if (address.kind === 'sqlite') return openSqlite(address, migrate)
  return address.kind === 'postgres' ? openPostgres(address) : openMysql(address)
}
