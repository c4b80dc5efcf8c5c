import { SECOND } from '@bearward/core'
import { expect, test } from 'vitest'
import { ManualClock } from '../../core/test/manual-clock.ts'
import { Ear } from '../src/ear.ts'
import type { RawConnection, RedisLink } from '../src/link.ts'

// A request that is cancelled takes its timers and promises along: a connection that it was making never comes about.

const LEASE_MS = SECOND

/** A way to a server. @param hangs whether the first connection never comes about */
function setUp(hangs: boolean) {
  const clock = new ManualClock()
  const ended: number[] = []
  let connections = 0
  let lose: (error: Error) => void = () => {}
  const connection: RedisLink['connection'] = async (_key, _timeoutMs, onLost): Promise<RawConnection> => {
    const own = ++connections
    lose = onLost
    return {
      open: () => (own === 1 && hangs ? new Promise(() => {}) : Promise.resolve()),
      info: async () => `run_id:run${own}`,
      subscribe: async () => {},
      ping: async () => {},
      evaluate: async () => [],
      destroy: () => ended.push(own),
    }
  }
  const link: RedisLink = { isCluster: false, evaluate: async () => [], connection }
  const losses: string[] = []
  const ear = new Ear({
    link,
    key: 'members',
    channels: ['changes'],
    leaseMs: LEASE_MS,
    clock,
    onMessage: () => {},
    onLost: () => losses.push('lost'),
  })
  return { clock, ear, ended, losses, connections: () => connections, lose: () => lose(new Error('cut')) }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

test('a connection that was begun by a request that is gone is given up by the next proof, and another one is made', async () => {
  const { clock, ear, ended, losses, connections } = setUp(true)
  const { schedule } = clock
  clock.schedule = () => () => {}
  void ear.start()
  await settle()
  clock.schedule = schedule
  const early = ear.next()
  clock.advance(LEASE_MS)
  await expect(early).rejects.toThrow('redisChannel: the connection that listens is down')
  expect(connections()).toBe(1)
  clock.advance(LEASE_MS)
  expect((await ear.next()).runId).toBe('run2')
  expect(ended).toEqual([1])
  expect(losses).toEqual([])
  ear.close()
})

test('a retry whose timer has died is made up for by the next proof', async () => {
  const { clock, ear, losses, connections, lose } = setUp(false)
  await ear.start()
  expect((await ear.next()).runId).toBe('run1')
  const { schedule } = clock
  clock.schedule = () => () => {}
  lose()
  expect(losses).toEqual(['lost'])
  clock.schedule = schedule
  clock.advance(LEASE_MS)
  await settle()
  expect(connections()).toBe(1)
  expect((await ear.next()).runId).toBe('run2')
  ear.close()
})
