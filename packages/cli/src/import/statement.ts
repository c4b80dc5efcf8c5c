import { Failure } from '../failure.ts'
import type { ForeignDatabase } from './schema.ts'

/** What is to be read of a database that is open: it may look at its tables first. */
export type StatementFor = (database: ForeignDatabase) => Promise<string>

/**
 * Refuses an answer in which two columns have one name: a driver keeps the last of them, and the other may be the one that
 * says that a key was revoked.
 *
 * @throws {Failure} naming it
 */
export function withUniqueNames(names: readonly string[]): void {
  const twin = names.find((name, index) => names.indexOf(name) !== index)
  if (twin === undefined) return
  const mend = 'name the columns of --query one by one, each with a name of its own'
  throw new Failure('usage', `the query answers two columns of the name ${twin}`, mend)
}
