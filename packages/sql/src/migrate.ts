import { systemClock } from '@bearward/core'
import { type Kysely, sql } from 'kysely'
import type { Engine, Migrated } from './engine.ts'
import { refusalOf } from './explained.ts'
import { MIGRATIONS, SCHEMA_VERSION, wordsOf } from './migrations.ts'
import { grantOnSchema } from './rights.ts'
import { whole } from './rows.ts'
import type { Database, Schema } from './schema.ts'
import { chooseSchema, type Names } from './schema-name.ts'

const DATABASES: readonly Database[] = ['sqlite', 'postgres', 'mysql']

function historyIn({ table }: Names): string {
  const columns = 'version integer not null primary key, applied_at bigint not null'
  return `create table if not exists ${table('bearward_migrations')} (${columns})`
}

/**
 * The statements that bring a database to the present version, as text to read, review and run by hand: what a store does
 * by itself unless it was told not to. They note the version too, so that the store finds it.
 *
 * @param database which kind
 * @param fromVersion the version that the tables are at. Default 0: there are none yet
 * @param options `schema`: where the tables stand. Default: where the database looks by itself
 * @throws {TypeError} when there is no such database or version
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs'
 * import { migrationSql } from '@bearward/sql'
 *
 * writeFileSync('bearward.sql', migrationSql('postgres'))
 * ```
 */
export function migrationSql(
  database: Database,
  fromVersion = 0,
  options: { readonly schema?: string | undefined } = {},
): string {
  if (!DATABASES.includes(database)) {
    throw new TypeError("migrationSql: the database must be 'sqlite', 'postgres' or 'mysql'")
  }
  if (!Number.isInteger(fromVersion) || fromVersion < 0 || fromVersion > SCHEMA_VERSION) {
    throw new TypeError(`migrationSql: fromVersion must be a whole number from 0 to ${SCHEMA_VERSION}`)
  }
  const words = wordsOf(database, chooseSchema('migrationSql', undefined, options.schema).schema)
  const statements = MIGRATIONS.filter(({ version }) => version > fromVersion).flatMap((step) => [
    ...step.statements(words),
    `insert into ${words.names.table('bearward_migrations')} (version, applied_at) values (${step.version}, 0)`,
  ])
  return [historyIn(words.names), ...statements].map((statement) => `${statement};\n`).join('\n')
}

/** Brings the tables to a version. Looks first, and asks for no right to make what is there. */
export async function migrateTables(engine: Engine, to: number = SCHEMA_VERSION): Promise<Migrated> {
  const present = await presentVersion(engine)
  if (present >= to) return { from: present, to: present }
  if (present === 0) await refuseTablesElsewhere(engine)
  const words = wordsOf(engine.name, engine.schema)
  let from = 0
  await engine.migrateAlone(async (db) => {
    await sql.raw(historyIn(words.names)).execute(db)
    // Asked again: others may have migrated while this process waited for its turn.
    from = checkKnown(await writtenVersion(db))
    for (const { version, statements } of MIGRATIONS) {
      if (version <= from || version > to) continue
      for (const statement of statements(words)) await sql.raw(statement).execute(db)
      await db.insertInto('bearward_migrations').values({ version, applied_at: systemClock.now() }).execute()
    }
  })
  return { from, to: Math.max(from, to) }
}

/**
 * The version that the tables are at; 0 when there are none.
 *
 * @throws {Error} when the database cannot be reached, or its tables cannot be read
 */
export async function presentVersion(engine: Engine): Promise<number> {
  try {
    return checkKnown(await engine.run(writtenVersion))
  } catch (error) {
    const refusal = refusalOf(engine.name, error)
    // A schema that is not there holds no tables; making them says what to do.
    if (refusal === 'no_table' || (refusal === 'no_schema' && engine.schema !== undefined)) return 0
    throw error
  }
}

/**
 * New tables would be empty, and every key unknown. Earlier versions ignored the schema of a Kysely instance.
 *
 * @throws {Error} when the tables stand in a schema that this role may not use, or where the database looks by itself
 */
async function refuseTablesElsewhere(engine: Engine): Promise<void> {
  const hidden = await engine.hiddenSchema?.()
  if (hidden !== undefined) {
    throw new Error(
      `the tables stand in the schema "${hidden}", which this role may not use; the owner must run ${grantOnSchema(hidden)}`,
    )
  }
  if (!engine.isSchemaImplied) return
  try {
    await engine.run((db) => sql`select max(version) from bearward_migrations`.execute(db))
  } catch (error) {
    if (refusalOf(engine.name, error) === 'no_table') return
    throw error
  }
  throw new Error(
    `the schema "${engine.schema}" has no tables of this package, and another one has: an earlier version made them there. ` +
      `Move them (docs/sql.md says how), or, if they are another application's, give the option schema: '${engine.schema}'`,
  )
}

async function writtenVersion(db: Kysely<Schema>): Promise<number> {
  const row = await db
    .selectFrom('bearward_migrations')
    .select(({ fn }) => fn.max('version').as('version'))
    .executeTakeFirst()
  return row?.version == null ? 0 : whole(row.version)
}

/** Tables of a later version may mean something that this one would destroy. */
function checkKnown(version: number): number {
  if (version <= SCHEMA_VERSION) return version
  throw new Error(
    `the tables are at version ${version}, and this @bearward/sql knows versions up to ${SCHEMA_VERSION}: upgrade it`,
  )
}
