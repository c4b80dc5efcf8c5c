import { writeFileSync } from 'node:fs'
import { keyFormat } from '@bearward/core'
import { type Commit, createKeyring, type KeyStore, memoryStore } from '@bearward/keyring'

/** Keys of one commit. */
const AT_ONCE = 500

/**
 * Puts keys into a store, and writes them with their tokens for the processes to read. They are issued in memory and written
 * many at once: a database that waits for the disk at each would take minutes.
 */
export async function issueKeys(store: KeyStore, file: string, count: number): Promise<void> {
  const commits: Commit[] = []
  const keyring = createKeyring({ store: collector(commits), format: keyFormat({ prefix: 'fault' }) })
  const keys: { id: string; token: string }[] = []
  while (keys.length < count) {
    const { key, token } = await keyring.issue({ owner: null })
    keys.push({ id: key.id, token })
  }
  for (let start = 0; start < count; start += AT_ONCE) {
    const some = commits.slice(start, start + AT_ONCE)
    const [create, audit] = [some.flatMap(({ create }) => create), some.flatMap(({ audit }) => audit)]
    await store.commit({ create, update: [], audit, invalidations: [], outbox: false })
  }
  await store.close()
  writeFileSync(file, JSON.stringify(keys))
}

/** A store in memory that tells what it is given. */
function collector(commits: Commit[]): KeyStore {
  const store = memoryStore()
  const commit = store.commit.bind(store)
  return Object.assign(store, {
    commit(given: Commit) {
      commits.push(given)
      return commit(given)
    },
  })
}
