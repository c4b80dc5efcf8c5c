import { setTimeout as wait } from 'node:timers/promises'
import { amid, coin, type Fault, meanwhile, moment } from './fault.ts'
import type { World } from './world.ts'

/** What can befall processes, whatever the channel. */
export const processFaults: readonly Fault<World>[] = [
  {
    name: 'none',
    strike: async (_world, _victim, keys) => keys.revoke(),
  },
  {
    name: 'process killed',
    async strike(_world, { member }, keys) {
      await amid(keys.revoke(), 5, () => member.kill())
      await member.start()
    },
  },
  {
    name: 'process suspended for part of a lease',
    async strike({ leaseMs }, { member }, keys) {
      member.suspend()
      const revoked = keys.revoke()
      await moment(leaseMs)
      member.resume()
      await revoked
    },
  },
  {
    name: 'process suspended for longer than its lease',
    async strike({ leaseMs }, { member }, keys) {
      member.suspend()
      if (coin()) await moment(leaseMs)
      await keys.revoke()
      if (coin()) await wait(leaseMs * 1.2)
      member.resume()
    },
  },
  {
    name: 'revoking process killed',
    async strike(_world, victim, keys) {
      await amid(keys.revokeBy(victim), 30, async () => {
        await victim.member.kill()
        await victim.member.start()
      })
    },
  },
  {
    name: 'revoking process suspended for longer than its lease',
    async strike({ leaseMs }, victim, keys) {
      await amid(keys.revokeBy(victim), 30, async () => {
        victim.member.suspend()
        await wait(leaseMs * 1.2)
        victim.member.resume()
      })
    },
  },
  {
    name: 'revoking process dies between commit and publication',
    async strike(_world, victim, keys) {
      await keys.revokeDying(victim)
      await victim.member.start()
    },
  },
  {
    name: 'slow store, reads under way',
    async strike({ nodes, leaseMs }, _victim, keys) {
      await meanwhile(keys.revoke(), () => {
        for (const { member } of nodes) if (coin()) member.reread(leaseMs / 2)
      })
      for (const { member } of nodes) member.reread(0)
    },
  },
]
