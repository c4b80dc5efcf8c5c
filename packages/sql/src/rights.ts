import { sql } from 'kysely'
import type { Engine } from './engine.ts'
import type { Database, Schema } from './schema.ts'
import { namesIn, table } from './schema-name.ts'

export type Right = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE'
export type TableName = keyof Schema

/** Rights of a role that runs the application, by table. `docs/database-rights.md` repeats them. */
export const RIGHTS: Readonly<Record<TableName, readonly Right[]>> = {
  bearward_keys: ['SELECT', 'INSERT', 'UPDATE'],
  bearward_key_uses: ['SELECT', 'INSERT', 'UPDATE'],
  bearward_usage_days: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  bearward_audit: ['SELECT', 'INSERT'],
  bearward_outbox: ['SELECT', 'INSERT', 'DELETE'],
  bearward_members: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  bearward_servers: ['SELECT', 'INSERT'],
  bearward_counters: ['SELECT', 'UPDATE'],
  bearward_migrations: ['SELECT'],
}

/** Tables that every store uses. */
export const STORE_TABLES: readonly TableName[] = [
  'bearward_migrations',
  'bearward_keys',
  'bearward_key_uses',
  'bearward_usage_days',
  'bearward_audit',
  'bearward_outbox',
  'bearward_counters',
]

/** Tables that the channels of this package use besides. */
export const CHANNEL_TABLES: readonly TableName[] = ['bearward_members', 'bearward_servers']

/** The role of the application in statements that are proposed. */
const ROLE = 'app'

/** The statement that gives a role all that it needs on a table. */
export function grantOn(database: Database, schema: string | undefined, name: TableName): string {
  return `GRANT ${RIGHTS[name].join(', ')} ON ${namesIn(database, schema).table(name)} TO ${ROLE}`
}

/** The statement that lets a role of PostgreSQL see what stands in a schema. */
export function grantOnSchema(schema: string | undefined): string {
  return `GRANT USAGE ON SCHEMA ${schema === undefined ? 'public' : `"${schema}"`} TO ${ROLE}`
}

/** A column that an update can leave as it is. */
const SOME_COLUMN: Readonly<Record<TableName, string>> = {
  bearward_keys: 'id',
  bearward_key_uses: 'last_used_at',
  bearward_usage_days: 'uses',
  bearward_audit: 'at',
  bearward_outbox: 'invalidations',
  bearward_members: 'until',
  bearward_servers: 'since',
  bearward_counters: 'value',
  bearward_migrations: 'applied_at',
}

/**
 * Uses each right on no row. That changes nothing, and fails without the right.
 *
 * @throws {Error} that names every right that is missing, or why the database takes no writes
 */
export async function checkRights(engine: Engine, tables: readonly TableName[]): Promise<void> {
  const failures = new Set<string>()
  let last: unknown
  for (const name of tables) {
    for (const right of RIGHTS[name]) {
      try {
        await use(engine, name, right)
      } catch (error) {
        last = error
        failures.add((error as Error).message)
        if (!(error as { isDenied?: unknown }).isDenied) throw error
        // The statement that is proposed gives all rights on this table.
        break
      }
    }
  }
  if (failures.size > 0) throw new Error([...failures].join('; '), { cause: last })
}

async function use(engine: Engine, name: TableName, right: Right): Promise<void> {
  const [from, column] = [table(engine, name), sql.id(SOME_COLUMN[name])]
  const statements = {
    SELECT: sql`select ${column} from ${from} where 1 = 0`,
    INSERT: sql`insert into ${from} select * from ${from} where 1 = 0`,
    UPDATE: sql`update ${from} set ${column} = ${column} where 1 = 0`,
    DELETE: sql`delete from ${from} where 1 = 0`,
  }
  await engine.run((db) => statements[right].execute(db))
}
