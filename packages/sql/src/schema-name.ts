import { type Kysely, type OperationNode, type RawBuilder, sql, TableNode } from 'kysely'
import type { Engine } from './engine.ts'
import type { Database, Schema } from './schema.ts'

/** The schema that the tables stand in, where one is named. */
export interface SchemaChoice {
  /** `undefined`: where the database looks by itself, such as the `search_path` of PostgreSQL. */
  readonly schema: string | undefined
  /** Whether it came with a Kysely instance: earlier versions ignored it, and may have put the tables elsewhere. */
  readonly isImplied: boolean
}

/** A longer name is cut by PostgreSQL, and a quote or a backslash would have to be written in another way by each database. */
const NAME = /^[^"'`\\\p{Cc}]{1,63}$/u

/**
 * Decides on the schema.
 *
 * @param source a pool, or a Kysely instance, perhaps made by `withSchema()`
 * @param option the option `schema`
 * @throws {TypeError} when the name cannot be used, or the option and the instance name two schemas
 */
export function chooseSchema(maker: string, source: unknown, option: unknown): SchemaChoice {
  const implied = schemaOf(source)
  for (const name of [option, implied]) {
    if (name !== undefined && !(typeof name === 'string' && NAME.test(name))) {
      throw new TypeError(
        `${maker}: option \`schema\` must be a name of 1 to 63 characters without quotes, backslashes and control characters`,
      )
    }
  }
  if (option !== undefined && implied !== undefined && option !== implied) {
    throw new TypeError(`${maker}: option \`schema\` names another schema than the Kysely instance does`)
  }
  return { schema: (option ?? implied) as string | undefined, isImplied: option === undefined && implied !== undefined }
}

/** The schema that a Kysely instance puts tables into, after all of its plugins; `undefined` where it names none. */
export function schemaOf(source: unknown): string | undefined {
  if (!isKysely(source)) return undefined
  const [from] = source.selectFrom('bearward_keys').selectAll().toOperationNode().from?.froms ?? []
  return from !== undefined && isTable(from) ? from.table.schema?.name : undefined
}

/** The same database, whose statements name the schema. */
export function inSchema(db: Kysely<Schema>, schema: string | undefined): Kysely<Schema> {
  return schema === undefined ? db : db.withSchema(schema)
}

/** A table in a statement that is written by hand. */
export function table(engine: Pick<Engine, 'schema'>, name: keyof Schema): RawBuilder<unknown> {
  return engine.schema === undefined ? sql.id(name) : sql.id(engine.schema, name)
}

/** How statements name what stands in a schema. */
export interface Names {
  readonly schema: string | undefined
  /** A table. */
  table(name: string): string
  /** An index that is made. */
  index(name: string): string
  /** The table of an index that is made. */
  indexed(name: string): string
}

export function namesIn(database: Database, schema: string | undefined): Names {
  const bare = (name: string): string => name
  if (schema === undefined) return { schema, table: bare, index: bare, indexed: bare }
  const quote = database === 'mysql' ? '`' : '"'
  const qualified = (name: string): string => `${quote}${schema}${quote}.${name}`
  // PostgreSQL makes an index in the schema of its table. SQLite looks for the table in the schema of the index.
  return database === 'sqlite'
    ? { schema, table: qualified, index: qualified, indexed: bare }
    : { schema, table: qualified, index: bare, indexed: qualified }
}

function isKysely(source: unknown): source is Kysely<Schema> {
  return typeof (source as Partial<Kysely<Schema>> | null)?.selectFrom === 'function'
}

function isTable(node: OperationNode): node is TableNode {
  return TableNode.is(node)
}
