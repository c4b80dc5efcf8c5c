import { setTimeout as wait } from 'node:timers/promises'
import type { Channel } from '@bearward/core'
import type {} from '@internal/services/setup/redis'
import { afterEach, describe, expect, inject, test } from 'vitest'
import { type RedisChannelOptions, redisChannel } from '../src/index.ts'
import { CLIENTS, type Opened, openClient } from './support/clients.ts'
import { witness } from './support/subscriber.ts'

const url = inject('redisUrl')
const cleanups: (() => unknown)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

describe.each(CLIENTS)('over %s', (clientName) => {
  const LEASE_MS = 500
  let names = 0

  /** One process's part; `name` is shared by all of a test. */
  async function join(name: string, options: RedisChannelOptions = {}): Promise<{ channel: Channel; opened: Opened }> {
    const opened = await openClient(clientName, url)
    const channel = redisChannel(opened.client, { name, leaseMs: LEASE_MS, ...options })
    cleanups.push(
      () => opened.close(),
      () => channel.close(),
    )
    return { channel, opened }
  }

  function freshName(): string {
    return `test-${process.pid}-${clientName.replaceAll(' ', '')}-${++names}`
  }

  /** A registry that has lived for a lease, so that only the members are waited for. */
  async function ripen(subscription: { prove(): Promise<void> }): Promise<void> {
    await subscription.prove()
    await wait(LEASE_MS + 50)
    await subscription.prove()
  }

  test('tells every process, and waits until each has done what it says', async () => {
    const name = freshName()
    const [a, b, c] = [await join(name), await join(name), await join(name)]
    const witnesses = [witness(a.channel), witness(b.channel), witness(c.channel)]
    await Promise.all(witnesses.map(ripen))
    const confirmation = await a.channel.publish({ invalidations: [{ id: 'key_1' }], sequence: 7 })
    expect(confirmation).toMatchObject({ confirmed: true, acknowledged: 3, silent: 0, boundMs: 0 })
    for (const { heard, losses } of witnesses) {
      expect(heard).toEqual([{ id: 'key_1' }])
      expect(losses).toBe(0)
    }
  })

  test('hands over all that was published before a proof was asked for', async () => {
    const name = freshName()
    const [a, b] = [await join(name), await join(name)]
    const hearer = witness(b.channel)
    await ripen(hearer)
    for (let i = 0; i < 50; i++) {
      await a.channel.publish({ invalidations: [{ id: `key_${i}` }] }, { confirm: false })
      await hearer.prove()
      expect(hearer.heard.at(-1)).toEqual({ id: `key_${i}` })
    }
  })

  test('waits a whole lease while the registry is young', async () => {
    const { channel } = await join(freshName())
    const { confirmed, elapsedMs } = await channel.publish({ invalidations: ['all'] })
    expect(confirmed).toBe(true)
    expect(elapsedMs).toBeGreaterThanOrEqual(LEASE_MS)
  })

  test('ends the lease when the connection is lost, and gets another one', async () => {
    const { channel, opened } = await join(freshName())
    const hearer = witness(channel)
    await hearer.prove()
    const clients = String(await opened.command('CLIENT', 'LIST', 'TYPE', 'pubsub'))
    expect(clients).toContain('id=')
    await opened.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await expect.poll(() => hearer.losses).toBe(1)
    await hearer.prove()
    expect(hearer.losses).toBe(1)
  })

  test('refuses a proof when other processes have another lease', async () => {
    const name = freshName()
    const [a, b] = [await join(name), await join(name, { leaseMs: 700 })]
    await witness(a.channel).prove()
    await expect(witness(b.channel).prove()).rejects.toThrow(
      `redisChannel: \`leaseMs\` is 700 here and ${LEASE_MS} in other processes of \`${name}\``,
    )
  })

  test('leaves nothing behind', async () => {
    const name = freshName()
    const { channel, opened } = await join(name)
    const subscription = witness(channel)
    await subscription.prove()
    await subscription.close()
    expect(await opened.command('ZCARD', `{${name}}:members`)).toBe(1)
    await channel.close()
    const clients = String(await opened.command('PUBSUB', 'NUMSUB', `{${name}}:changes`))
    expect(clients).toBe(`{${name}}:changes,0`)
  })
})
