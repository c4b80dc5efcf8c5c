import { readFileSync } from 'node:fs'
import { join as joinPath } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Channel } from '@bearward/core'
import { startProxy, type TcpProxy } from '@internal/services'
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

interface Process {
  readonly channel: Channel
  readonly opened: Opened
  readonly proxy: TcpProxy
}

describe.each(CLIENTS)('over %s', (clientName) => {
  const LEASE_MS = 500
  let names = 0

  /** One process's part, behind a proxy of its own; `name` is shared by all of a test. */
  async function join(name: string, options: RedisChannelOptions = {}): Promise<Process> {
    const proxy = await startProxy({ to: Number(new URL(url).port) })
    const opened = await openClient(clientName, `redis://127.0.0.1:${proxy.port}`, name)
    const channel = redisChannel(opened.client, { name, leaseMs: LEASE_MS, ...options })
    cleanups.push(
      () => proxy.close(),
      () => opened.close(),
      () => channel.close(),
    )
    return { channel, opened, proxy }
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
    const name = freshName()
    const { channel, opened } = await join(name)
    const hearer = witness(channel)
    await hearer.prove()
    const listening = String(await opened.command('CLIENT', 'LIST', 'TYPE', 'pubsub')).split('\n')
    const own = listening.find((line) => line.includes(` name=${name} `))
    expect(own).toContain('id=')
    await opened.command('CLIENT', 'KILL', 'ID', String(/^id=(\d+)/.exec(own ?? '')?.[1]))
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

  test('takes another lease once nobody holds the old one', async () => {
    const name = freshName()
    const [a, b] = [await join(name), await join(name, { leaseMs: 700 })]
    const first = witness(a.channel)
    await first.prove()
    await first.close()
    await witness(b.channel).prove()
    await expect(witness(a.channel).prove()).rejects.toThrow(
      `\`leaseMs\` is ${LEASE_MS} here and 700 in other processes`,
    )
  })

  test('registers as somebody else after everybody here had left', async () => {
    const name = freshName()
    const { channel, opened } = await join(name)
    const members = async (): Promise<unknown> => opened.command('ZRANGEBYSCORE', `{${name}}:members`, '0', '+inf')
    const first = witness(channel)
    await first.prove()
    const before = await members()
    await first.close()
    await witness(channel).prove()
    expect(await members()).toHaveLength(1)
    expect(await members()).not.toEqual(before)
  })

  test('waits once for a process that is gone, and not again', async () => {
    const name = freshName()
    const [a, b] = [await join(name), await join(name)]
    await ripen(witness(a.channel))
    await witness(b.channel).prove()
    b.proxy.pause()
    const [first, second] = [
      await a.channel.publish({ invalidations: ['all'] }),
      await a.channel.publish({ invalidations: ['all'] }),
    ]
    expect([first.silent, first.confirmed]).toEqual([1, true])
    expect(first.elapsedMs).toBeGreaterThanOrEqual(LEASE_MS)
    expect([second.silent, second.confirmed]).toEqual([0, true])
  })

  test('forgets a process that proves nothing any more, though nobody publishes', async () => {
    const name = freshName()
    const [a, b] = [await join(name), await join(name)]
    const [living, dead] = [witness(a.channel), witness(b.channel)]
    await Promise.all([living.prove(), dead.prove()])
    const size = async (): Promise<unknown> => {
      await living.prove()
      return a.opened.command('ZCARD', `{${name}}:members`)
    }
    expect(await size()).toBe(3)
    await expect.poll(size, { timeout: 20_000 }).toBe(2)
  })

  test('takes a message that it cannot read for a loss', async () => {
    const name = freshName()
    const { channel, opened } = await join(name)
    const hearer = witness(channel)
    await hearer.prove()
    await opened.command('PUBLISH', `{${name}}:changes`, '{"id":"of another version"}')
    await expect.poll(() => hearer.losses).toBe(1)
  })

  test('rejects in time when Redis does not answer, and has told this process all the same', async () => {
    const { channel, proxy } = await join(freshName(), { timeoutMs: 200 })
    const hearer = witness(channel)
    await hearer.prove()
    proxy.pause()
    await expect(channel.publish({ invalidations: ['all'] })).rejects.toThrow(
      'redisChannel: Redis did not answer within 200 ms',
    )
    expect(hearer.heard).toEqual(['all'])
    await expect(hearer.prove()).rejects.toThrow(/did not answer within|no answer on the connection/)
    proxy.resume()
    await expect.poll(() => hearer.prove().then(() => true, String)).toBe(true)
  })

  test('gets another lease, and confirms again, though what was connected has died without a word', async () => {
    const { channel, proxy } = await join(freshName())
    const hearer = witness(channel)
    await hearer.prove()
    proxy.strand()
    await expect.poll(() => hearer.prove().then(() => true, String), { timeout: 10_000 }).toBe(true)
    expect((await channel.publish({ invalidations: ['all'] })).confirmed).toBe(true)
    // And once more, when the way round has died as well.
    proxy.strand()
    expect((await channel.publish({ invalidations: ['all'] })).confirmed).toBe(true)
  })

  test('takes no part any more once it is closed', async () => {
    const { channel } = await join(freshName())
    const hearer = witness(channel)
    await hearer.prove()
    await channel.close()
    expect(hearer.losses).toBe(1)
    await expect(hearer.prove()).rejects.toThrow('redisChannel: the channel was closed')
    await expect(channel.publish({ invalidations: ['all'] })).rejects.toThrow('redisChannel: the channel was closed')
    expect(() => witness(channel)).toThrow('redisChannel: the channel was closed')
  })

  test('needs no other command than the guide says', async () => {
    const { opened } = await join(freshName())
    const guide = readFileSync(joinPath(import.meta.dirname, '../../../docs/channels.md'), 'utf8')
    const [, rules = ''] = /An ACL needs:\s+```text\n(.*?)```/s.exec(guide) ?? []
    const user = `user-${names}`
    await opened.command('ACL', 'SETUSER', user, 'reset', 'on', '>secret', ...rules.trim().split(/\s+/))
    const proxy = await startProxy({ to: Number(new URL(url).port) })
    const limited = await openClient(clientName, `redis://${user}:secret@127.0.0.1:${proxy.port}`)
    const channel = redisChannel(limited.client, { leaseMs: LEASE_MS })
    cleanups.push(
      () => opened.command('ACL', 'DELUSER', user),
      () => proxy.close(),
      () => limited.close(),
      () => channel.close(),
    )
    await witness(channel).prove()
    expect((await channel.publish({ invalidations: ['all'] })).confirmed).toBe(true)
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
