import type { Row } from './columns.ts'

/** Bytes or text in pieces: a file's stream, standard input, the body of a response. */
export type Pieces = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>

/** Characters of one line or record; more is no row of a table of keys. */
const MAX_RECORD = 1_000_000

/**
 * The rows of a file with one JSON object a line. Blank lines are passed over; a line that is no JSON is `undefined`, which
 * every reader rejects as one row. Holds one line at a time.
 *
 * @param pieces the file, such as `createReadStream('keys.jsonl')`
 * @throws {Error} when a line is longer than a million characters
 * @example
 * ```ts
 * import { createReadStream } from 'node:fs'
 * import { jsonLines } from '@bearward/import'
 *
 * for await (const row of jsonLines(createReadStream('keys.jsonl'))) console.log(typeof row)
 * ```
 */
export async function* jsonLines(pieces: Pieces): AsyncGenerator<Row> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const piece of pieces) {
    // Only what is new is searched: a line that comes in small pieces would be searched again for each of them.
    const lines = (typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true })).split('\n')
    lines[0] = rest + lines[0]
    rest = lines.pop() ?? ''
    for (const line of lines) {
      checkLength(line)
      if (line.trim() !== '') yield parseLine(line)
    }
    checkLength(rest)
  }
  rest += decoder.decode()
  if (rest.trim() !== '') yield parseLine(rest)
}

function checkLength(line: string): void {
  if (line.length > MAX_RECORD) throw new Error(`jsonLines: a line is longer than ${MAX_RECORD} characters`)
}

function parseLine(line: string): Row {
  try {
    return JSON.parse(line) as Row
  } catch {
    return undefined as unknown as Row
  }
}

/**
 * The rows of a CSV file (RFC 4180) whose first record names the columns. Holds one record at a time.
 *
 * @param pieces the file, such as `createReadStream('keys.csv')`
 * @param options what separates the columns. Default `,`
 * @throws {Error} with the line, when the file cannot be read as CSV
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
    columns: true,
    bom: true,
    delimiter: separator,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD,
  })
  const source = Readable.from(pieces)
  source.on('error', (error) => parser.destroy(error))
  try {
    for await (const row of source.pipe(parser)) yield row as Row
  } catch (error) {
    // Its message repeats what stands in the file.
    if (!(error instanceof CsvError)) throw error
    throw new Error(`csvRows: line ${Number(error.lines)} cannot be read (${error.code})`)
  } finally {
    source.destroy()
    parser.destroy()
  }
}
