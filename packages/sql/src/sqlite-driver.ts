import type { SqliteDatabase, SqliteStatement } from 'kysely'
import { createPrivately } from './sqlite-file.ts'

/** The part of a SQLite connection that is used: `DatabaseSync` of `node:sqlite` has it, and `better-sqlite3`'s `Database`. */
export interface SqliteConnection {
  prepare(sql: string): SqliteStatementHandle
  close(): unknown
}

/** A prepared statement of either. */
export interface SqliteStatementHandle {
  all(...parameters: never[]): unknown[]
  get(...parameters: never[]): unknown
  run(...parameters: never[]): { changes: number | bigint; lastInsertRowid: number | bigint }
  /** `node:sqlite` describes the columns of its answer. */
  columns(): readonly unknown[]
  /** `better-sqlite3` says whether there is an answer, and throws where `columns()` is asked without one. */
  readonly reader?: boolean
}

/** Statements kept prepared: there are few texts, and preparing costs as much as running. */
const MAX_PREPARED = 200

/** What Kysely's SQLite dialect wants of a connection, made of what both drivers have. */
export function kyselyConnection(connection: SqliteConnection): SqliteDatabase {
  const prepared = new Map<string, SqliteStatement>()
  return {
    prepare(sql) {
      const known = prepared.get(sql)
      if (known !== undefined) return known
      const statement = statementOf(connection.prepare(sql))
      if (prepared.size >= MAX_PREPARED) prepared.clear()
      prepared.set(sql, statement)
      return statement
    },
    close() {
      prepared.clear()
      connection.close()
    },
  }
}

function statementOf(handle: SqliteStatementHandle): SqliteStatement {
  const all = handle.all.bind(handle) as (...parameters: readonly unknown[]) => unknown[]
  const run = handle.run.bind(handle) as (...parameters: readonly unknown[]) => ReturnType<SqliteStatementHandle['run']>
  return {
    reader: handle.reader ?? handle.columns().length > 0,
    all: (parameters) => all(...parameters),
    run: (parameters) => run(...parameters),
    iterate: (parameters) => all(...parameters)[Symbol.iterator]() as IterableIterator<unknown>,
  }
}

/** How long a statement may wait for another process before it gives way to the event loop. */
const BUSY_TIMEOUT_MS = 5

/**
 * What a file needs before its first transaction: readers and the writer do not wait for each other, and what was
 * acknowledged is on the disk. Each reads the file, which may be busy: while another process mends it after a crash, say.
 *
 * @see https://www.sqlite.org/wal.html https://www.sqlite.org/pragma.html#pragma_synchronous
 */
export const FILE_MANNERS: readonly string[] = ['PRAGMA journal_mode = WAL', 'PRAGMA synchronous = FULL']

/** What `sqlite()` needs of `node:sqlite`. Node has it without a flag since 22.13, and with `columns()` since 22.16. */
function findSqlite(): typeof import('node:sqlite') {
  // The function itself is missing before Node 20.16.
  const sqlite = (process as Partial<typeof process>).getBuiltinModule?.('node:sqlite')
  if (sqlite === undefined || !('columns' in sqlite.StatementSync.prototype)) {
    throw new TypeError(
      `sqlite: a path needs Node 22.16 or later, and this is ${process.version}; or give an open database of better-sqlite3 12`,
    )
  }
  return sqlite
}

/**
 * Opens a file without reading it, and creates it for its owner alone where it is not there. `node:sqlite` is asked for and
 * not imported: users of another database need no runtime that has it.
 */
export function openSqlite(path: string): SqliteConnection {
  const sqlite = findSqlite()
  try {
    createPrivately(path)
    const database = new sqlite.DatabaseSync(path)
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`)
    return database
  } catch (cause) {
    throw new Error(`sqlite: cannot open ${path}`, { cause })
  }
}
