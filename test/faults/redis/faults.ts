import { setTimeout as wait } from 'node:timers/promises'
import type { Node, World } from './world.ts'

/** What goes wrong around a revocation. */
export interface Fault {
  readonly name: string
  /**
   * Revokes, and makes something go wrong before or meanwhile; all is well again when it resolves.
   *
   * @param victim whom it concerns; somebody else revokes
   */
  strike(world: World, victim: Node, revoke: () => Promise<void>): Promise<void>
}

export const faults: readonly Fault[] = [
  {
    name: 'none',
    strike: async (_world, _victim, revoke) => revoke(),
  },
  {
    name: 'process killed',
    async strike(_world, { member }, revoke) {
      const revoked = revoke()
      await moment(5)
      await member.kill()
      await revoked
      await member.start()
    },
  },
  {
    name: 'process suspended',
    async strike(world, { member }, revoke) {
      member.suspend()
      const revoked = revoke()
      if (coin()) await moment(world.leaseMs)
      else await revoked
      member.resume()
      await revoked
    },
  },
  {
    name: 'process cut off, connections half open',
    async strike(_world, { proxy }, revoke) {
      proxy.pause()
      await revoke()
      proxy.resume()
    },
  },
  {
    name: 'process cut off, connections refused',
    async strike(_world, { proxy }, revoke) {
      await proxy.refuse(true)
      const revoked = revoke()
      if (coin()) await moment(5)
      proxy.drop()
      await revoked
      await proxy.refuse(false)
    },
  },
  {
    name: 'connections dropped',
    async strike({ nodes }, _victim, revoke) {
      const revoked = revoke()
      await moment(5)
      for (const { proxy } of nodes) proxy.drop()
      await revoked
    },
  },
  {
    name: 'everything late',
    async strike({ nodes, leaseMs }, _victim, revoke) {
      for (const { proxy } of nodes) proxy.delay(Math.random() * leaseMs * 0.4)
      await revoke()
      for (const { proxy } of nodes) proxy.resume()
    },
  },
  {
    name: 'CLIENT KILL of subscribers',
    async strike(world, _victim, revoke) {
      const revoked = revoke()
      await moment(5)
      await world.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
      await revoked
    },
  },
  {
    name: 'output buffer of a suspended subscriber full',
    async strike(world, { member }, revoke) {
      await world.command('CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 64kb 64kb 0')
      member.suspend()
      await flood(world)
      await revoke()
      member.resume()
      await world.command('CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 32mb 8mb 60')
    },
  },
  {
    name: 'server killed and restarted',
    async strike({ primary }, _victim, revoke) {
      const revoked = revoke()
      await moment(5)
      await primary.kill()
      await primary.restart()
      await revoked
    },
  },
  {
    name: 'server suspended',
    async strike({ primary, leaseMs }, _victim, revoke) {
      const revoked = revoke()
      await moment(5)
      primary.pause()
      await moment(leaseMs * 2)
      primary.resume()
      await revoked
    },
  },
  {
    name: 'registry flushed while a process is cut off',
    async strike(world, { proxy }, revoke) {
      proxy.pause()
      await world.command('FLUSHALL')
      await revoke()
      proxy.resume()
    },
  },
  {
    name: 'server restarted without its data while a process is cut off',
    async strike(world, { proxy }, revoke) {
      await world.command('CONFIG', 'SET', 'appendonly', 'no')
      proxy.pause()
      await world.primary.kill()
      await world.primary.restart()
      await revoke()
      proxy.resume()
    },
  },
  {
    name: 'failover to the replica',
    async strike(world, _victim, revoke) {
      const revoked = revoke()
      await moment(5)
      await world.failOver()
      await revoked
      await world.restoreReplica()
    },
  },
  {
    name: 'failover to the replica while a process is cut off',
    async strike(world, victim, revoke) {
      victim.proxy.pause()
      await world.failOver(victim)
      await revoke()
      victim.proxy.resume()
      await world.restoreReplica()
    },
  },
]

/** Passes the time of part of `ms`, another one each time. */
async function moment(ms: number): Promise<void> {
  await wait(Math.random() * ms)
}

function coin(): boolean {
  return Math.random() < 0.5
}

/** More than the buffers of sockets and proxy hold, of messages that nobody understands the worse for. */
async function flood(world: World): Promise<void> {
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
