import type {} from '@internal/services/setup/postgres'
import { Pool } from 'pg'
import { inject } from 'vitest'

/** An empty PostgreSQL database. */
export interface TestDatabase {
  readonly url: string
  remove(): Promise<void>
}

let created = 0

export async function createDatabase(): Promise<TestDatabase> {
  const admin = new Pool({ connectionString: inject('postgresUrl'), max: 1 })
  const name = `examples_${process.pid}_${++created}`
  await admin.query(`create database ${name}`)
  const url = new URL(inject('postgresUrl'))
  url.pathname = name
  return {
    url: url.href,
    async remove() {
      await admin.query(`drop database ${name} with (force)`)
      await admin.end()
    },
  }
}
