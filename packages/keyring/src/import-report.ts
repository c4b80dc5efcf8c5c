/**
 * Property of an import row under which its reader reports what it did not take over. A symbol, so that the row equals one
 * without a report and is written as JSON without it, and a copy by spreading keeps it.
 */
export const IMPORT_REPORT: unique symbol = Symbol.for('bearward.importReport')

/** What the reader of a row reports beside the key. Names of columns and sentences only, never a value of the row. */
export interface ImportReport {
  /** Columns of the row that were not read. */
  readonly unread?: readonly string[] | undefined
  /** Columns that the reader was told to map and that this row does not have. An import of such rows alone stops. */
  readonly absent?: readonly string[] | undefined
  /** What was assumed, or not taken over: one sentence for each fact, the same for the same fact. */
  readonly notes?: readonly string[] | undefined
}

/** Columns that a message names. */
const MAX_NAMED = 20

/**
 * Thrown by the `read` of `import()`: the row has columns that look like a state or an end of the key, and that were not
 * read. Stops the import before the batch of that row is written, since a key must not come back to life unseen. A trial run
 * goes on and names all of them.
 *
 * @example
 * ```ts
 * import { type ImportRow, UnreadColumnError } from '@bearward/keyring'
 *
 * function read(row: { hash: string; account: string; status?: string }): ImportRow {
 *   if (row.status !== undefined && row.status !== 'active') throw new UnreadColumnError(['status'])
 *   return { format: 'plain', digest: row.hash, owner: row.account }
 * }
 * ```
 */
export class UnreadColumnError extends Error {
  override readonly name = 'UnreadColumnError'
  /** The columns, each once. */
  readonly columns: readonly string[]

  /** @param columns their names */
  constructor(columns: readonly string[]) {
    const more = columns.length > MAX_NAMED ? `, and ${columns.length - MAX_NAMED} more` : ''
    const named = columns.slice(0, MAX_NAMED).join(', ')
    super(`columns that look like a state, an end or a limit of keys are not read: ${named}${more}`)
    this.columns = Object.freeze([...columns])
  }
}
