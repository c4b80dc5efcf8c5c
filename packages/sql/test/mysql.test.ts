import { storeContract } from '@bearward/keyring/testing'
import { createPool as createCallbackPool } from 'mysql2'
import { createPool, type Pool } from 'mysql2/promise'
import { describe, test } from 'vitest'
import { mysql } from '../src/index.ts'
import { createDatabase } from './support/databases.ts'

interface Connection {
  threadId: number
  query(...args: unknown[]): unknown
}

/** Kills the connection of the next commit after its keys are written. */
function interruptOnce(pool: Pool, killer: Pool): () => void {
  let isArmed = false
  pool.pool.on('connection', (connection: unknown) => {
    const client = connection as Connection
    const query = client.query.bind(client)
    client.query = (...args: unknown[]) => {
      if (!isArmed || !String(args[0]).startsWith('insert into `bearward_audit`')) return query(...args)
      isArmed = false
      killer.query(`kill ${client.threadId}`).then(
        // Not returned: a query that is awaited complains.
        () => void query(...args),
        (error: unknown) => (args.at(-1) as (error: unknown) => void)(error),
      )
      return undefined
    }
  })
  return () => {
    isArmed = true
  }
}

describe('mysql()', () => {
  const harness = {
    offers: ['another', 'interruptNextCommit'] as const,
    async open() {
      const database = await createDatabase('mysql')
      const pools: { end(): Promise<void> }[] = []
      const open = (): Pool => {
        const pool = createPool({ uri: database.place, connectionLimit: 5 })
        pools.push(pool)
        return pool
      }
      const pool = open()
      const interruptNextCommit = interruptOnce(pool, open())
      return {
        store: mysql(pool),
        async another() {
          // The other kind of pool.
          const callbacks = createCallbackPool({ uri: database.place, connectionLimit: 5 })
          pools.push(callbacks.promise())
          return mysql(callbacks)
        },
        interruptNextCommit,
        async remove() {
          for (const each of pools) await each.end()
          await database.remove()
        },
      }
    },
  }
  for (const { name, run } of storeContract(harness)) test(name, run)
})
