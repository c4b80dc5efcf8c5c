import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { sqlChannel, sqlite } from '@bearward/sql'
import type { SqliteAddress } from '../address/address.ts'
import { Failure } from '../failure.ts'
import type { Access, OpenDatabase } from './open-database.ts'
import { type Tables, VERSION_QUERY } from './tables.ts'

/** How long a look waits for a process that is writing. */
const PATIENCE_MS = 5000

/**
 * Looks at the file before SQLite does, which makes one where there is none.
 *
 * @returns whether it is to be made, or to be given its tables
 * @throws {Failure} when it is not there and must be, or is no file
 */
export function checkSqliteFile({ path, mode, name }: SqliteAddress, access: Access): boolean {
  if (path === ':memory:') return access !== 'look'
  if (mode === 'ro' && !READS.includes(access)) {
    throw new Failure(
      'configuration',
      'the address of the database says mode=ro, and this command writes',
      'take it out',
    )
  }
  const size = sizeOf(path, name)
  if (size !== undefined) return size === 0 && MAKES_TABLES.includes(access)
  if (access === 'try') return true
  if (mode !== 'rwc' || !MAKES_FILE.includes(access)) {
    const mend = 'run bearward init to make it, or change the address'
    throw new Failure('denied', `the database may not be used: there is no file ${name}`, mend)
  }
  if (existsSync(dirname(path))) return MAKES_TABLES.includes(access)
  const what = `the database may not be used: there is no folder for ${name}`
  throw new Failure('denied', what, 'make it, or change the address')
}

const READS: readonly Access[] = ['look', 'read', 'try']
/** `make` runs the migrations itself. */
const MAKES_FILE: readonly Access[] = ['begin', 'fill', 'make']
const MAKES_TABLES: readonly Access[] = ['try', 'begin', 'fill']

/** @returns `undefined` when there is no such file */
function sizeOf(path: string, name: string): number | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats !== undefined && !stats.isFile()) {
      // A pipe would be waited for, for ever.
      const what = stats.isDirectory() ? 'a folder' : 'no file'
      throw new Failure('denied', `the database may not be used: ${name} is ${what}`, 'name a file')
    }
    return stats?.size
  } catch (cause) {
    if (cause instanceof Failure) throw cause
    const { code } = cause as NodeJS.ErrnoException
    throw new Failure(
      'denied',
      `the database may not be used: ${name} cannot be looked at (${code})`,
      'check the path',
      {
        cause,
      },
    )
  }
}

/** Opens a file, as far as its address allows. Nothing is created unless `checkSqliteFile()` has said so. */
export function openSqlite(address: SqliteAddress, migrate: boolean): OpenDatabase {
  const place = placeOf(address)
  const store = sqlite(place, { migrate })
  const channel = sqlChannel(store)
  return {
    kind: 'sqlite',
    isReadOnly: address.mode === 'ro',
    store,
    channel,
    tables: async () => lookAtTables(place),
    serverTime: async () => undefined,
    close: async () => {},
  }
}

/** As a URI, since that alone can say that a file must be there. https://www.sqlite.org/uri.html */
function placeOf({ path, mode }: SqliteAddress): string {
  return path === ':memory:' ? path : `${pathToFileURL(path).href}?mode=${mode}`
}

function lookAtTables(place: string): Tables {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  const database = new DatabaseSync(place)
  try {
    database.exec(`PRAGMA busy_timeout = ${PATIENCE_MS}`)
    const names = database.prepare("select name from sqlite_master where type = 'table'").all() as { name: string }[]
    const hasOthers = names.some(({ name }) => !/^(?:bearward_|sqlite_)/.test(name))
    if (!names.some(({ name }) => name === 'bearward_migrations')) return { version: 0, hasOthers }
    const { version } = database.prepare(VERSION_QUERY).get() as { version: number | null }
    return { version: version ?? 0, hasOthers }
  } finally {
    database.close()
  }
}
