import type { Database } from '@bearward/sql'
import { type Column, findColumn, findTable, plain, type Table } from './schema.ts'

/** Something that keys of another system belong to, and without which it refuses them. */
export interface Parent {
  /** Begins the names of the columns that are read of it: `owner` makes `owner_deleted_at`. */
  readonly name: string
  /** Names that its table may have. */
  readonly tables: readonly string[]
  /** Names that the column of the keys may have by which it is found. */
  readonly by: readonly string[]
  /** Its own column for that. Default `id`. */
  readonly id?: string
  /** A condition on the keys that belong to this one, in SQL; `keys` is their table. */
  readonly when?: string
  /** Columns that are read besides those of its state. */
  readonly also?: readonly string[]
}

/** A parent whose table is there, under the name that it has in the query. */
interface Joined {
  readonly parent: Parent
  readonly alias: string
  readonly table: Table
  readonly id: Column
  readonly by: Column
}

/** Columns that say how a parent stands, without case and underscores. */
const STATE =
  /^(?:is)?(?:deleted|banned|blocked|suspended|disabled|deactivated|archived)(?:at|on|atm)?$|^(?:is)?(?:active|enabled)$/

/** What a query needs to read of the parents of keys, and how it is read. */
export interface ParentQuery {
  /** Of the list behind `select`, each with a comma in front. */
  readonly columns: string
  readonly joins: string
}

/**
 * Joins what keys belong to. For each name of the parents there is a column `…_missing`: 1 where the parent is not there, null
 * where it was not looked up, because its table is not there or is not known.
 *
 * @param keys the table of the keys, which the query calls `keys`
 */
export function joinParents(
  database: Database,
  schema: ReadonlyMap<string, Table>,
  keys: Table | undefined,
  parents: readonly Parent[],
): ParentQuery {
  const quoted = quoter(database)
  const joined = parents.flatMap((parent, index) => find(schema, keys, parent, `parent${index}`))
  const names = [...new Set(parents.map(({ name }) => name))]
  const missing = names.map((name) => {
    const own = joined.filter(({ parent }) => parent.name === name)
    return `${missingOf(database, own)} as ${quoted(`${name}_missing`)}`
  })
  return {
    columns: [...missing, ...joined.flatMap((each, index) => stateOf(database, each, labelOf(joined, index)))]
      .map((column) => `, ${column}`)
      .join(''),
    joins: joined.map((each) => joinOf(database, each)).join(''),
  }
}

/** Quotes a name. Names come from the database itself, and from this program. */
export function quoter(database: Database): (name: string) => string {
  const quote = database === 'mysql' ? '`' : '"'
  return (name) => quote + name.replaceAll(quote, quote + quote) + quote
}

function find(
  schema: ReadonlyMap<string, Table>,
  keys: Table | undefined,
  parent: Parent,
  alias: string,
): readonly Joined[] {
  const table = findTable(schema, parent.tables)
  const [id, by] = [findColumn(table, [parent.id ?? 'id']), findColumn(keys, parent.by)]
  if (table === undefined || id === undefined || by === undefined) return []
  return [{ parent, alias, table, id, by }]
}

function joinOf(database: Database, { parent, alias, table, id, by }: Joined): string {
  const quoted = quoter(database)
  const same = equal(database, [`${alias}.${quoted(id.name)}`, id], [`${KEYS}.${quoted(by.name)}`, by])
  const when = parent.when === undefined ? '' : `${parent.when} and `
  return ` left join ${quoted(table.name)} ${alias} on ${when}${same}`
}

/** What the query calls the table of the keys. */
export const KEYS = 'issued'

/** Whether none of the tables that a key may refer to has what it refers to; null where none was asked. */
function missingOf(database: Database, joined: readonly Joined[]): string {
  const quoted = quoter(database)
  if (joined.length === 0) return 'null'
  const asked = joined.map(({ parent, by }) => {
    const given = `${KEYS}.${quoted(by.name)} is not null`
    return parent.when === undefined ? given : `(${parent.when} and ${given})`
  })
  const none = joined.map(({ alias, id }) => `${alias}.${quoted(id.name)} is null`)
  // A key that refers to nothing has nothing that could be gone; one of a kind whose table is not known was not looked up.
  const unasked = joined.every(({ parent }) => parent.when === undefined) ? '0' : 'null'
  return `case when not (${asked.join(' or ')}) then ${unasked} when ${none.join(' and ')} then 1 else 0 end`
}

/** The name of a parent, with a number where several tables have the same. */
function labelOf(joined: readonly Joined[], index: number): string {
  const name = joined[index]?.parent.name ?? ''
  const before = joined.slice(0, index).filter(({ parent }) => parent.name === name).length
  return before === 0 ? name : `${name}${before + 1}`
}

function stateOf(database: Database, { parent, alias, table }: Joined, label: string): readonly string[] {
  const quoted = quoter(database)
  const also = new Set((parent.also ?? []).map(plain))
  return table.columns
    .filter(({ name }) => STATE.test(plain(name)) || also.has(plain(name)))
    .map(({ name }) => `${alias}.${quoted(name)} as ${quoted(`${label}_${name}`)}`)
}

const NUMBER = /^(?:tinyint|smallint|mediumint|int|integer|bigint|decimal|numeric)\b/
const TEXT = /^(?:text|character|varchar|char|longtext|mediumtext|tinytext)\b/

/** Whether two columns hold the same, whatever their types: a database may refuse to compare a number with a text. */
function equal(database: Database, [one, a]: readonly [string, Column], [other, b]: readonly [string, Column]): string {
  const plainly = `${one} = ${other}`
  if (database === 'sqlite' || (NUMBER.test(a.type) && NUMBER.test(b.type))) return plainly
  const areTexts = TEXT.test(a.type) && TEXT.test(b.type)
  if (database === 'postgres') {
    return areTexts || a.type === b.type ? plainly : `cast(${one} as text) = cast(${other} as text)`
  }
  // Byte for byte: its collations take two ids for one that differ in case alone. The plain comparison can use an index.
  const exactly = `cast(${one} as binary) = cast(${other} as binary)`
  return areTexts && a.collation === b.collation ? `${plainly} and ${exactly}` : exactly
}
