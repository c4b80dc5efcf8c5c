import type { Row } from './cells.ts'
import { decoded, type Pieces } from './decoding.ts'
import { parseJson } from './json.ts'
import { LineCutter, ListCutter } from './json-cutters.ts'

/**
 * The rows of a file with one JSON object a line, or of one JSON list of objects. UTF-8 or UTF-16, with or without a byte
 * order mark; blank lines are passed over. A row that is no JSON, or has two members of one name, is `undefined`, which every
 * reader rejects as one row. Holds one row at a time.
 *
 * @param pieces the file, such as `createReadStream('keys.jsonl')`
 * @throws {Error} when a row is longer than a million characters, when a list does not end, and when the text is in another
 *   encoding
 * @example
 * ```ts
 * import { createReadStream } from 'node:fs'
 * import { jsonLines } from '@bearward/import'
 *
 * for await (const row of jsonLines(createReadStream('keys.jsonl'))) console.log(typeof row)
 * ```
 */
export async function* jsonLines(pieces: Pieces): AsyncGenerator<Row> {
  let cutter: LineCutter | ListCutter | undefined
  for await (const piece of decoded('jsonLines', pieces)) {
    // Until something stands there, it may be either.
    const text = cutter === undefined ? piece.trimStart() : piece
    if (text === '') continue
    cutter ??= text.startsWith('[') ? new ListCutter() : new LineCutter()
    for (const record of cutter.push(text)) yield parseRow(record)
  }
  for (const record of cutter?.end() ?? []) yield parseRow(record)
}

function parseRow(text: string): Row {
  try {
    return parseJson(text) as Row
  } catch {
    return undefined as unknown as Row
  }
}
