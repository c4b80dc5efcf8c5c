import { amid, coin, type Fault, moment } from './fault.ts'
import type { NetworkWorld } from './world.ts'

/** What can befall a network and the server behind it, whatever the server. */
export const networkFaults: readonly Fault<NetworkWorld>[] = [
  {
    name: 'process cut off, connections half open',
    async strike(_world, { proxy }, keys) {
      proxy.pause()
      await keys.revoke()
      proxy.resume()
    },
  },
  {
    name: 'process cut off, connections stranded',
    async strike(_world, { proxy }, keys) {
      proxy.strand()
      await keys.revoke()
      proxy.drop()
    },
  },
  {
    name: 'process cut off, connections refused',
    async strike(_world, { proxy }, keys) {
      await proxy.refuse(true)
      const revoked = keys.revoke()
      if (coin()) await moment(5)
      proxy.drop()
      await revoked
      await proxy.refuse(false)
    },
  },
  {
    name: 'revoking process cut off, connections half open',
    async strike({ leaseMs }, victim, keys) {
      await amid(keys.revokeBy(victim), 30, async () => {
        victim.proxy.pause()
        await moment(leaseMs * 2)
        victim.proxy.resume()
      })
    },
  },
  {
    name: 'connections dropped',
    async strike({ nodes }, _victim, keys) {
      await amid(keys.revoke(), 5, () => {
        for (const { proxy } of nodes) proxy.drop()
      })
    },
  },
  {
    name: 'everything late, and a process far away',
    async strike({ nodes, leaseMs }, victim, keys) {
      // Of those who revoke less: commits come one after the other, each of many messages.
      for (const { proxy } of nodes) proxy.delay(Math.random() * leaseMs * 0.01)
      victim.proxy.delay(Math.random() * leaseMs * 0.45)
      await keys.revoke()
      for (const { proxy } of nodes) proxy.resume()
    },
  },
  {
    name: 'server killed and restarted',
    async strike({ server }, _victim, keys) {
      await amid(keys.revoke(), 5, async () => {
        await server.kill()
        await server.restart()
      })
    },
  },
  {
    name: 'server suspended',
    async strike({ server, leaseMs }, _victim, keys) {
      await amid(keys.revoke(), 5, async () => {
        server.pause()
        await moment(leaseMs * 2)
        server.resume()
      })
    },
  },
]
