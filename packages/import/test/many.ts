import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { keyFormat } from '@bearward/core'
import { createKeyring } from '@bearward/keyring'
import { sqlite } from '@bearward/sql'
import { jsonLines, unkeyKeys, unkeyRow } from '../src/index.ts'

// Imports so many keys out of JSON lines into a SQLite file, and tells its parent how far it is and what its heap holds.
// node --expose-gc many.ts FILE ROWS

const [, , file = '', count = '0'] = process.argv
const rows = Number(count)

function* lines(): Generator<string> {
  for (let index = 0; index < rows; index++) {
    const row = {
      id: `key_${index}`,
      hash: createHash('sha256').update(`token ${index}`).digest('base64'),
      start: 'acme_8Dfb',
      name: `Key ${index}`,
      identity_id: `acct_${index % 1000}`,
      meta: JSON.stringify({ index, note: 'x'.repeat(100) }),
      created_at_m: 1_700_000_000_000 + index,
      deleted_at_m: index % 10 === 0 ? 1_750_000_000_000 : null,
      enabled: index % 7 === 0 ? 0 : 1,
      last_used_at: 1_760_000_000_000 + index,
    }
    yield `${JSON.stringify(row)}\n`
  }
}

const keyring = createKeyring({
  store: sqlite(file),
  format: keyFormat({ prefix: 'acme' }),
  imports: [unkeyKeys({ prefix: 'acme' })],
})
const every = Math.max(1, Math.floor(rows / 2000)) * 100
const summary = await keyring.import(jsonLines(Readable.from(lines())), {
  read: unkeyRow(),
  onProgress({ rows: done }) {
    const isMeasured = done % every === 0
    if (isMeasured) globalThis.gc?.()
    process.send?.({ done, heap: isMeasured ? process.memoryUsage().heapUsed : undefined })
  },
})
await keyring.close()
process.send?.({ summary })
process.disconnect?.()
