import { mysql, sqlChannel } from '@bearward/sql'
import { startMariadb } from '@internal/services'
import { createPool } from 'mysql2/promise'
import type { Tested } from './channel.ts'
import { serverGround } from './server-ground.ts'

/** MariaDB, whose log each process polls. */
export const tested: Tested = {
  start: async () => serverGround(await startMariadb({ own: true })),
  open(place, pace) {
    const pools = [place.store, place.channel].map((uri) => createPool({ uri, connectionLimit: 5 }))
    const [store, channelStore] = pools.map((pool) => mysql(pool)) as [
      ReturnType<typeof mysql>,
      ReturnType<typeof mysql>,
    ]
    return {
      store,
      channel: sqlChannel(channelStore, pace),
      close: async () => {
        await channelStore.close()
        for (const pool of pools) await pool.end()
      },
    }
  },
}
