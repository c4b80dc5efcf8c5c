import { storeContract } from '@bearward/keyring/testing'
import type {} from '@internal/services/setup/postgres'
import type { PoolClient } from 'pg'
import { Pool } from 'pg'
import { describe, inject, test } from 'vitest'
import { postgres } from '../src/index.ts'

let databases = 0

/** A database of its own for each store, so that none sees another's rows. */
async function createDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const admin = new Pool({ connectionString: inject('postgresUrl'), max: 1 })
  const name = `sql_${process.pid}_${++databases}`
  await admin.query(`create database ${name}`)
  const url = new URL(inject('postgresUrl'))
  url.pathname = name
  return {
    url: url.href,
    async drop() {
      await admin.query(`drop database ${name} with (force)`)
      await admin.end()
    },
  }
}

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
      const { url, drop } = await createDatabase()
      const pools: Pool[] = []
      const open = (): Pool => {
        const pool = new Pool({ connectionString: url, max: 5 })
        // What is ended below may tell of it after nobody asks any more.
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
          await drop()
        },
      }
    },
  }
  for (const { name, run } of storeContract(harness)) test(name, run)
})
