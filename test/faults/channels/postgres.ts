import { postgres, postgresChannel } from '@bearward/sql'
import { startPostgres } from '@internal/services'
import { Pool } from 'pg'
import { flood, terminate } from '../postgres-faults.ts'
import type { Tested } from './channel.ts'
import { serverGround } from './server-ground.ts'

/** PostgreSQL, which notifies each process. */
export const tested: Tested = {
  start: async () => serverGround(await startPostgres({ own: true })),
  open(place, { leaseMs }) {
    const [storePool, channelPool] = [openPool(place.store), openPool(place.channel)]
    return {
      store: postgres(storePool),
      channel: postgresChannel(channelPool, { leaseMs }),
      close: async () => {
        await storePool.end()
        await channelPool.end()
      },
    }
  },
  faults: [terminate, flood],
}

function openPool(connectionString: string): Pool {
  const pool = new Pool({ connectionString, max: 4 })
  // An idle connection that breaks is told here; without a listener the process would end.
  return pool.on('error', () => {})
}
