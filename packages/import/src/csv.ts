import type { Row } from './cells.ts'
import { decoded, type Pieces } from './decoding.ts'

/** Characters of one record; more is no row of a table of keys. */
const MAX_RECORD = 1_000_000

/**
 * The rows of a CSV file (RFC 4180) whose first record names the columns. UTF-8 or UTF-16, with or without a byte order mark.
 * A column without a name is `column 3`, unless it is empty throughout. Holds one record at a time.
 *
 * @param pieces the file, such as `createReadStream('keys.csv')`
 * @param options what separates the columns. Default `,`
 * @throws {Error} with the line, when the file cannot be read as CSV; when two columns have one name, and when the text is in
 *   another encoding
 * @example
 * ```ts
 * import { createReadStream } from 'node:fs'
 * import { csvRows } from '@bearward/import'
 *
 * for await (const row of csvRows(createReadStream('keys.csv'), { separator: ';' })) console.log(Object.keys(row))
 * ```
 */
export async function* csvRows(pieces: Pieces, options: { readonly separator?: string } = {}): AsyncGenerator<Row> {
  const { separator = ',' } = options
  if (typeof separator !== 'string' || separator.length !== 1) {
    throw new TypeError('csvRows: option `separator` must be one character')
  }
  // A server that only verifies needs neither.
  const [{ Readable }, { CsvError, parse }] = await Promise.all([import('node:stream'), import('csv-parse')])
  const parser = parse({ delimiter: separator, skip_empty_lines: true, max_record_size: MAX_RECORD })
  const source = Readable.from(decoded('csvRows', pieces))
  source.on('error', (error) => parser.destroy(error))
  let names: readonly string[] | undefined
  try {
    for await (const record of source.pipe(parser) as AsyncIterable<readonly string[]>) {
      if (names === undefined) names = namesIn(record)
      else yield rowOf(names, record)
    }
  } catch (error) {
    // Its message repeats what stands in the file.
    if (!(error instanceof CsvError)) throw error
    throw new Error(`csvRows: line ${Number(error.lines)} cannot be read (${error.code})`)
  } finally {
    source.destroy()
    parser.destroy()
  }
}

/** The names of the columns; an empty one where a column has none. */
function namesIn(record: readonly string[]): readonly string[] {
  const names = record.map((name) => name.trim())
  const given = names.filter((name) => name !== '')
  if (new Set(given).size < given.length) throw new Error('csvRows: two columns have the same name')
  return names
}

function rowOf(names: readonly string[], record: readonly string[]): Row {
  const cells = names.map((name, index) => [name || `column ${index + 1}`, record[index] ?? ''] as const)
  // Not by assignment: a column may be called `__proto__`.
  return Object.fromEntries(cells.filter(([, value], index) => names[index] !== '' || value.trim() !== ''))
}
