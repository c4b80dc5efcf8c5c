import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { describe, expect, inject, test } from 'vitest'
import { describeLifecycle } from './lifecycle.ts'
import { startMariadb } from './src/index.ts'

async function query(url: string, sql: string, ...values: string[]): Promise<RowDataPacket[]> {
  const connection = await createConnection(url)
  try {
    const [rows] = await connection.query<RowDataPacket[]>(sql, values)
    return rows
  } finally {
    connection.destroy()
  }
}

describe('life', () => {
  const create = 'CREATE TABLE IF NOT EXISTS memory (id int AUTO_INCREMENT PRIMARY KEY, value varchar(99))'
  const write = async (url: string, value: string) => {
    await query(url, create)
    await query(url, 'INSERT INTO memory (value) VALUES (?)', value)
  }
  const read = async (url: string) => {
    await query(url, create)
    return (await query(url, 'SELECT value FROM memory ORDER BY id DESC LIMIT 1'))[0]?.value
  }
  describeLifecycle(startMariadb, 'MYSQL_URL', inject('mariadbUrl'), { write, read })
})

test('tables are InnoDB and utf8mb4, and settings reach the server', async () => {
  const server = await startMariadb({ settings: { max_connections: 33 } })
  await query(server.url, 'CREATE TABLE t (value text)')
  const [made] = await query(server.url, 'SHOW CREATE TABLE t')
  expect(made?.['Create Table']).toMatch(/ENGINE=InnoDB DEFAULT CHARSET=utf8mb4/)
  expect(await query(server.url, 'SELECT @@max_connections AS max')).toEqual([{ max: 33 }])
  await server.close()
})

test('accounts and grants hold', async () => {
  const url = new URL(inject('mariadbUrl'))
  await query(url.href, "CREATE OR REPLACE USER reader IDENTIFIED BY 'secret'")
  url.username = 'reader'
  url.pathname = ''
  await expect(query(url.href, 'SELECT 1')).rejects.toThrow('Access denied')
  url.password = 'secret'
  await expect(query(url.href, 'CREATE DATABASE mine')).rejects.toThrow('Access denied')
})
