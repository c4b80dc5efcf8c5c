import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { describeLifecycle } from './lifecycle.ts'
import { isAlive } from './src/family.ts'
import { type Server, startPostgres } from './src/index.ts'

const other = inject('postgresUrl')

async function connect(url: string): Promise<Client> {
  const client = new Client(url)
  // What breaks a connection while it rests.
  client.on('error', () => {})
  await client.connect()
  return client
}

async function query(url: string, sql: string, ...values: unknown[]): Promise<Record<string, unknown>[]> {
  const client = await connect(url)
  try {
    return (await client.query(sql, values)).rows
  } finally {
    await client.end()
  }
}

describe('life', () => {
  const write = async (url: string, value: string) => {
    await query(url, 'CREATE TABLE IF NOT EXISTS memory (value text)')
    await query(url, 'INSERT INTO memory VALUES ($1)', value)
  }
  const read = async (url: string) => {
    const [row] = await query(url, "SELECT coalesce(to_regclass('memory')::text, '') AS found")
    if (row?.found !== 'memory') return undefined
    return (await query(url, 'SELECT value FROM memory ORDER BY ctid DESC LIMIT 1'))[0]?.value as string
  }
  describeLifecycle(startPostgres, 'DATABASE_URL', other, { write, read })
})

describe('a server with settings', () => {
  let server: Server

  beforeAll(async () => {
    server = await startPostgres({ settings: { max_connections: 33 } })
  })
  afterAll(() => server.close())

  test('has them, and fsync is on', async () => {
    expect(await query(server.url, 'SHOW max_connections')).toEqual([{ max_connections: '33' }])
    expect(await query(server.url, 'SHOW fsync')).toEqual([{ fsync: 'on' }])
  })

  test('pause() holds connections that are open', async () => {
    const client = await connect(server.url)
    server.pause()
    const answer = client.query('SELECT 1 AS one')
    const answered = answer.then(() => 'this one')
    expect(await Promise.race([answered, query(other, 'SELECT 1').then(() => 'another one')])).toBe('another one')
    server.resume()
    expect((await answer).rows).toEqual([{ one: 1 }])
    await client.end()
  })

  test('kill() takes the backends along', async () => {
    const client = await connect(server.url)
    const backend = (await client.query('SELECT pg_backend_pid() AS pid')).rows[0].pid
    expect(isAlive(backend)).toBe(true)
    await server.kill()
    expect(isAlive(backend)).toBe(false)
  })

  test('what a killed server leaves in shared memory lies in its folder', async () => {
    expect(await readdir(join(server.dataDir, 'pg_dynshmem'))).not.toEqual([])
  })
})

test('a setting that PostgreSQL refuses is told with its words', async () => {
  await expect(startPostgres({ settings: { max_connections: 'many' } })).rejects.toThrow(
    /invalid value for parameter "max_connections": "many"/,
  )
})
