import { storeContract } from '@bearward/keyring/testing'
import type { PoolClient } from 'pg'
import { Pool } from 'pg'
import { describe, test } from 'vitest'
import { postgres } from '../src/index.ts'
import { createDatabase } from './support/databases.ts'

/** Ends the connection of the next commit after its keys are written, as a server that goes down would. */
function interruptOnce(pool: Pool, killer: Pool): () => void {
  let isArmed = false
  pool.on('connect', (client: PoolClient) => {
    const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>
    Object.assign(client, {
      async query(...args: unknown[]) {
        if (isArmed && String(args[0]).startsWith('insert into "bearward_audit"')) {
          isArmed = false
          const { rows } = (await query('select pg_backend_pid() as pid')) as { rows: { pid: number }[] }
          await killer.query('select pg_terminate_backend($1)', [rows[0]?.pid])
        }
        return query(...args)
      },
    })
  })
  return () => {
    isArmed = true
  }
}

describe('postgres()', () => {
  const harness = {
    offers: ['another', 'interruptNextCommit'] as const,
    async open() {
      const database = await createDatabase('postgres')
      const pools: Pool[] = []
      const open = (): Pool => {
        const pool = new Pool({ connectionString: database.place, max: 5 })
        // What is cut may tell of it after nobody asks any more.
        pool.on('error', () => {}).on('connect', (client) => client.on('error', () => {}))
        pools.push(pool)
        return pool
      }
      const pool = open()
      const interruptNextCommit = interruptOnce(pool, open())
      return {
        store: postgres(pool),
        another: async () => postgres(open()),
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
