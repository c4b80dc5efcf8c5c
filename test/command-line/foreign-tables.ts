import type { Engine, ForeignDatabase } from './foreign-databases.ts'

type Kind = 'text' | 'long' | 'flag' | 'number' | 'moment' | 'zoned' | 'json'

/** What the migrations of these systems make of a column, roughly: what matters is what a driver makes of it. */
const TYPES: Readonly<Record<Engine, Readonly<Record<Kind, string>>>> = {
  sqlite: {
    text: 'varchar',
    long: 'text',
    flag: 'boolean',
    number: 'bigint',
    moment: 'datetime',
    zoned: 'datetime',
    json: 'text',
  },
  postgres: {
    text: 'varchar(256)',
    long: 'text',
    flag: 'boolean',
    number: 'bigint',
    moment: 'timestamp(0) without time zone',
    zoned: 'timestamp with time zone',
    json: 'jsonb',
  },
  mysql: {
    text: 'varchar(256)',
    long: 'text',
    flag: 'boolean',
    number: 'bigint',
    moment: 'timestamp null',
    zoned: 'datetime(6)',
    json: 'json',
  },
}

type Columns = Readonly<Record<string, Kind>>
type Row = Readonly<Record<string, string | number | boolean | null>>

/** Makes a table and fills it. The first column is its key. */
export async function fill(
  database: ForeignDatabase,
  engine: Engine,
  table: string,
  columns: Columns,
  rows: readonly Row[],
): Promise<void> {
  const quote = engine === 'mysql' ? '`' : '"'
  const quoted = (name: string): string => quote + name + quote
  const definitions = Object.entries(columns).map(([name, kind]) => `${quoted(name)} ${TYPES[engine][kind]}`)
  const [key = ''] = Object.keys(columns)
  await database.run(`create table ${quoted(table)} (${definitions.join(', ')}, primary key (${quoted(key)}))`)
  for (const row of rows) {
    const values = Object.values(row).map((value) => literal(engine, value))
    const names = Object.keys(row).map(quoted)
    await database.run(`insert into ${quoted(table)} (${names.join(', ')}) values (${values.join(', ')})`)
  }
}

function literal(engine: Engine, value: Row[string]): string {
  if (typeof value !== 'string') return String(value)
  const text = engine === 'mysql' ? value.replaceAll('\\', '\\\\') : value
  return `'${text.replaceAll("'", "''")}'`
}

export const SANCTUM: Columns = {
  id: 'number',
  tokenable_type: 'text',
  tokenable_id: 'number',
  name: 'long',
  token: 'text',
  abilities: 'long',
  last_used_at: 'moment',
  expires_at: 'moment',
  created_at: 'moment',
  updated_at: 'moment',
}

export const BETTER_AUTH: Columns = {
  id: 'text',
  configId: 'text',
  name: 'text',
  start: 'text',
  referenceId: 'text',
  prefix: 'text',
  key: 'text',
  enabled: 'flag',
  expiresAt: 'zoned',
  createdAt: 'zoned',
  updatedAt: 'zoned',
  permissions: 'long',
  metadata: 'long',
}

/** Owners as Laravel and better-auth keep them. */
export const USERS: Columns = { id: 'number', name: 'text', deleted_at: 'moment', is_active: 'flag' }
export const USER: Columns = { id: 'text', name: 'text', banned: 'flag', banReason: 'text' }
export const ORGANIZATION: Columns = { id: 'text', name: 'text' }

export const DRF: Columns = {
  id: 'text',
  prefix: 'text',
  hashed_key: 'text',
  created: 'zoned',
  name: 'text',
  revoked: 'flag',
  expiry_date: 'zoned',
}

export const KEYPAL: Columns = { id: 'text', key_hash: 'text', metadata: 'json' }

/** Of Unkey's tables, the columns that bear on a key. */
export const UNKEY: Readonly<Record<string, Columns>> = {
  keys: {
    id: 'text',
    hash: 'text',
    start: 'text',
    name: 'text',
    identity_id: 'text',
    meta: 'long',
    expires: 'zoned',
    created_at_m: 'number',
    deleted_at_m: 'number',
    enabled: 'flag',
    last_used_at: 'number',
    pending_migration_id: 'text',
  },
  permissions: { id: 'text', name: 'text', slug: 'text' },
  keys_permissions: { key_id: 'text', permission_id: 'text' },
  keys_roles: { key_id: 'text', role_id: 'text' },
  roles_permissions: { permission_id: 'text', role_id: 'text' },
}

/** The same since keys have parents, and the parents. */
export const UNKEY_PARENTS: Readonly<Record<string, Columns>> = {
  ...UNKEY,
  keys: {
    ...UNKEY.keys,
    key_auth_id: 'text',
    workspace_id: 'text',
    for_workspace_id: 'text',
    remaining_requests: 'number',
    refill_amount: 'number',
    environment: 'text',
  },
  key_auth: { id: 'text', workspace_id: 'text', deleted_at_m: 'number' },
  apis: { id: 'text', key_auth_id: 'text', ip_whitelist: 'text', deleted_at_m: 'number' },
  workspaces: { id: 'text', enabled: 'flag', deleted_at_m: 'number' },
  identities: { id: 'text', external_id: 'text', deleted: 'flag' },
  ratelimits: { id: 'text', key_id: 'text', limit: 'number' },
}
