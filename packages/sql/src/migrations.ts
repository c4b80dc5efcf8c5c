import type { Database } from './schema.ts'
import { type Names, namesIn } from './schema-name.ts'

/** One step of the tables' history. Steps are only ever added. */
export interface Migration {
  readonly version: number
  /** Statements in order, without semicolons. */
  statements(words: Words): readonly string[]
}

/** What each database calls the same. */
export interface Words {
  readonly names: Names
  /** A whole number of 64 bits. */
  readonly whole: string
  /** Text of so many characters that is compared byte for byte, blanks at its end included. */
  bytes(characters: number): string
  /** Text that is never compared. */
  readonly text: string
  /** Statements that make a table with its indexes. */
  table(name: string, columns: readonly string[], indexes?: Readonly<Record<string, string>>): readonly string[]
  /** Statements that add a column to a table with rows in it; it may be null. */
  column(table: string, name: string, type: string): readonly string[]
  /** Statements that add an index to a table that is there. */
  index(table: string, name: string, columns: string): readonly string[]
  /** The beginning of a statement that inserts what is not there yet. */
  readonly insert: string
}

/** The words of a database, with the names of what stands in a schema. */
export function wordsOf(database: Database, schema: string | undefined): Words {
  const names = namesIn(database, schema)
  if (database === 'mysql') return mysqlWords(names)
  const bytes = database === 'sqlite' ? () => 'text' : (characters: number) => `varchar(${characters}) collate "C"`
  return {
    names,
    whole: database === 'sqlite' ? 'integer' : 'bigint',
    bytes,
    text: 'text',
    /** A table, and its indexes by name: `unique (…)` or `(…)`. */
    table: (name, columns, indexes = {}) => [
      `create table ${names.table(name)} (\n  ${columns.join(',\n  ')}\n)`,
      ...Object.entries(indexes).map(([index, what]) => {
        const [, unique = '', list = ''] = /^(unique )?(.*)$/.exec(what) ?? []
        return `create ${unique}index ${names.index(`${name}_${index}`)} on ${names.indexed(name)} ${list}`
      }),
    ],
    column: (table, name, type) => [`alter table ${names.table(table)} add column ${name} ${type}`],
    index: (table, name, columns) => [
      `create index ${names.index(`${table}_${name}`)} on ${names.indexed(table)} ${columns}`,
    ],
    insert: 'insert',
  }
}

function mysqlWords(names: Names): Words {
  return {
    names,
    whole: 'bigint',
    // Even the binary collations of text pad with blanks: `'a' = 'a '`. Bytes do not.
    bytes: (characters) => `varbinary(${characters * 4})`,
    text: 'mediumtext character set utf8mb4 collate utf8mb4_bin',
    // MySQL commits at every change of a table. So each statement can be run again after a migration that was killed.
    table(name, columns, indexes = {}) {
      const inside = Object.entries(indexes).map(([index, what]) =>
        what.replace(/^(unique )?/, `$1key ${name}_${index} `),
      )
      const lines = [...columns, ...inside].join(',\n  ')
      return [`create table if not exists ${names.table(name)} (\n  ${lines}\n) engine = InnoDB`]
    },
    column: (table, name, type) =>
      unlessThere(names, `alter table ${names.table(table)} add column ${name} ${type}`, {
        what: 'column',
        catalogue: 'columns',
        table,
        name,
      }),
    index: (table, name, columns) =>
      unlessThere(names, `create index ${table}_${name} on ${names.table(table)} ${columns}`, {
        what: 'index',
        catalogue: 'statistics',
        table,
        name: `${table}_${name}`,
      }),
    insert: 'insert ignore',
  }
}

interface Addition {
  readonly what: string
  readonly catalogue: string
  readonly table: string
  readonly name: string
}

/** MySQL has no `add column if not exists`, nor the like for an index: MariaDB alone has it. */
function unlessThere(
  { schema }: Names,
  statement: string,
  { what, catalogue, table, name }: Addition,
): readonly string[] {
  const database = schema === undefined ? 'database()' : `'${schema}'`
  return [
    `set @bearward_${what} = (select if(count(*) = 0, '${statement}', 'do 0')
  from information_schema.${catalogue}
  where table_schema = ${database} and table_name = '${table}' and ${what}_name = '${name}')`,
    `prepare bearward_${what} from @bearward_${what}`,
    `execute bearward_${what}`,
    `deallocate prepare bearward_${what}`,
  ]
}

export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    statements: ({ names, whole, bytes, text, table, insert }) => [
      ...table(
        'bearward_keys',
        [
          `id ${bytes(64)} not null primary key`,
          `digest ${bytes(255)} not null`,
          `hint ${bytes(64)} not null`,
          `name ${text} not null`,
          `owner ${bytes(255)}`,
          `environment ${bytes(16)}`,
          `scopes ${text} not null`,
          `metadata ${text} not null`,
          `created_at ${whole} not null`,
          `not_before ${whole}`,
          `expires_at ${whole}`,
          `disabled_at ${whole}`,
          `revoked_at ${whole}`,
          `ended_at ${whole}`,
          `announced_at ${whole}`,
          `rotated_from ${bytes(64)}`,
          `rotated_to ${bytes(64)}`,
          `grace_ends_at ${whole}`,
          `ends_predecessor ${whole} not null`,
          `version ${whole} not null`,
          `standing ${bytes(16)} not null`,
          `ends_at ${whole}`,
          `announce_at ${whole}`,
        ],
        {
          digest: 'unique (digest)',
          created: '(created_at, id)',
          owner: '(owner, created_at, id)',
          environment: '(environment, created_at, id)',
          standing: '(standing, created_at, id)',
          hint: '(hint)',
          begins: '(not_before)',
          ends: '(ends_at, id)',
          announce: '(announce_at, id)',
        },
      ),
      ...table('bearward_key_uses', [
        `key_id ${bytes(64)} not null primary key`,
        `last_used_at ${whole} not null`,
        `last_used_from ${text}`,
        `addresses ${text} not null`,
      ]),
      ...table(
        'bearward_audit',
        [
          `sequence ${whole} not null primary key`,
          `at ${whole} not null`,
          `action ${bytes(16)} not null`,
          `key_id ${bytes(64)} not null`,
          `owner ${bytes(255)}`,
          `actor ${bytes(255)}`,
          `origin ${text}`,
          `reason ${text}`,
          `version ${whole} not null`,
          `changes ${text} not null`,
        ],
        {
          key: '(key_id, sequence)',
          owner: '(owner, sequence)',
          actor: '(actor, sequence)',
          action: '(action, sequence)',
        },
      ),
      ...table('bearward_outbox', [`sequence ${whole} not null primary key`, `invalidations ${text} not null`]),
      ...table('bearward_counters', ['name varchar(16) not null primary key', `value ${whole} not null`]),
      `${insert} into ${names.table('bearward_counters')} (name, value) values ('commits', 0), ('uses', 0)`,
    ],
  },
  {
    version: 2,
    statements: ({ whole, bytes, table }) =>
      table('bearward_usage_days', [
        `key_id ${bytes(64)} not null`,
        'day integer not null',
        `uses ${whole} not null`,
        'primary key (key_id, day)',
      ]),
  },
  {
    version: 3,
    // Who takes part in a channel, and since when this server keeps count of it.
    statements: ({ whole, bytes, table }) => [
      ...table('bearward_members', [
        `id ${bytes(64)} not null primary key`,
        `lease_ms ${whole} not null`,
        `until ${whole} not null`,
        `acknowledged ${whole} not null`,
      ]),
      ...table('bearward_servers', [`identity ${bytes(255)} not null primary key`, `since ${whole} not null`]),
    ],
  },
  {
    version: 4,
    statements: ({ text, column }) => column('bearward_keys', 'secret_hash', text),
  },
  {
    version: 5,
    // Pages of one owner's keys, or of one environment's, in one state.
    statements: ({ index }) => [
      ...index('bearward_keys', 'owner_standing', '(owner, standing, created_at, id)'),
      ...index('bearward_keys', 'environment_standing', '(environment, standing, created_at, id)'),
    ],
  },
]

/** The version of the tables that this package works with. */
export const SCHEMA_VERSION: number = Math.max(...MIGRATIONS.map(({ version }) => version))
