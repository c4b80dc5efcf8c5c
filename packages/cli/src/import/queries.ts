import { type KnownTable, TABLES } from '@bearward/import'
import { joinParents, KEYS, type Parent, quoter } from './parents.ts'
import { type ForeignDatabase, findColumn, findTable, readSchema, type Table } from './schema.ts'

// What is read of each system where it keeps its keys itself: all columns, since versions differ in them, in an order that is
// the same each time, and what says whether the system would still accept the key.

/** All columns of a table. */
export function wholeTable(system: KnownTable): (database: ForeignDatabase) => Promise<string> {
  return (database) => withParents(database, system, [])
}

/** Keys of better-auth belong to a user or, by configuration, to an organisation; no column says which. */
export function betterAuthQuery(database: ForeignDatabase): Promise<string> {
  const by = ['referenceId', 'userId']
  return withParents(database, 'better-auth', [
    { name: 'owner', tables: ['user', 'users'], by },
    { name: 'owner', tables: ['organization', 'organizations'], by },
  ])
}

/** Whom keys of keypal belong to is known to the application alone. */
export function keypalQuery(database: ForeignDatabase): Promise<string> {
  return withParents(database, 'keypal', [{ name: 'owner', tables: [], by: [] }])
}

/** Kinds of owners that are looked up. */
const MAX_TYPES = 50

/** The owner's table is the one that Laravel gives a model of that name. */
export async function sanctumQuery(database: ForeignDatabase): Promise<string> {
  const { table } = TABLES.sanctum
  const schema = await readSchema(database)
  const type = findColumn(schema.get(table), ['tokenable_type'])
  const quoted = quoter(database.kind)
  const rows =
    type === undefined
      ? []
      : await database.query(
          `select distinct ${quoted(type.name)} as type from ${quoted(table)} order by 1 limit ${MAX_TYPES}`,
        )
  const types = rows.map((row) => row.type).filter((each) => typeof each === 'string')
  const parents = types.map(
    (each): Parent => ({
      name: 'owner',
      tables: tablesOf(each),
      by: ['tokenable_id'],
      when: isText(database, `${KEYS}.${quoted(type?.name ?? '')}`, each),
    }),
  )
  return withParents(
    database,
    'sanctum',
    parents.length > 0 ? parents : [{ name: 'owner', tables: [], by: [] }],
    schema,
  )
}

/** `App\Models\ApiClient` is kept in `api_clients`. */
function tablesOf(type: string): readonly string[] {
  const model = type.split(/[\\/.]/).at(-1) ?? ''
  const name = model.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase()
  const plural = /[^aeiou]y$/.test(name)
    ? `${name.slice(0, -1)}ies`
    : /(?:s|x|z|ch|sh)$/.test(name)
      ? `${name}es`
      : `${name}s`
  return [plural, name]
}

/** Compares with a text in hex: what a backslash means differs from server to server. */
function isText({ kind }: ForeignDatabase, column: string, text: string): string {
  const hex = Buffer.from(text, 'utf8').toString('hex')
  if (kind === 'postgres') return `${column} = convert_from(decode('${hex}', 'hex'), 'UTF8')`
  return kind === 'mysql' ? `cast(${column} as binary) = x'${hex}'` : `${column} = cast(x'${hex}' as text)`
}

const UNKEY_PARENTS: readonly Parent[] = [
  { name: 'keyspace', tables: ['key_auth', 'keyspaces'], by: ['key_auth_id', 'keyspace_id'] },
  { name: 'api', tables: ['apis'], by: ['key_auth_id', 'keyspace_id'], id: 'key_auth_id', also: ['ip_whitelist'] },
  { name: 'workspace', tables: ['workspaces'], by: ['workspace_id'] },
  { name: 'for_workspace', tables: ['workspaces'], by: ['for_workspace_id'] },
  { name: 'identity', tables: ['identities'], by: ['identity_id'] },
]

/** The permissions of a key are its own and those of its roles. Unkey checks their `slug`. It runs on MySQL alone. */
const UNKEY_PERMISSIONS = `left join (
  select key_id, json_arrayagg(slug) as permissions from (
    select key_id, permission_id from keys_permissions
    union select kr.key_id, rp.permission_id from keys_roles kr join roles_permissions rp on rp.role_id = kr.role_id
  ) given join permissions on permissions.id = permission_id group by key_id
) granted on granted.key_id = ${KEYS}.id`

export async function unkeyQuery(database: ForeignDatabase): Promise<string> {
  const schema = await readSchema(database)
  const [credits, limits] = [findTable(schema, ['credits']), findTable(schema, ['ratelimits'])]
  const more = [', granted.permissions']
  if (findColumn(limits, ['key_id']) !== undefined) {
    more.push(`, exists (select 1 from ratelimits where ratelimits.key_id = ${KEYS}.id) as ratelimits`)
  }
  const uses = findColumn(credits, ['key_id']) && findColumn(credits, ['remaining'])
  if (uses !== undefined) {
    more.push(`, (select min(remaining) from credits where credits.key_id = ${KEYS}.id) as credits_remaining`)
  }
  return withParents(database, 'unkey', UNKEY_PARENTS, schema, { columns: more.join(''), joins: UNKEY_PERMISSIONS })
}

async function withParents(
  database: ForeignDatabase,
  system: KnownTable,
  parents: readonly Parent[],
  known?: ReadonlyMap<string, Table>,
  more: { readonly columns: string; readonly joins: string } = { columns: '', joins: '' },
): Promise<string> {
  const { table, key } = TABLES[system]
  const quoted = quoter(database.kind)
  const schema = known ?? (parents.length === 0 ? new Map<string, Table>() : await readSchema(database))
  const { columns, joins } = joinParents(database.kind, schema, schema.get(table), parents)
  return `select ${KEYS}.*${more.columns}${columns} from ${quoted(table)} ${KEYS} ${more.joins}${joins}
    order by ${KEYS}.${quoted(key)}`
}
