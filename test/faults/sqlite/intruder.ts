// Another program on the file of the keys, which is killed at what it does: `write` inside a transaction, or `checkpoint`.
import { DatabaseSync } from 'node:sqlite'

const [path = '', task] = process.argv.slice(2)
const database = new DatabaseSync(path, { timeout: 10_000 })
if (task === 'checkpoint') {
  process.send?.('begun', () => {
    for (;;) database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  })
} else {
  // So small that pages go to the log before they are committed.
  database.exec('PRAGMA cache_size = 5; BEGIN IMMEDIATE')
  database.exec('UPDATE bearward_keys SET revoked_at = 1, version = version + 1')
  database.exec("UPDATE bearward_counters SET value = value + 1000 WHERE name = 'commits'")
  process.send?.('begun')
}
