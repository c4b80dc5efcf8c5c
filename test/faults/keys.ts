import { writeFileSync } from 'node:fs'
import { keyFormat } from '@bearward/core'
import { createKeyring, type KeyStore } from '@bearward/keyring'

/** Keys that are issued at the same time: a database commits several for one look at the disk. */
const AT_ONCE = 20

/** Issues keys into a store, and writes them with their tokens for the processes to read. */
export async function issueKeys(store: KeyStore, file: string, count: number): Promise<void> {
  const keyring = createKeyring({ store, format: keyFormat({ prefix: 'fault' }) })
  const keys: { id: string; token: string }[] = []
  const issueSome = async (): Promise<void> => {
    for (let left = Math.ceil(count / AT_ONCE); left > 0; left--) {
      const { key, token } = await keyring.issue()
      keys.push({ id: key.id, token })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, issueSome))
  await keyring.close()
  writeFileSync(file, JSON.stringify(keys))
}
