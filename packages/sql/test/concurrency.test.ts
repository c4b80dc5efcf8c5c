import { afterEach, expect, test } from 'vitest'
import { runCrowd } from './support/crowd.ts'
import { createDatabase, type Database, ENGINES } from './support/databases.ts'

// `npm run concurrency:store` does the same with 50 processes for ten seconds.
const CROWD = { processes: 4, loops: 4, slots: 10, reports: 60 }

let database: Database | undefined

afterEach(() => database?.remove())

test.each(ENGINES)('%s: processes that change the same keys at once lose and revive nothing', async (engine) => {
  database = await createDatabase(engine)
  const { faults, failures, acknowledged } = await runCrowd(database, CROWD, 1)
  expect(faults).toEqual([])
  expect(failures).toEqual([])
  for (const op of ['issue', 'update', 'rotate', 'verify']) expect(acknowledged[op]).toBeGreaterThan(0)
})
