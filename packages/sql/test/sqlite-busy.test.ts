import { DatabaseSync } from 'node:sqlite'
import { afterEach, expect, test } from 'vitest'
import { sqlite } from '../src/index.ts'
import { createDatabase, type Database } from './support/databases.ts'

let database: Database | undefined

afterEach(() => database?.remove())

test('a file that another process has locked, as it does to mend it, is opened and waited for', async () => {
  database = await createDatabase('sqlite')
  const { place } = database
  const first = sqlite(place)
  await first.list({ now: 0, limit: 1 })
  await first.close()
  const other = new DatabaseSync(place)
  other.exec('pragma locking_mode = exclusive; begin exclusive')

  const store = sqlite(place)
  let isAnswered = false
  const answers = Promise.all([
    store.findByDigest(['d'], { fresh: true }),
    store.list({ now: 0, limit: 1 }),
    store.outbox({ remove: [1], limit: 1 }),
    store.commit({ create: [], update: [], audit: [], invalidations: [], outbox: false }),
  ]).finally(() => {
    isAnswered = true
  })
  // The event loop goes on meanwhile.
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(isAnswered).toBe(false)
  other.exec('rollback')
  other.close()
  expect(await answers).toEqual([null, [], [], { status: 'committed', sequence: 0 }])
  await store.close()
})
