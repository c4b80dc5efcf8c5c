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
  type Row,
  sanctumRow,
  sanctumTokens,
  unkeyKeys,
  unkeyRow,
} from '@bearward/import'
import type { ForeignFormat, ImportRow } from '@bearward/keyring'

/** A system that keys can come from. */
export interface System {
  /** The format of its tokens; `prefix` is what they begin with there. */
  readonly format: (prefix: string | undefined) => ForeignFormat
  readonly read: () => (row: Row) => ImportRow
}

/** By the name that `--from` takes. */
export const SYSTEMS: Readonly<Record<string, System>> = {
  unkey: { format: (prefix) => unkeyKeys({ prefix }), read: unkeyRow },
  'better-auth': { format: (prefix) => betterAuthKeys({ prefix }), read: betterAuthRow },
  keypal: { format: (prefix) => keypalKeys({ prefix }), read: keypalRow },
  'prefixed-api-key': { format: (prefix) => prefixedApiKeys({ prefix }), read: prefixedApiKeyRow },
  sanctum: { format: (tokenPrefix) => sanctumTokens({ tokenPrefix }), read: sanctumRow },
  drf: { format: () => drfKeys(), read: drfRow },
  github: { format: (prefix) => githubStyleTokens({ prefix }), read: () => plainRow({ format: 'github' }) },
  // Any token of the header's grammar: what a list holds is known by its owner alone.
  plain: { format: () => plainKeys({ pattern: /^[\x21-\x7e]{16,256}$/ }), read: plainRow },
}
