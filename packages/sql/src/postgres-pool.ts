import type { PostgresPool, PostgresPoolClient } from 'kysely'

interface Emitter {
  on?(event: 'error', listener: () => void): unknown
}

/** Pools and connections that have a listener already: a second one would add up with each store. */
const heard = new WeakSet<object>()

/**
 * Keeps an `error` event from ending the process: `pg` emits one when an idle connection is lost, and Node ends the process
 * when no listener hears it. The next query rejects with the cause, so nothing is hidden.
 */
export function surviveErrors(emitter: object): void {
  if (heard.has(emitter)) return
  heard.add(emitter)
  const { on } = emitter as Emitter
  if (typeof on === 'function') on.call(emitter, 'error', () => {})
}

/** The same pool, whose connections may break, idle or between two queries of a transaction. */
export function guardedPool(pool: PostgresPool): PostgresPool {
  surviveErrors(pool)
  return {
    ...(pool.Client !== undefined && { Client: pool.Client }),
    options: pool.options,
    end: () => pool.end(),
    async connect(): Promise<PostgresPoolClient> {
      const client = await pool.connect()
      surviveErrors(client)
      return client
    },
  }
}
