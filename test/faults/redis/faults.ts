import { amid, type Fault } from '../fault.ts'
import { networkFaults } from '../network-faults.ts'
import { processFaults } from '../process-faults.ts'
import type { RedisWorld } from './world.ts'

export const redisFaults: readonly Fault<RedisWorld>[] = [
  ...processFaults,
  ...networkFaults,
  {
    name: 'CLIENT KILL of subscribers',
    async strike(world, _victim, keys) {
      await amid(keys.revoke(), 5, () => world.command('CLIENT', 'KILL', 'TYPE', 'pubsub'))
    },
  },
  {
    name: 'output buffer of a suspended subscriber full',
    async strike(world, { member }, keys) {
      await world.command('CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 64kb 64kb 0')
      member.suspend()
      await flood(world)
      await keys.revoke()
      member.resume()
      await world.command('CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 32mb 8mb 60')
    },
  },
  {
    name: 'registry flushed while a process is cut off',
    async strike(world, { proxy }, keys) {
      proxy.pause()
      await world.command('FLUSHALL')
      await keys.revoke()
      proxy.resume()
    },
  },
  {
    name: 'server restarted without its data while a process is cut off',
    async strike(world, { proxy }, keys) {
      await world.command('CONFIG', 'SET', 'appendonly', 'no')
      proxy.pause()
      await world.server.kill()
      await world.server.restart()
      await keys.revoke()
      proxy.resume()
    },
  },
  {
    name: 'failover to the replica',
    async strike(world, _victim, keys) {
      await amid(keys.revoke(), 5, () => world.failOver())
      await world.restoreReplica()
    },
  },
  {
    name: 'failover to the replica while a process is cut off',
    async strike(world, victim, keys) {
      victim.proxy.pause()
      await world.failOver(victim)
      await keys.revoke()
      victim.proxy.resume()
      await world.restoreReplica()
    },
  },
]

/** More than the buffers of sockets and proxy hold, of messages that nobody understands the worse for. */
async function flood(world: RedisWorld): Promise<void> {
  const text = JSON.stringify({
    id: 'flood',
    from: 'flood',
    replyTo: 'flood',
    invalidations: [{ id: 'x'.repeat(100_000) }],
  })
  for (let round = 0; round < 200; round++) {
    await world.command('PUBLISH', '{bearward}:changes', text)
    const connected = String(await world.command('PUBSUB', 'NUMSUB', '{bearward}:changes')).split(',')
    if (Number(connected[1]) < world.nodes.length) return
  }
  throw new Error('the server has disconnected nobody')
}
