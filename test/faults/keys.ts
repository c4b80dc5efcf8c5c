import { writeFileSync } from 'node:fs'
import { keyFormat } from '@bearward/core'
import { createKeyring } from '@bearward/keyring'
import { sqlite } from '@bearward/sql'

/** Issues keys into a new database, and writes them with their tokens for the processes to read. */
export async function issueKeys(database: string, file: string, count: number): Promise<void> {
  const keyring = createKeyring({ store: sqlite(database), format: keyFormat({ prefix: 'fault' }) })
  const keys: { id: string; token: string }[] = []
  while (keys.length < count) {
    const { key, token } = await keyring.issue()
    keys.push({ id: key.id, token })
  }
  await keyring.close()
  writeFileSync(file, JSON.stringify(keys))
}
