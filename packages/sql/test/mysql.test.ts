import { storeContract } from '@bearward/keyring/testing'
import type {} from '@internal/services/setup/mariadb'
import { createPool as createCallbackPool } from 'mysql2'
import { createPool, type Pool } from 'mysql2/promise'
import { describe, inject, test } from 'vitest'
import { mysql } from '../src/index.ts'

let databases = 0

async function createDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const admin = createPool({ uri: inject('mariadbUrl'), connectionLimit: 1 })
  const name = `sql_${process.pid}_${++databases}`
  // What a careless administrator would leave: text compared without case and accents.
  await admin.query(`create database ${name} character set utf8mb4 collate utf8mb4_general_ci`)
  const url = new URL(inject('mariadbUrl'))
  url.pathname = name
  return {
    url: url.href,
    async drop() {
      await admin.query(`drop database ${name}`)
      await admin.end()
    },
  }
}

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
      const { url, drop } = await createDatabase()
      const pools: { end(): Promise<void> }[] = []
      const open = (): Pool => {
        const pool = createPool({ uri: url, connectionLimit: 5 })
        pools.push(pool)
        return pool
      }
      const pool = open()
      const interruptNextCommit = interruptOnce(pool, open())
      return {
        store: mysql(pool),
        async another() {
          // The other kind of pool.
          const callbacks = createCallbackPool({ uri: url, connectionLimit: 5 })
          pools.push(callbacks.promise())
          return mysql(callbacks)
        },
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
