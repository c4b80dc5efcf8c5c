import { createReadStream, fstatSync, openSync } from 'node:fs'
import { resolve } from 'node:path'
import { csvRows, jsonLines, type Row } from '@bearward/import'
import { readAddress } from '../address/read-address.ts'
import { Failure, fileFailure } from '../failure.ts'
import type { World } from '../world.ts'
import { foreignRows } from './foreign-rows.ts'
import type { System } from './systems.ts'

/** Where rows are to come from, as it was typed. */
export interface Origin {
  readonly file: string | undefined
  readonly csv?: true
  readonly fromUrl?: string
  readonly query?: string
}

/** Rows, and how far they have been read. */
export interface Rows {
  readonly rows: AsyncIterable<Row>
  /** From 0 to 1; `undefined` where nobody knows how many there are. */
  readonly share: () => number | undefined
}

/** An address in the environment stays out of the history of the shell, and of the list of processes. */
const VARIABLE = 'BEARWARD_FROM_URL'

/**
 * The rows of a file, of standard input, or of another database.
 *
 * @throws {Failure} when none is named, or two
 */
export function openRows(world: World, system: System, { file, csv, fromUrl, query }: Origin): Rows {
  const url = fromUrl || (file === undefined ? world.env[VARIABLE] : undefined)
  if (!file === !url) {
    throw new Failure(
      'usage',
      file ? 'rows of a file and of a database' : 'no rows to import',
      `give one of these: a file, --from-url, ${VARIABLE}`,
    )
  }
  if (file) {
    if (query) throw new Failure('usage', 'a file takes no --query', 'leave it out, or give --from-url')
    return fileRows(world, file, csv ?? false)
  }
  if (csv) throw new Failure('usage', 'a database is no CSV', 'leave --csv out')
  return databaseRows(world, system, url ?? '', query)
}

const SELECT = /^\s*(?:select|with)\s/i

function databaseRows({ cwd }: World, system: System, url: string, query: string | undefined): Rows {
  // A server may run others although the transaction is one that only reads.
  if (query && !SELECT.test(query)) throw new Failure('usage', '--query is no SELECT', 'begin it with select or with')
  const statementFor = query ? async () => withoutEnd(query) : system.query
  if (statementFor === undefined) {
    throw new Failure('usage', 'this system has no table that is the same for everybody', 'give --query')
  }
  // An address that cannot be read is told before the store is opened.
  readAddress(url, cwd)
  return { rows: foreignRows({ url, statementFor, isTyped: Boolean(query), cwd }), share: () => undefined }
}

/** Behind a semicolon there is nothing, and a cursor takes none. */
function withoutEnd(statement: string): string {
  return statement.replace(/[;\s]+$/, '')
}

function fileRows({ cwd, stdin }: World, file: string, isCsv: boolean): Rows {
  if (file === '-') return { rows: readRows(stdin, '-', isCsv), share: () => undefined }
  let stream: ReturnType<typeof createReadStream>
  let length: number
  try {
    const descriptor = openSync(resolve(cwd, file), 'r')
    length = fstatSync(descriptor).size
    stream = createReadStream('', { fd: descriptor })
  } catch (cause) {
    throw fileFailure(file, cause)
  }
  return {
    rows: readRows(stream, file, isCsv),
    share: () => (length === 0 ? undefined : Math.min(1, stream.bytesRead / length)),
  }
}

async function* readRows(pieces: AsyncIterable<Uint8Array>, name: string, isCsv: boolean): AsyncGenerator<Row> {
  try {
    yield* isCsv ? csvRows(pieces) : jsonLines(pieces)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).syscall !== undefined) throw fileFailure(name, cause)
    throw new Failure('usage', `${name} cannot be read: ${(cause as Error).message}`, 'mend the file', { cause })
  }
}
