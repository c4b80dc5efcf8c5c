import type { PostgresPool, PostgresPoolClient } from 'kysely'

/**
 * The same pool, whose connections may break. `pg` ends the process when a connection that was lent breaks between two
 * queries and nobody listens; here the next query tells, and rejects.
 */
export function guardedPool(pool: PostgresPool): PostgresPool {
  const heard = new WeakSet<PostgresPoolClient>()
  return {
    ...(pool.Client !== undefined && { Client: pool.Client }),
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const client = await pool.connect()
      if (!heard.has(client)) {
        heard.add(client)
        const emitter = client as PostgresPoolClient & { on?(event: 'error', listener: () => void): unknown }
        emitter.on?.('error', () => {})
      }
      return client
    },
  }
}
