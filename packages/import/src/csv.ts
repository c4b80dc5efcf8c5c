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
  const parser = parse({
    delimiter: separator,
    // All of them: otherwise the first line decides, and a line that ends differently would become part of another.
    record_delimiter: ['\r\n', '\n', '\r'],
    skip_empty_lines: true,
    max_record_size: MAX_RECORD,
  })
  const source = Readable.from(decoded('csvRows', pieces))
  source.on('error', (error) => parser.destroy(error))
  let headings: readonly Heading[] | undefined
  try {
    for await (const record of source.pipe(parser) as AsyncIterable<readonly string[]>) {
      if (headings === undefined) headings = headingsIn(record)
      else yield rowOf(headings, record)
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

interface Heading {
  readonly name: string
  readonly isGiven: boolean
}

function headingsIn(record: readonly string[]): readonly Heading[] {
  const headings = record.map((text, index) => {
    const name = text.trim()
    return { name: name || `column ${index + 1}`, isGiven: name !== '' }
  })
  if (new Set(headings.map(({ name }) => name)).size < headings.length) {
    throw new Error('csvRows: two columns have the same name')
  }
  return headings
}

function rowOf(headings: readonly Heading[], record: readonly string[]): Row {
  const cells = headings.map(({ name, isGiven }, index) => ({ name, isGiven, value: record[index] ?? '' }))
  // Lines may end in a comma. A row is not filled by assignment, since a column may be called `__proto__`.
  const there = cells.filter(({ isGiven, value }) => isGiven || value.trim() !== '')
  return Object.fromEntries(there.map(({ name, value }) => [name, value]))
}
