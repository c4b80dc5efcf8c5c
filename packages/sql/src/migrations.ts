import { systemClock } from '@bearward/core'
import { type Kysely, sql } from 'kysely'
import type { Engine as SqlEngine } from './engine.ts'
import { whole } from './rows.ts'
import type { Schema } from './schema.ts'

/** The kinds of database. */
export type Engine = 'sqlite' | 'postgres' | 'mysql'

/** One step of the tables' history. Steps are only ever added. */
export interface Migration {
  readonly version: number
  /** Statements in order, without semicolons. */
  statements(types: ColumnTypes): readonly string[]
}

/** What columns are called by each database. */
export interface ColumnTypes {
  /** A whole number of 64 bits. */
  readonly whole: string
  /** Text of so many characters that is compared byte for byte, blanks at its end included. */
  bytes(characters: number): string
  /** Text that is never compared. */
  readonly text: string
}

const TYPES: Readonly<Record<Engine, ColumnTypes>> = {
  sqlite: { whole: 'integer', bytes: () => 'text', text: 'text' },
  postgres: { whole: 'bigint', bytes: (characters) => `varchar(${characters}) collate "C"`, text: 'text' },
  // Even the binary collations of text pad with blanks: `'a' = 'a '`. Bytes do not.
  mysql: {
    whole: 'bigint',
    bytes: (characters) => `varbinary(${characters * 4})`,
    text: 'mediumtext character set utf8mb4 collate utf8mb4_bin',
  },
}

const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    statements: ({ whole: number, bytes, text }) => [
      `create table bearward_keys (
  id ${bytes(64)} not null primary key,
  digest ${bytes(255)} not null,
  hint ${bytes(64)} not null,
  name ${text} not null,
  owner ${bytes(255)},
  environment ${bytes(16)},
  scopes ${text} not null,
  metadata ${text} not null,
  created_at ${number} not null,
  not_before ${number},
  expires_at ${number},
  disabled_at ${number},
  revoked_at ${number},
  ended_at ${number},
  announced_at ${number},
  rotated_from ${bytes(64)},
  rotated_to ${bytes(64)},
  grace_ends_at ${number},
  ends_predecessor ${number} not null,
  version ${number} not null,
  ends_at ${number},
  standing varchar(16) not null
)`,
      'create unique index bearward_keys_digest on bearward_keys (digest)',
      'create index bearward_keys_created on bearward_keys (created_at, id)',
      'create index bearward_keys_owner on bearward_keys (owner, created_at, id)',
      'create index bearward_keys_standing on bearward_keys (standing, created_at, id)',
      'create index bearward_keys_ends on bearward_keys (standing, ends_at, id)',
      'create index bearward_keys_hint on bearward_keys (hint)',
      `create table bearward_key_uses (
  key_id ${bytes(64)} not null primary key,
  last_used_at ${number} not null,
  last_used_from ${text},
  addresses ${text} not null
)`,
      `create table bearward_audit (
  sequence ${number} not null primary key,
  at ${number} not null,
  action varchar(16) not null,
  key_id ${bytes(64)} not null,
  owner ${bytes(255)},
  actor ${bytes(255)},
  origin ${text},
  reason ${text},
  version ${number} not null,
  changes ${text} not null
)`,
      'create index bearward_audit_key on bearward_audit (key_id, sequence)',
      'create index bearward_audit_owner on bearward_audit (owner, sequence)',
      'create index bearward_audit_actor on bearward_audit (actor, sequence)',
      'create index bearward_audit_action on bearward_audit (action, sequence)',
      `create table bearward_outbox (
  sequence ${number} not null primary key,
  invalidations ${text} not null
)`,
      `create table bearward_counters (
  name varchar(16) not null primary key,
  value ${number} not null
)`,
      "insert into bearward_counters (name, value) values ('commits', 0), ('uses', 0)",
    ],
  },
]

/** The version of the tables that this package works with. */
export const SCHEMA_VERSION: number = Math.max(...MIGRATIONS.map(({ version }) => version))

const HISTORY =
  'create table if not exists bearward_migrations (version integer not null primary key, applied_at bigint not null)'

/**
 * The statements that bring a database to the present version, as text to read, review and run by hand: what a store does by
 * itself unless it was told not to. The history of versions is written too, so that the store finds it.
 *
 * @param engine which database
 * @param fromVersion the version that the tables are at. Default 0: there are none yet
 * @throws {TypeError} when there is no such database
 * @example
 * ```ts
 * import { migrationSql } from '@bearward/sql'
 *
 * console.log(migrationSql('postgres')) // npx … > migration.sql
 * ```
 */
export function migrationSql(engine: Engine, fromVersion = 0): string {
  if (!Object.hasOwn(TYPES, engine)) throw new TypeError("migrationSql: give 'sqlite', 'postgres' or 'mysql'")
  const steps = MIGRATIONS.filter(({ version }) => version > fromVersion)
  const statements = steps.flatMap(({ version, statements }) => [
    ...statements(TYPES[engine]),
    `insert into bearward_migrations (version, applied_at) values (${version}, 0)`,
  ])
  return [HISTORY, ...statements].map((statement) => `${statement};\n`).join('\n')
}

/** Brings the tables to the present version, or to `upTo`; does nothing where they are. */
export async function migrateTables(engine: SqlEngine, upTo: number = SCHEMA_VERSION): Promise<void> {
  if ((await versionOf(engine.db)) >= upTo) return
  await engine.migrateAlone(async (db) => {
    await sql.raw(HISTORY).execute(db)
    const present = await writtenVersion(db)
    for (const { version, statements } of MIGRATIONS) {
      if (version <= present || version > upTo) continue
      for (const statement of statements(TYPES[engine.name])) await sql.raw(statement).execute(db)
      await db.insertInto('bearward_migrations').values({ version, applied_at: systemClock.now() }).execute()
    }
  })
}

/** The version that the tables are at; 0 when there are none. */
async function versionOf(db: Kysely<Schema>): Promise<number> {
  let version: number
  try {
    version = await writtenVersion(db)
  } catch {
    // No table of versions, or no database: the next statement tells which.
    return 0
  }
  if (version > SCHEMA_VERSION) {
    throw new Error(
      `the tables are at version ${version}, and this @bearward/sql knows versions up to ${SCHEMA_VERSION}: upgrade it`,
    )
  }
  return version
}

async function writtenVersion(db: Kysely<Schema>): Promise<number> {
  const row = await db
    .selectFrom('bearward_migrations')
    .select(({ fn }) => fn.max('version').as('version'))
    .executeTakeFirst()
  return row?.version == null ? 0 : whole(row.version)
}
