import type { Row } from '@bearward/import'
import type { ServerAddress, SqliteAddress } from '../address/address.ts'
import { readAddress } from '../address/read-address.ts'
import { databaseFailure, isDenied, lineOf } from '../database-failure.ts'
import { Failure } from '../failure.ts'
import { mysqlRows } from './mysql-rows.ts'
import { postgresRows } from './postgres-rows.ts'
import { sqliteRows } from './sqlite-rows.ts'
import type { StatementFor } from './statement.ts'

/** A query on the database of another system. */
export interface ForeignQuery {
  /** `postgres://…`, `mysql://…`, or a file for SQLite. */
  readonly url: string
  /** Makes the statement, once the database is open. */
  readonly statementFor: StatementFor
  /** Whether the statement was typed. */
  readonly isTyped: boolean
  /** What a relative path is relative to. */
  readonly cwd: string
}

/**
 * The rows of a query, some of them in memory at a time. The database is open while they are read, in one transaction that
 * can write nothing. Dates without a zone come as the text that stands there.
 *
 * @throws {Failure} when the database does not answer, or refuses the query
 */
export async function* foreignRows({ url, statementFor, isTyped, cwd }: ForeignQuery): AsyncGenerator<Row> {
  const address = readAddress(url, cwd)
  try {
    // Behind a semicolon there is nothing, and a cursor takes none.
    yield* rowsOf(address, async (database) => (await statementFor(database)).replace(/[;\s]+$/, ''))
  } catch (error) {
    throw isRefusal(error) ? refusal(error, isTyped) : databaseFailure('the other database', error, address)
  }
}

function rowsOf(address: SqliteAddress | ServerAddress, statementFor: StatementFor): AsyncGenerator<Row> {
  if (address.kind === 'sqlite') return sqliteRows(address.path, statementFor)
  return address.kind === 'postgres' ? postgresRows(address, statementFor) : mysqlRows(address, statementFor)
}

/** Whether a server has understood whom it speaks with, and not the statement. */
function isRefusal(error: unknown): boolean {
  if (error instanceof Failure || isDenied(error)) return false
  const { code, errcode, sqlState } = error as { code?: string; errcode?: number; sqlState?: string }
  if (code === 'ERR_SQLITE_ERROR') return errcode === SQLITE_ERROR
  return REFUSED.test(sqlState ?? code ?? '')
}

/** Of SQLite: there is no such table, no such column, or no such syntax. */
const SQLITE_ERROR = 1
/** Classes of SQLSTATE for the same, and for a query that would write. */
const REFUSED = /^(?:42[0-9A-Z]{3}|25006|0A000)$/

function refusal(error: unknown, isTyped: boolean): Failure {
  const what = `the other database refuses the query: ${lineOf(error)}`
  return isTyped
    ? new Failure('usage', what, 'mend --query', { cause: error })
    : new Failure('denied', what, 'say with --query where its keys are', { cause: error })
}
