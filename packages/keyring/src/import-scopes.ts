import type { ImportRow, RowRules } from './import-row.ts'
import { invalid } from './input.ts'
import type { KeyringSettings } from './options.ts'

/**
 * What the keyring's scopes are, by the scopes of the other system: one, several, or none (`[]`). A scope that is not in the
 * table stays as it is. Or a function from all scopes of a key.
 */
export type ScopeMapping<S extends string = string> =
  | { readonly [scope: string]: S | readonly S[] }
  | ((scopes: readonly string[], row: ImportRow) => readonly S[])

/** @throws {KeyringError} `invalid_input` when it is no mapping */
export function scopeMapper({ scopePatterns }: KeyringSettings, mapScopes: ScopeMapping = {}): RowRules['mapScopes'] {
  if (mapScopes === null || !['object', 'function'].includes(typeof mapScopes)) {
    invalid('mapScopes', 'an object from scope to scopes, or a function')
  }
  return typeof mapScopes === 'function'
    ? mapScopes
    : (scopes) => scopes.flatMap((scope) => mapped(mapScopes, scope, scopePatterns))
}

/** A scope that grants others, where the keyring takes it for a pattern. `*` alone means all of them everywhere. */
const isPattern = (scope: string): boolean => scope.endsWith(':*')

function mapped(
  table: { readonly [scope: string]: string | readonly string[] },
  scope: string,
  hasPatterns: boolean,
): readonly string[] {
  const to = Object.hasOwn(table, scope) ? table[scope] : undefined
  if (to !== undefined) return typeof to === 'string' ? [to] : to
  if (hasPatterns && isPattern(scope)) invalid('scopes', 'mapped where they end in :*, which is a pattern here')
  return [scope]
}
