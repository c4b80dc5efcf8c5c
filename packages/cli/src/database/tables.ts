import { SCHEMA_VERSION } from '@bearward/sql'
import { Failure } from '../failure.ts'

/** What tables a database has. */
export interface Tables {
  /** Of Bearward's tables; 0 where there are none. */
  readonly version: number
  /** Whether there are tables of other programs. */
  readonly hasOthers: boolean
}

/** The version that Bearward's tables are at; fails where there are none. */
export const VERSION_QUERY = 'select max(version) as version from bearward_migrations'

/** @throws {Failure} when the tables are not those that this program works with */
export function checkTables({ version, hasOthers }: Tables): void {
  if (version === SCHEMA_VERSION) return
  if (version > SCHEMA_VERSION) {
    const what = `the tables are at version ${version}, and this program knows versions up to ${SCHEMA_VERSION}`
    throw new Failure('denied', what, 'upgrade bearward')
  }
  if (version > 0) {
    const mend = 'run bearward migrate when all applications know that version'
    throw new Failure('denied', `the tables are at version ${version} of ${SCHEMA_VERSION}`, mend)
  }
  if (hasOthers) {
    const mend = 'check its address, or run bearward init to make them there'
    throw new Failure('denied', 'the database has tables of others, and none of Bearward', mend)
  }
  throw new Failure('denied', 'the database has no tables', 'run bearward init to make them')
}
