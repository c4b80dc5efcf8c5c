import type { Row } from '@bearward/import'
import { type StatementFor, withUniqueNames } from './statement.ts'

/** How long a read waits for somebody who is writing. */
const PATIENCE_MS = 5000

/** The rows of a query on a file of SQLite. */
export async function* sqliteRows(path: string, statementFor: StatementFor): AsyncGenerator<Row> {
  // Not imported: a user of another database needs no runtime that has it.
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    database.exec(`PRAGMA busy_timeout = ${PATIENCE_MS}`)
    const statement = await statementFor({
      kind: 'sqlite',
      query: async (text) => database.prepare(text).all() as unknown as readonly Row[],
    })
    const prepared = database.prepare(statement)
    withUniqueNames(prepared.columns().map(({ name }) => name))
    // An id may be longer than a number is exact.
    prepared.setReadBigInts(true)
    yield* prepared.iterate() as Iterable<Row>
  } finally {
    database.close()
  }
}
