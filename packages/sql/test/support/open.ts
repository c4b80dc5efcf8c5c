import { DatabaseSync } from 'node:sqlite'
import type { KeyStore } from '@bearward/keyring'
import { createPool } from 'mysql2/promise'
import { Pool } from 'pg'
import { mysql, postgres, type SqlOptions, sqlite } from '../../src/index.ts'
import type { EngineName } from './databases.ts'

/** A store with connections of its own, and a way to ask its database directly. */
export interface Opened {
  readonly store: KeyStore
  query(text: string): Promise<Record<string, unknown>[]>
  /** Closes the store and the connections. */
  close(): Promise<void>
}

export interface Where {
  readonly engine: EngineName
  readonly place: string
}

/** @param connections that a pool may open */
export function openStore({ engine, place }: Where, connections = 5, options: SqlOptions = {}): Opened {
  if (engine === 'postgres') {
    const pool = new Pool({ connectionString: place, max: connections })
    // Of connections that are cut while they are idle; `postgres()` listens to those that it has been lent.
    pool.on('error', () => {})
    return {
      store: postgres(pool, options),
      query: async (text) => (await pool.query(text)).rows,
      close: () => pool.end(),
    }
  }
  if (engine === 'mysql') {
    const pool = createPool({ uri: place, connectionLimit: connections })
    return {
      store: mysql(pool, options),
      query: async (text) => (await pool.query(text))[0] as Record<string, unknown>[],
      close: () => pool.end(),
    }
  }
  const store = sqlite(place, options)
  return {
    store,
    async query(text) {
      const database = new DatabaseSync(place)
      try {
        return database.prepare(text).all() as Record<string, unknown>[]
      } finally {
        database.close()
      }
    },
    close: () => store.close(),
  }
}
