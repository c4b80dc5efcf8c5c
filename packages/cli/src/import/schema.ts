import type { Row } from '@bearward/import'
import type { Database } from '@bearward/sql'

/** A database of another system, while rows are read from it. */
export interface ForeignDatabase {
  readonly kind: Database
  /** The rows of a short query, in the same transaction. */
  query(statement: string): Promise<readonly Row[]>
}

/** A column, as far as it matters to what it can be compared with. */
export interface Column {
  readonly name: string
  /** In lower case, as the database calls it. */
  readonly type: string
  readonly collation: string | null
}

/** A table or view that an unqualified name in a query means. */
export interface Table {
  readonly name: string
  readonly columns: readonly Column[]
}

const COLUMNS: Readonly<Record<Database, string>> = {
  postgres: `select table_schema as place, table_name as "table", column_name as "column", data_type as type,
      collation_name as collation
    from information_schema.columns where table_schema = any (current_schemas(false)::text[])
    order by array_position(current_schemas(false)::text[], table_schema::text), ordinal_position`,
  mysql: `select '' as place, table_name as \`table\`, column_name as \`column\`, data_type as type,
      collation_name as collation
    from information_schema.columns where table_schema = database() order by table_name, ordinal_position`,
  sqlite: `select '' as place, found.name as "table", info.name as "column", info.type as type, null as collation
    from sqlite_master found, pragma_table_info(found.name) info where found.type in ('table', 'view')`,
}

/** The tables that the user of the connection may read, by their names. */
export async function readSchema({ kind, query }: ForeignDatabase): Promise<ReadonlyMap<string, Table>> {
  const tables = new Map<string, { place: string; name: string; columns: Column[] }>()
  for (const row of await query(COLUMNS[kind])) {
    const [place, name] = [String(row.place), String(row.table)]
    const table = tables.get(name) ?? { place, name, columns: [] }
    tables.set(name, table)
    // The first schema of the search path that has a table of this name is the one that a query reads.
    if (table.place !== place) continue
    const collation = typeof row.collation === 'string' ? row.collation : null
    table.columns.push({ name: String(row.column), type: String(row.type).toLowerCase(), collation })
  }
  return tables
}

/** Without case and underscores: `ApiKey` and `api_key` are one. */
export function plain(name: string): string {
  return name.toLowerCase().replaceAll('_', '')
}

/** The first of these tables that is there, however it is spelt. */
export function findTable(schema: ReadonlyMap<string, Table>, names: readonly string[]): Table | undefined {
  const tables = [...schema.values()]
  for (const name of names) {
    const found = schema.get(name) ?? tables.find((table) => plain(table.name) === plain(name))
    if (found !== undefined) return found
  }
  return undefined
}

/** The first of these columns that a table has, however it is spelt. */
export function findColumn(table: Table | undefined, names: readonly string[]): Column | undefined {
  const places = names.map((name) => table?.columns.find((column) => plain(column.name) === plain(name)))
  return places.find((column) => column !== undefined)
}
