import type { DatabaseAddress } from './address.ts'
import { readGo } from './go-address.ts'
import { readKeywords } from './keyword-address.ts'
import { refusal } from './refusal.ts'
import { readPath, readSqliteUri } from './sqlite-address.ts'
import { unwrap } from './unwrap.ts'
import { readUrl } from './url-address.ts'

/** Names of kinds, in front of a driver's: `postgresql+psycopg`. */
const SCHEMES: Readonly<Record<string, DatabaseAddress['kind']>> = {
  postgres: 'postgres',
  postgresql: 'postgres',
  pgsql: 'postgres',
  mysql: 'mysql',
  mysql2: 'mysql',
  mariadb: 'mysql',
  sqlite: 'sqlite',
  sqlite3: 'sqlite',
  file: 'sqlite',
}

/**
 * Reads the address of a database: `postgres://…`, `mysql://…`, with the names that other clients give these; `jdbc:` in
 * front; `key=value` of libpq; `user:password@tcp(host)/name` of Go; a file for SQLite, also as `sqlite:…` and `file:…?mode=ro`.
 *
 * @param cwd what a relative path is relative to
 * @throws {Failure} when a part of it is not understood. Repeats nothing that may be a password
 */
export function readAddress(typed: string, cwd: string): DatabaseAddress {
  const text = unwrap(typed).replace(/^jdbc:/i, '')
  const [, scheme = '', behind = ''] = /^([a-z][\w+.-]+):(.*)$/is.exec(text) ?? []
  const [name = ''] = scheme.toLowerCase().split('+')
  const kind = Object.hasOwn(SCHEMES, name) ? SCHEMES[name] : undefined
  if (kind === 'sqlite') return readSqliteUri(behind, cwd)
  if (kind !== undefined && behind.startsWith('//')) return readUrl(kind, behind.slice(2), cwd)
  if (behind.startsWith('//') && /^[a-z][a-z\d+.-]*$/i.test(scheme)) {
    throw refusal(`begins with ${scheme}://`, 'give postgres://…, mysql://…, or a file for SQLite')
  }
  return readGo(text, cwd) ?? readKeywords(text, cwd) ?? readPath(text, cwd)
}
