import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type {} from '@internal/services/setup/mariadb'
import type {} from '@internal/services/setup/postgres'
import { createConnection } from 'mysql2/promise'
import { Client } from 'pg'
import { inject } from 'vitest'

export type Engine = 'sqlite' | 'postgres' | 'mysql'
export const ENGINES: readonly Engine[] = ['sqlite', 'postgres', 'mysql']

/** The empty database of another system. */
export interface ForeignDatabase {
  readonly url: string
  run(statement: string): Promise<void>
  remove(): Promise<void>
}

let created = 0

export function createForeign(engine: Engine): Promise<ForeignDatabase> {
  return { sqlite: createFile, postgres: createPostgres, mysql: createMysql }[engine]()
}

async function createFile(): Promise<ForeignDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'bearward-foreign-'))
  const database = new DatabaseSync(join(folder, 'app.db'))
  return {
    url: join(folder, 'app.db'),
    run: async (statement) => database.exec(statement),
    async remove() {
      database.close()
      rmSync(folder, { recursive: true })
    },
  }
}

async function createPostgres(): Promise<ForeignDatabase> {
  const [admin, name] = [new Client(inject('postgresUrl')), nextName()]
  await admin.connect()
  await admin.query(`create database ${name}`)
  const url = addressOf(inject('postgresUrl'), name)
  const client = new Client(url)
  await client.connect()
  return {
    url,
    run: async (statement) => void (await client.query(statement)),
    async remove() {
      await client.end()
      await admin.query(`drop database ${name} with (force)`)
      await admin.end()
    },
  }
}

async function createMysql(): Promise<ForeignDatabase> {
  const [connection, name] = [await createConnection(inject('mariadbUrl')), nextName()]
  await connection.query(`create database ${name} character set utf8mb4`)
  await connection.query(`use ${name}`)
  return {
    url: addressOf(inject('mariadbUrl'), name),
    run: async (statement) => void (await connection.query(statement)),
    async remove() {
      await connection.query(`drop database ${name}`)
      await connection.end()
    },
  }
}

function nextName(): string {
  return `foreign_${process.pid}_${++created}`
}

function addressOf(server: string, name: string): string {
  const url = new URL(server)
  url.pathname = name
  return url.href
}
