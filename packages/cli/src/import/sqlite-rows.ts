import type { Row } from '@bearward/import'

/** How long a read waits for somebody who is writing. */
const PATIENCE_MS = 5000

/** The rows of a query on a file of SQLite. */
export async function* sqliteRows(path: string, statement: string): AsyncGenerator<Row> {
  // Not imported: whoever uses another database needs no runtime that has it.
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    database.exec(`PRAGMA busy_timeout = ${PATIENCE_MS}`)
    const prepared = database.prepare(statement)
    // An id may be longer than a number is exact.
    prepared.setReadBigInts(true)
    yield* prepared.iterate() as Iterable<Row>
  } finally {
    database.close()
  }
}
