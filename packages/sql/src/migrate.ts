import { systemClock } from '@bearward/core'
import { type Kysely, sql } from 'kysely'
import type { Engine, Migrated } from './engine.ts'
import { MIGRATIONS, SCHEMA_VERSION, WORDS } from './migrations.ts'
import { whole } from './rows.ts'
import type { Database, Schema } from './schema.ts'

const HISTORY =
  'create table if not exists bearward_migrations (version integer not null primary key, applied_at bigint not null)'

/**
 * The statements that bring a database to the present version, as text to read, review and run by hand: what a store does
 * by itself unless it was told not to. They note the version too, so that the store finds it.
 *
 * @param database which kind
 * @param fromVersion the version that the tables are at. Default 0: there are none yet
 * @throws {TypeError} when there is no such database or version
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs'
 * import { migrationSql } from '@bearward/sql'
 *
 * writeFileSync('bearward.sql', migrationSql('postgres'))
 * ```
 */
export function migrationSql(database: Database, fromVersion = 0): string {
  if (!Object.hasOwn(WORDS, database)) {
    throw new TypeError("migrationSql: the database must be 'sqlite', 'postgres' or 'mysql'")
  }
  if (!Number.isInteger(fromVersion) || fromVersion < 0 || fromVersion > SCHEMA_VERSION) {
    throw new TypeError(`migrationSql: fromVersion must be a whole number from 0 to ${SCHEMA_VERSION}`)
  }
  const statements = MIGRATIONS.filter(({ version }) => version > fromVersion).flatMap((step) => [
    ...step.statements(WORDS[database]),
    `insert into bearward_migrations (version, applied_at) values (${step.version}, 0)`,
  ])
  return [HISTORY, ...statements].map((statement) => `${statement};\n`).join('\n')
}

/** Brings the tables to a version; does nothing where they are. */
export async function migrateTables(engine: Engine, to: number = SCHEMA_VERSION): Promise<Migrated> {
  const present = await presentVersion(engine)
  if (present >= to) return { from: present, to: present }
  let from = 0
  await engine.migrateAlone(async (db) => {
    await sql.raw(HISTORY).execute(db)
    // Asked again: others may have migrated while this process waited for its turn.
    from = checkKnown(await writtenVersion(db))
    for (const { version, statements } of MIGRATIONS) {
      if (version <= from || version > to) continue
      for (const statement of statements(WORDS[engine.name])) await sql.raw(statement).execute(db)
      await db.insertInto('bearward_migrations').values({ version, applied_at: systemClock.now() }).execute()
    }
  })
  return { from, to: Math.max(from, to) }
}

/** The version that the tables are at; 0 when there are none. */
export async function presentVersion(engine: Engine): Promise<number> {
  let version: number
  try {
    version = await engine.run(writtenVersion)
  } catch {
    // No table of versions, or no database: the next statement tells which.
    return 0
  }
  return checkKnown(version)
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
