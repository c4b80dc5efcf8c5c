import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type {} from '@internal/services/setup/mariadb'
import type {} from '@internal/services/setup/postgres'
import { createPool } from 'mysql2/promise'
import { Pool } from 'pg'
import { inject } from 'vitest'

export type EngineName = 'sqlite' | 'postgres' | 'mysql'
export const ENGINES: readonly EngineName[] = ['sqlite', 'postgres', 'mysql']

/** An empty database, as a path or an address that any process can open. */
export interface Database {
  readonly engine: EngineName
  readonly place: string
  remove(): Promise<void>
}

let created = 0

export function createDatabase(engine: EngineName): Promise<Database> {
  return { sqlite: createFile, postgres: createPostgres, mysql: createMysql }[engine]()
}

async function createFile(): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'bearward-sql-'))
  return {
    engine: 'sqlite',
    place: join(folder, 'keys.db'),
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  }
}

async function createPostgres(): Promise<Database> {
  const admin = new Pool({ connectionString: inject('postgresUrl'), max: 1 })
  const name = nextName()
  await admin.query(`create database ${name}`)
  return {
    engine: 'postgres',
    place: placeOf(inject('postgresUrl'), name),
    async remove() {
      await admin.query(`drop database ${name} with (force)`)
      await admin.end()
    },
  }
}

async function createMysql(): Promise<Database> {
  const admin = createPool({ uri: inject('mariadbUrl'), connectionLimit: 1 })
  const name = nextName()
  // What a careless administrator would leave: text compared without case and accents.
  await admin.query(`create database ${name} character set utf8mb4 collate utf8mb4_general_ci`)
  return {
    engine: 'mysql',
    place: placeOf(inject('mariadbUrl'), name),
    async remove() {
      await admin.query(`drop database ${name}`)
      await admin.end()
    },
  }
}

function nextName(): string {
  return `sql_${process.pid}_${++created}`
}

function placeOf(server: string, name: string): string {
  const url = new URL(server)
  url.pathname = name
  return url.href
}
