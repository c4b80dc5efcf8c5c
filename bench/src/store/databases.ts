import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { KeyStore } from '@bearward/keyring'
import { migrate, postgres, sqlite } from '@bearward/sql'
import { startPostgres } from '@internal/services'
import { Pool } from 'pg'
import { type Row, rowOf } from './rows.ts'

/** A store with so many keys in it. */
export interface Filled {
  readonly store: KeyStore
  close(): Promise<void>
}

export interface Engine {
  readonly name: string
  fill(count: number, told: (rows: number) => void): Promise<Filled>
  close(): Promise<void>
}

const ROWS_AT_ONCE = 2000

export async function startEngine(name: 'SQLite' | 'PostgreSQL'): Promise<Engine> {
  return name === 'SQLite' ? startSqlite() : startServer()
}

function startSqlite(): Engine {
  const folder = mkdtempSync(join(tmpdir(), 'bearward-bench-'))
  return {
    name: 'SQLite',
    async fill(count, told) {
      const path = join(folder, `${count}.db`)
      const store = sqlite(path)
      await migrate(store)
      const database = new DatabaseSync(path)
      // For loading alone; the store has a connection of its own, with its own settings.
      database.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -400000')
      fillSqlite(database, count, told)
      // What would be done bit by bit where keys are added bit by bit.
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      database.close()
      return { store, close: () => store.close() }
    },
    close: async () => rmSync(folder, { recursive: true, force: true }),
  }
}

function fillSqlite(database: DatabaseSync, count: number, told: (rows: number) => void): void {
  const columns = Object.keys(rowOf(0, count))
  const insert = database.prepare(
    `insert into bearward_keys (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`,
  )
  database.exec('begin')
  for (let number = 0; number < count; number++) {
    insert.run(...Object.values(rowOf(number, count)))
    if (number % ROWS_AT_ONCE === 0) told(number)
  }
  database.exec('commit')
}

async function startServer(): Promise<Engine> {
  // Loading does not wait for the disk; what is measured only reads.
  const server = await startPostgres({ settings: { fsync: 'off', max_wal_size: '4GB' } })
  return {
    name: 'PostgreSQL',
    async fill(count, told) {
      const admin = new Pool({ connectionString: server.url, max: 1 })
      await admin.query(`create database keys_${count}`)
      await admin.end()
      const url = new URL(server.url)
      url.pathname = `keys_${count}`
      const pool = new Pool({ connectionString: url.href, max: 1 })
      // The server may end before a connection has.
      pool.on('error', () => {})
      const store = postgres(pool)
      await migrate(store)
      await fillPostgres(pool, count, told)
      return { store, close: () => pool.end() }
    },
    close: () => server.close(),
  }
}

async function fillPostgres(pool: Pool, count: number, told: (rows: number) => void): Promise<void> {
  for (let start = 0; start < count; start += ROWS_AT_ONCE) {
    const size = Math.min(ROWS_AT_ONCE, count - start)
    const rows: Row[] = Array.from({ length: size }, (_, index) => rowOf(start + index, count))
    const text = 'insert into bearward_keys select * from json_populate_recordset(null::bearward_keys, $1::json)'
    await pool.query(text, [JSON.stringify(rows)])
    told(start)
  }
  // What the server would do by itself after a minute.
  await pool.query('vacuum analyze bearward_keys')
}
