// Everything that an application makes once, made where workerd allows neither timers nor I/O nor random numbers.
import { createConsole } from '@bearward/console'
import { createVerifier, hmacSha256, idKeyFormat, keyFormat, localChannel, sha256 } from '@bearward/core'
import { createKeyring, memoryStore } from '@bearward/keyring'
import { githubLeakReports } from '@bearward/leak-report'
import { redisChannel } from '@bearward/redis'
import { postgres, postgresChannel, sqlChannel } from '@bearward/sql'

const format = keyFormat({ prefix: 'acme' })
const calls: string[] = []
const called = (name: string) => (): Promise<never> => {
  calls.push(name)
  return Promise.reject(new Error('there is no server here'))
}
const pool = { connect: called('pool.connect'), query: called('pool.query'), on: () => pool }
const client = {
  isPubSubActive: false,
  options: {},
  duplicate: () => {
    calls.push('client.duplicate')
    throw new Error('there is no server here')
  },
  sendCommand: called('client.sendCommand'),
}

const database = postgres(pool as never)
const channels = [localChannel(), postgresChannel(pool as never), sqlChannel(database), redisChannel(client as never)]
const keyrings = channels.map((channel) => createKeyring({ store: memoryStore(), format, channel }))
const verifiers = keyrings.flatMap((keyring) => [
  keyring.verifier(),
  keyring.verifier({ cache: { max: 10, maxStalenessMs: 1000 } }),
  keyring.verifier({ cache: false }),
])
const bare = channels.map((channel) => createVerifier({ resolve: () => null, cache: { max: 10, channel } }))
const keysConsole = createConsole({ keyring: keyrings[0] as never, authorize: () => null })
const leaks = githubLeakReports({ format, revoke: () => true })
const digester = sha256()
const peppered = createVerifier({
  resolve: () => null,
  format: idKeyFormat({ prefix: 'acme' }),
  digest: hmacSha256({ peppers: { one: 'p'.repeat(32) }, current: 'one' }),
})
const before = calls.length

export default {
  async fetch(): Promise<Response> {
    const keyring = keyrings[0] as (typeof keyrings)[number]
    const { token } = await keyring.issue({ owner: null })
    const verdicts = await Promise.all(
      [...verifiers, ...bare, peppered].map(async (verifier) => (await verifier.verify(`Bearer ${token}`)).ok),
    )
    const answers = [
      (await keysConsole.fetch(new Request('http://localhost/console'))).status,
      (await leaks(new Request('http://localhost/', { method: 'GET' }))).status,
      (await digester.digest(token)).length,
    ]
    return Response.json({ before, verdicts, answers, calls: [...new Set(calls)].toSorted() })
  },
}
