// Stands in for `new pg.Pool()`: the same `query()`, over SQLite, so that this example needs no server beside it.
import { DatabaseSync } from 'node:sqlite'

const db = new DatabaseSync(process.env.DATABASE ?? ':memory:')

// In PostgreSQL: scopes text[] and timestamptz. Bearward takes a Date or epoch milliseconds.
db.exec(`
  create table if not exists api_keys (
    id text primary key,
    digest text not null unique,
    owner text not null,
    plan text not null,
    scopes text not null,
    expires_at integer,
    revoked_at integer
  )`)

export const pool = {
  async query<Row = unknown>(sql: string, values: readonly (string | number | null | string[])[] = []) {
    const parameters = values.map((value, index) => [
      `$${index + 1}`,
      Array.isArray(value) ? JSON.stringify(value) : value,
    ])
    const rows = db.prepare(sql).all(Object.fromEntries(parameters))
    return { rows: rows.map(withScopesAsArray) as Row[] }
  },
}

function withScopesAsArray(row: Record<string, unknown>): Record<string, unknown> {
  return typeof row.scopes === 'string' ? { ...row, scopes: JSON.parse(row.scopes) } : row
}
