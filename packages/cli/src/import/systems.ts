import {
  betterAuthKeys,
  betterAuthRow,
  drfKeys,
  drfRow,
  githubStyleTokens,
  keypalKeys,
  keypalRow,
  plainKeys,
  plainRow,
  prefixedApiKeyRow,
  prefixedApiKeys,
  type ReaderOptions,
  type Row,
  sanctumRow,
  sanctumTokens,
  unkeyKeys,
  unkeyRow,
} from '@bearward/import'
import type { ForeignFormat, ImportRow } from '@bearward/keyring'
import { betterAuthQuery, keypalQuery, sanctumQuery, unkeyQuery, wholeTable } from './queries.ts'
import type { StatementFor } from './statement.ts'

/** What an operator may have to say of a system, because it stands in no row; and of columns that no reader knows. */
export interface SystemOptions extends Pick<ReaderOptions, 'map' | 'ignore'> {
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
  readonly query?: StatementFor
}

/** By the name that `--from` takes. */
export const SYSTEMS: Readonly<Record<string, System>> = {
  unkey: {
    // Of keys that it took over itself, and has not seen since.
    formats: (prefix) => [unkeyKeys({ prefix }), prefixedApiKeys()],
    read: unkeyRow,
    query: unkeyQuery,
  },
  'better-auth': {
    formats: (prefix) => [betterAuthKeys({ prefix })],
    read: betterAuthRow,
    query: betterAuthQuery,
  },
  keypal: { formats: (prefix) => [keypalKeys({ prefix })], read: keypalRow, query: keypalQuery },
  'prefixed-api-key': { formats: (prefix) => [prefixedApiKeys({ prefix })], read: prefixedApiKeyRow },
  sanctum: {
    formats: (tokenPrefix) => [sanctumTokens({ tokenPrefix })],
    read: sanctumRow,
    query: sanctumQuery,
  },
  drf: { formats: () => [drfKeys()], read: drfRow, query: wholeTable('drf') },
  github: {
    formats: (prefix) => [githubStyleTokens({ prefix })],
    read: (options) => plainRow({ ...options, format: 'github' }),
  },
  // Any token of the header's grammar: what a list holds is known by its owner alone.
  plain: { formats: () => [plainKeys({ pattern: /^[\x21-\x7e]{16,256}$/ })], read: (options) => plainRow(options) },
}
