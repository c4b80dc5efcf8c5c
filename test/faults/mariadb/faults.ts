import { amid, type Fault, moment } from '../fault.ts'
import { networkFaults } from '../network-faults.ts'
import { processFaults } from '../process-faults.ts'
import type { MariadbWorld } from './world.ts'

export const mariadbFaults: readonly Fault<MariadbWorld>[] = [
  ...processFaults,
  ...networkFaults,
  {
    name: 'all connections ended by KILL CONNECTION',
    async strike(world, _victim, keys) {
      await amid(keys.revoke(), 20, () => world.killConnections())
    },
  },
  {
    name: 'commits held up by a lock',
    async strike(world, _victim, keys) {
      await world.session(async (connection) => {
        await connection.beginTransaction()
        await connection.query("select * from bearward_counters where name = 'commits' for update")
        const revoked = keys.revoke()
        await moment(world.leaseMs * 2)
        await connection.rollback()
        await revoked
      })
    },
  },
]
