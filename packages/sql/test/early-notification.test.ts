import { setImmediate } from 'node:timers/promises'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { type ListenClient, type ListenPool, postgresChannel } from '../src/index.ts'
import { createDatabase } from './support/databases.ts'

const LEASE_MS = 500

/** Says that a connection listens only when it has also heard a change. */
function afterAChange(client: ListenClient, publish: () => unknown): ListenClient {
  return {
    async query(text, values) {
      const answer = await client.query(text, values)
      if (text.startsWith('listen ')) {
        const heard = new Promise((resolve) => client.on('notification', resolve))
        publish()
        await heard
        // The answer is read from the socket later than the change.
        await setImmediate()
      }
      return answer
    },
    on: (event: never, listener: never) => client.on(event, listener),
    removeAllListeners: () => client.removeAllListeners(),
    release: (isBroken) => client.release(isBroken),
  }
}

test('a change that arrives before the channel knows that it listens holds nothing up', async () => {
  const { place, remove } = await createDatabase('postgres')
  const pool = new pg.Pool({ connectionString: place, max: 8 })
  pool.on('error', () => {})
  onTestFinished(async () => {
    await pool.end()
    await remove()
  })
  const publisher = postgresChannel(pool, { leaseMs: LEASE_MS })
  const clients: ListenClient[] = []
  const source: ListenPool = {
    query: (text, values) => pool.query(text, values),
    async connect() {
      const client: ListenClient = await pool.connect()
      clients.push(client)
      if (clients.length === 1) return client
      return afterAChange(client, () => void publisher.publish({ invalidations: [{ id: 'key_1' }] }))
    },
  }
  const channel = postgresChannel(source, { leaseMs: LEASE_MS })
  const heard: unknown[] = []
  const subscription = channel.subscribe({ invalidate: (each) => void heard.push(...each), lost: () => {} })
  await subscription.prove()
  // It is a member now, and connects again.
  await clients[0]?.query('select pg_terminate_backend(pg_backend_pid())').catch(() => {})
  await expect.poll(() => heard, { timeout: 10_000 }).toContainEqual({ id: 'key_1' })
  await subscription.prove()
  await channel.close()
  await publisher.close()
})
