import { resolve } from 'node:path'
import type { Database } from '@bearward/sql'
import { Failure } from './failure.ts'

/** A database as somebody named it. */
export interface DatabaseAddress {
  readonly kind: Database
  /** For a driver; of SQLite the path, absolute, or `:memory:`. */
  readonly place: string
}

const KINDS: Readonly<Record<string, Database>> = {
  'postgres:': 'postgres',
  'postgresql:': 'postgres',
  'mysql:': 'mysql',
  'mariadb:': 'mysql',
}

/**
 * Reads `postgres://…`, `mysql://…`, or a file for SQLite, also as `sqlite:…` and `file:…`.
 *
 * @throws {Failure} for any other scheme, which would pass for a file, and for an address that cannot be read. Never
 * repeats it: it may hold a password
 */
export function readAddress(text: string, cwd: string): DatabaseAddress {
  const [, scheme = ''] = /^([a-z][\w+.-]*:)\/\//i.exec(text) ?? []
  const kind = KINDS[scheme.toLowerCase()]
  if (kind !== undefined) {
    if (!URL.canParse(text)) throw failure('cannot be read', 'write it as postgres://host:5432/name')
    return { kind, place: text }
  }
  if (scheme !== '' && !/^(?:sqlite|file):$/i.test(scheme)) {
    throw failure(`begins with ${scheme}//`, 'give postgres://…, mysql://…, or a file for SQLite')
  }
  const path = text.replace(/^(?:sqlite|file):(?:\/\/)?/i, '')
  return { kind: 'sqlite', place: path === ':memory:' ? path : resolve(cwd, path) }
}

function failure(what: string, mend: string): Failure {
  return new Failure('configuration', `the address of the database ${what}`, mend)
}
