import { setTimeout as wait } from 'node:timers/promises'
import { amid, type Fault, moment } from '../fault.ts'
import { networkFaults } from '../network-faults.ts'
import { processFaults } from '../process-faults.ts'
import type { PostgresWorld } from './world.ts'

const LISTENERS = "pg_stat_activity where application_name = 'bearward channel'"
const OTHERS = "pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()"

export const postgresFaults: readonly Fault<PostgresWorld>[] = [
  ...processFaults,
  ...networkFaults,
  {
    name: 'LISTEN sessions ended by pg_terminate_backend',
    async strike(world, _victim, keys) {
      await amid(keys.revoke(), 10, () => world.query(`select pg_terminate_backend(pid) from ${LISTENERS}`))
    },
  },
  {
    name: 'all sessions ended by pg_terminate_backend',
    async strike(world, _victim, keys) {
      await amid(keys.revoke(), 10, () => world.query(`select pg_terminate_backend(pid) from ${OTHERS}`))
    },
  },
  {
    name: 'LISTEN session of a suspended process blocked in writing',
    async strike(world, { member }, keys) {
      member.suspend()
      await flood(world)
      await keys.revoke()
      member.resume()
    },
  },
  {
    name: 'commits held up by a lock',
    async strike(world, _victim, keys) {
      await world.session(async (client) => {
        await client.query("begin; select * from bearward_counters where name = 'commits' for update")
        const revoked = keys.revoke()
        await moment(world.leaseMs * 2)
        await client.query('rollback')
        await revoked
      })
    },
  },
  {
    name: 'server crashed and recovered',
    async strike(world, _victim, keys) {
      await amid(keys.revoke(), 10, () => world.crash())
    },
  },
  {
    name: 'server crashed and recovered while a process that has begun is cut off',
    async strike(world, { member, proxy }, keys) {
      await member.kill()
      await member.start()
      await member.until(() => member.isLeased)
      await moment(50)
      proxy.pause()
      await world.crash()
      await keys.revoke()
      proxy.resume()
    },
  },
]

/** More notifications than the buffers of sockets and proxy hold: the session waits until somebody reads. */
async function flood(world: PostgresWorld): Promise<void> {
  for (let round = 0; round < 50; round++) {
    await world.query(`
      select pg_notify('bearward_changes', '{"invalidations":[{"id":"' || i || repeat('x', 7000) || '"}]}')
      from generate_series(1, 300) as i`)
    await wait(20)
    const blocked = await world.query(`select pid from ${LISTENERS} and wait_event = 'ClientWrite'`)
    if (blocked.length > 0) return
  }
  throw new Error('no session is blocked')
}
