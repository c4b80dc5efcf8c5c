import {
  betterAuthKeys,
  betterAuthRow,
  drfKeys,
  drfRow,
  githubStyleTokens,
  type KnownTable,
  keypalKeys,
  keypalRow,
  plainKeys,
  plainRow,
  prefixedApiKeyRow,
  prefixedApiKeys,
  type Row,
  sanctumRow,
  sanctumTokens,
  TABLES,
  unkeyKeys,
  unkeyRow,
} from '@bearward/import'
import type { ForeignFormat, ImportRow } from '@bearward/keyring'
import type { Database } from '@bearward/sql'

/** What an operator may have to say of a system, because it stands in no row. */
export interface SystemOptions {
  /** `sanctum.expiration`, in minutes. */
  readonly expirationMinutes?: number | undefined
  /** Whether better-auth was set up with `disableKeyHashing`. */
  readonly disableKeyHashing?: boolean | undefined
}

/** A system that keys can come from. */
export interface System {
  /** The formats of its tokens; `prefix` is what they begin with there. */
  readonly formats: (prefix: string | undefined) => readonly ForeignFormat[]
  readonly read: (options: SystemOptions) => (row: Row) => ImportRow
  /** Reads its rows where it keeps them itself; nothing where everybody has a table of his own. */
  readonly query?: (database: Database) => string
}

/** By the name that `--from` takes. */
export const SYSTEMS: Readonly<Record<string, System>> = {
  unkey: {
    // Of keys that it took over itself, and has not seen since.
    formats: (prefix) => [unkeyKeys({ prefix }), prefixedApiKeys()],
    read: () => unkeyRow(),
    query: () => UNKEY,
  },
  'better-auth': {
    formats: (prefix) => [betterAuthKeys({ prefix })],
    read: ({ disableKeyHashing }) => betterAuthRow({ disableKeyHashing }),
    query: wholeTable('better-auth'),
  },
  keypal: { formats: (prefix) => [keypalKeys({ prefix })], read: () => keypalRow(), query: wholeTable('keypal') },
  'prefixed-api-key': { formats: (prefix) => [prefixedApiKeys({ prefix })], read: () => prefixedApiKeyRow() },
  sanctum: {
    formats: (tokenPrefix) => [sanctumTokens({ tokenPrefix })],
    read: ({ expirationMinutes }) => sanctumRow({ expirationMinutes }),
    query: wholeTable('sanctum'),
  },
  drf: { formats: () => [drfKeys()], read: () => drfRow(), query: wholeTable('drf') },
  github: { formats: (prefix) => [githubStyleTokens({ prefix })], read: () => plainRow({ format: 'github' }) },
  // Any token of the header's grammar: what a list holds is known by its owner alone.
  plain: { formats: () => [plainKeys({ pattern: /^[\x21-\x7e]{16,256}$/ })], read: () => plainRow() },
}

/** All columns, since versions of a system differ in them; in an order that is the same each time. */
function wholeTable(name: KnownTable): (database: Database) => string {
  const { table, key } = TABLES[name]
  return (database) =>
    database === 'mysql'
      ? `select * from \`${table}\` order by \`${key}\``
      : `select * from "${table}" order by "${key}"`
}

/** The permissions of a key are its own and those of its roles. Unkey checks their `slug`. It runs on MySQL alone. */
const UNKEY = `select k.*, granted.permissions from \`keys\` k left join (
  select key_id, json_arrayagg(slug) as permissions from (
    select key_id, permission_id from keys_permissions
    union select kr.key_id, rp.permission_id from keys_roles kr join roles_permissions rp on rp.role_id = kr.role_id
  ) given join permissions on permissions.id = permission_id group by key_id
) granted on granted.key_id = k.id order by k.id`
