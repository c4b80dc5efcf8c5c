import type { Row } from './cells.ts'
import { plainName } from './column-name.ts'

/** What every reader of rows takes. */
export interface OwnerOptions {
  /** Whose key a row is; `null` for nobody's. Each reader says what stands in for it. */
  readonly owner?: ((row: Row) => string | null) | undefined
}

/** What every reader of rows takes: whose key a row is, and what to do with columns that the reader does not know. */
export interface ReaderOptions extends OwnerOptions {
  /**
   * Fields by the columns that hold them, such as `{ gueltig_bis: 'expiresAt', 'meta.blocked': 'disabled' }`. Spelling does
   * not count. Where several columns of a row say how long a key lives, the strictest of them counts.
   */
  readonly map?: Readonly<Record<string, string>> | undefined
  /** Columns that are not read, and that do not stop an import although they look like a state, an end or a limit. */
  readonly ignore?: readonly string[] | undefined
}

/** These options after they were checked. */
export interface ReaderRules {
  readonly owner: ((row: Row) => string | null) | undefined
  /** Fields, and the columns that were given for them, by the plain name of the column. */
  readonly map: ReadonlyMap<string, { readonly column: string; readonly field: string }>
  /** Plain names. */
  readonly ignore: ReadonlySet<string>
}

/** The fields that every reader knows besides its own. */
const COMMON = ['notBefore', 'expiresAt', 'revoked', 'revokedAt', 'disabled', 'enabled', 'status', 'remaining']

/**
 * @param reader its name, for messages
 * @param fields what it reads besides the common fields
 * @throws {TypeError} naming the option that cannot be used
 */
export function rulesOf(reader: string, options: ReaderOptions, fields: readonly string[]): ReaderRules {
  const { owner, map = {}, ignore = [] } = options
  const known = [...fields, ...COMMON.filter((field) => !fields.includes(field))]
  if (owner !== undefined && typeof owner !== 'function') {
    throw new TypeError(`${reader}: option \`owner\` must be a function from a row to its owner`)
  }
  if (typeof map !== 'object' || map === null || !Object.values(map).every((field) => known.includes(field))) {
    throw new TypeError(`${reader}: option \`map\` must be an object from column to one of ${known.join(', ')}`)
  }
  if (!Array.isArray(ignore) || !ignore.every((column) => typeof column === 'string')) {
    throw new TypeError(`${reader}: option \`ignore\` must be a list of columns`)
  }
  const mapped = Object.entries(map).map(([column, field]) => [plainName(column), { column, field }] as const)
  return Object.freeze({ owner, map: new Map(mapped), ignore: new Set(ignore.map(plainName)) })
}
