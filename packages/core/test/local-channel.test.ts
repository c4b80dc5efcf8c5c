import { describe, expect, test } from 'vitest'
import type { Channel } from '../src/channel.ts'
import { channelContract } from '../src/channel-contract.ts'
import { localChannel } from '../src/local-channel.ts'
import { createVerifier } from '../src/verifier.ts'
import { ManualClock } from './manual-clock.ts'
import { turns } from './support/waiting.ts'

describe('keeps the contract of a channel:', () => {
  const open = () => {
    const channel = localChannel({ leaseMs: 200 })
    return { channel: () => channel }
  }
  for (const { name, run } of channelContract({ open })) test(name, run)
})

/** A channel with one thing wrong: the contract must say so. */
describe('the contract finds out a channel that', () => {
  const broken: [name: string, spoil: (channel: Channel) => Partial<Channel>][] = [
    ['confirms before anybody has heard', (channel) => ({ publish: (change) => late(() => channel.publish(change)) })],
    ['drops every second message', (channel) => ({ publish: everySecond(channel) })],
    [
      'states no bound',
      (channel) => ({
        publish: async (change, options) => ({
          ...(await channel.publish(change)),
          confirmed: options?.confirm !== false,
          boundMs: options?.confirm === false ? 1e9 : 0,
        }),
      }),
    ],
    [
      'proves after it was closed',
      (channel) => ({ subscribe: (subscriber) => ({ ...channel.subscribe(subscriber), prove: async () => {} }) }),
    ],
    [
      'hands over half of it',
      (channel) => ({
        publish: ({ invalidations }, options) => channel.publish({ invalidations: invalidations.slice(0, 1) }, options),
      }),
    ],
  ]

  test.each(broken)('%s', async (_name, spoil) => {
    const open = () => {
      const channel = localChannel({ leaseMs: 100 })
      const spoilt = { ...channel, ...spoil(channel) }
      return { channel: () => spoilt }
    }
    const outcomes = await Promise.allSettled(channelContract({ open }).map(({ run }) => run()))
    expect(outcomes.filter(({ status }) => status === 'rejected')).not.toEqual([])
  })

  async function late(publish: () => Promise<unknown>) {
    queueMicrotask(() => queueMicrotask(() => void turns().then(publish)))
    return { confirmed: true, acknowledged: 1, silent: 0, elapsedMs: 0, boundMs: 0 }
  }

  function everySecond(channel: Channel): Channel['publish'] {
    let count = 0
    return (change) => channel.publish(count++ % 2 === 1 ? change : { invalidations: [] })
  }
})

test('one verifier revokes, the other refuses at once', async () => {
  const clock = new ManualClock()
  const channel = localChannel({ clock })
  const resolve = () => (isRevoked ? null : { id: 'key_1' })
  let isRevoked = false
  const [one, other] = [0, 1].map(() => createVerifier({ resolve, cache: { max: 10, channel }, clock }))
  await turns()
  for (const verifier of [one, other]) expect((await verifier?.verify('Bearer example_key_of_16_bytes'))?.ok).toBe(true)
  isRevoked = true
  expect((await other?.verify('Bearer example_key_of_16_bytes'))?.ok).toBe(true)
  expect(await channel.publish({ invalidations: [{ id: 'key_1' }] })).toMatchObject({
    confirmed: true,
    acknowledged: 2,
  })
  for (const verifier of [one, other])
    expect((await verifier?.verify('Bearer example_key_of_16_bytes'))?.ok).toBe(false)
})

test('closed, it ends what was remembered', async () => {
  const clock = new ManualClock()
  const channel = localChannel({ clock })
  let reads = 0
  const resolve = () => {
    reads++
    return { id: 'key_1' }
  }
  const verifier = createVerifier({ resolve, cache: { max: 10, channel }, clock })
  await turns()
  await channel.close()
  for (let request = 0; request < 3; request++) await verifier.verify('Bearer example_key_of_16_bytes')
  expect(reads).toBe(3)
})

test('a subscriber that fails loses its lease, and the others hear', async () => {
  const channel = localChannel()
  const heard: unknown[] = []
  const fail = () => {
    throw new Error('this subscriber is broken')
  }
  channel.subscribe({ invalidate: fail, lost: () => void heard.push('lost') })
  channel.subscribe({ invalidate: (invalidations) => void heard.push(...invalidations), lost: () => {} })
  await channel.publish({ invalidations: ['all'] })
  expect(heard).toEqual(['lost', 'all'])
  // One that cannot even do that may serve what is old, so nothing is confirmed.
  channel.subscribe({ invalidate: fail, lost: fail })
  await expect(channel.publish({ invalidations: ['all'] })).rejects.toThrow('this subscriber is broken')
})
