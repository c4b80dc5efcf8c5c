import type { Row } from '@bearward/import'
import type { ServerAddress } from '../address/address.ts'
import { mysqlConfig } from '../address/driver-config.ts'
import { loadDriver } from '../database/driver.ts'
import { settleTls } from '../database/mysql-database.ts'
import { type StatementFor, withUniqueNames } from './statement.ts'

/** Rows that the driver reads ahead. */
const AHEAD = 100
/** How long the server waits while rows are being written elsewhere. */
const PATIENCE_SECONDS = 600

/** The rows of a query on MySQL or MariaDB, as the server sends them. */
export async function* mysqlRows(address: ServerAddress, statementFor: StatementFor): AsyncGenerator<Row> {
  const { createConnection } = await loadDriver('mysql2', () => import('mysql2'))
  const connection = createConnection({
    ...mysqlConfig(await settleTls(address)),
    // Dates without a zone as they stand there; the driver would take them for those of this machine.
    dateStrings: true,
    supportBigNumbers: true,
    multipleStatements: false,
  })
  // Whoever waits for an answer is told too.
  connection.on('error', () => {})
  const run = (text: string): Promise<readonly Row[]> =>
    new Promise((resolve, reject) => {
      connection.query(text, (error, rows) => (error ? reject(error) : resolve(rows as readonly Row[])))
    })
  try {
    await run(`set session net_write_timeout = ${PATIENCE_SECONDS}`)
    await run('start transaction read only')
    const query = connection.query(await statementFor({ kind: 'mysql', query: run }))
    const rows = query.stream({ highWaterMark: AHEAD })
    query.on('fields', (fields: readonly { readonly name: string }[]) => {
      try {
        withUniqueNames(fields.map(({ name }) => name))
      } catch (error) {
        rows.destroy(error as Error)
      }
    })
    yield* rows as AsyncIterable<Row>
  } finally {
    // Not by asking for it: that would wait for all rows that are still to come.
    connection.destroy()
  }
}
