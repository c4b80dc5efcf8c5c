import { dirname } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { createDatabase } from './support/databases.ts'
import { type KillResult, killProcesses, killServer, startServer } from './support/kills.ts'

// `npm run faults:store` does the same fifty times for each database.
const ROUNDS = 3

const cleanUps: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
})

function expectNothingLost(result: KillResult): void {
  expect(result.faults).toEqual([])
  expect(result.acknowledged).toBeGreaterThan(20)
  expect(result.withToken).toEqual([])
  expect(result.hasDigest).toBe(true)
}

test('sqlite: a process that is killed loses nothing that was acknowledged', async () => {
  const database = await createDatabase('sqlite')
  cleanUps.push(database.remove)
  expectNothingLost(await killProcesses(database, dirname(database.place), ROUNDS, 1))
})

test.each(['postgres', 'mysql'] as const)(
  '%s: a server that is killed loses nothing that was acknowledged',
  async (engine) => {
    const server = await startServer(engine)
    cleanUps.push(() => server.close())
    expectNothingLost(await killServer({ engine, place: server.url }, server, ROUNDS, 1))
  },
)
