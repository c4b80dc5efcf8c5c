import type { Row } from './cells.ts'

/** What `tableRows()` takes. */
export interface TableOptions {
  /** Runs a statement, and answers its rows. */
  readonly query: (statement: string, parameters: readonly unknown[]) => Promise<readonly Row[]>
  /** Which database it is: they name parameters and quote names differently. */
  readonly database: 'postgres' | 'mysql' | 'sqlite'
  /** The table, with its schema if need be: `public.keys`. */
  readonly table: string
  /** A column with an index that is unique and never null, in whose order the rows are read. Default `id`. */
  readonly key?: string | undefined
  /** Rows of one page, 1 to 10 000. Default 1000. */
  readonly pageSize?: number | undefined
}

const NAME = /^[A-Za-z_][A-Za-z0-9_$]*(?:\.[A-Za-z_][A-Za-z0-9_$]*)?$/

/** Systems whose tables have names of their own. */
export type KnownTable = 'unkey' | 'better-auth' | 'keypal' | 'sanctum' | 'drf'

/** Their tables, and the column in whose order each is read. */
export const TABLES: Readonly<Record<KnownTable, { readonly table: string; readonly key: string }>> = Object.freeze({
  unkey: Object.freeze({ table: 'keys', key: 'id' }),
  'better-auth': Object.freeze({ table: 'apikey', key: 'id' }),
  keypal: Object.freeze({ table: 'apikey', key: 'id' }),
  sanctum: Object.freeze({ table: 'personal_access_tokens', key: 'id' }),
  drf: Object.freeze({ table: 'rest_framework_api_key_apikey', key: 'prefix' }),
})

/**
 * All rows of a table, page by page in the order of a key: each page costs the same, and one page is held at a time. Only
 * reads.
 *
 * @param options how to ask, and for what; `TABLES` has the tables of the known systems
 * @throws {TypeError} naming the option that cannot be used
 * @example
 * ```ts
 * import { TABLES, tableRows } from '@bearward/import'
 * import { Pool } from 'pg'
 *
 * const pool = new Pool({ connectionString: 'postgres://localhost/app' })
 * const query = async (text: string, values: readonly unknown[]) => (await pool.query(text, [...values])).rows
 * for await (const row of tableRows({ query, database: 'postgres', ...TABLES.sanctum })) console.log(row.id)
 * ```
 */
export async function* tableRows(options: TableOptions): AsyncGenerator<Row> {
  const { query, database, table, key = 'id', pageSize = 1000 } = check(options)
  const quote = database === 'mysql' ? '`' : '"'
  const quoted = (name: string): string =>
    name
      .split('.')
      .map((part) => quote + part + quote)
      .join('.')
  const mark = database === 'postgres' ? '$1' : '?'
  const pages = `order by ${quoted(key)} limit ${pageSize}`
  const from = `select * from ${quoted(table)}`
  let last: unknown
  for (let isFirst = true; ; isFirst = false) {
    const rows = isFirst
      ? await query(`${from} ${pages}`, [])
      : await query(`${from} where ${quoted(key)} > ${mark} ${pages}`, [last])
    yield* rows
    const end = rows.at(-1)
    if (end === undefined || rows.length < pageSize) return
    last = end[key]
    if (last === undefined || last === null) throw new TypeError('tableRows: the rows have no column of the name `key`')
  }
}

function check(options: TableOptions): TableOptions {
  const { query, database, table, key = 'id', pageSize = 1000 } = options ?? {}
  if (typeof query !== 'function') fail('option `query` must be a function')
  if (!['postgres', 'mysql', 'sqlite'].includes(database))
    fail("option `database` must be 'postgres', 'mysql' or 'sqlite'")
  if (typeof table !== 'string' || !NAME.test(table)) fail('option `table` must be the name of a table')
  if (typeof key !== 'string' || !NAME.test(key)) fail('option `key` must be the name of a column')
  if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > 10_000) {
    fail('option `pageSize` must be a whole number from 1 to 10000')
  }
  return options
}

function fail(message: string): never {
  throw new TypeError(`tableRows: ${message}`)
}
