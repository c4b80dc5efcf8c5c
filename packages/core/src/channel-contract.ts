import {
  type ChannelCase,
  type ChannelHarness,
  expectEqual,
  expectTrue,
  hasId,
  onStage,
  proved,
  type StagedCase,
  until,
} from './channel-stage.ts'
import type { Invalidation } from './invalidation.ts'

/** A key of each kind, with what a careless text format would spoil. */
const KINDS: readonly Invalidation[] = [
  { id: 'key_1' },
  { digest: 'ab'.repeat(32) },
  { owner: 'ac|ct, "1" \\ é 𝄞\n' },
  'all',
]

const cases: readonly StagedCase[] = [
  {
    name: 'has heard, once it is confirmed, everybody and the publisher itself',
    async run({ channel, listen, publish }) {
      const [one, other] = [await channel(), await channel()]
      const listeners = [await listen(one), await listen(one), await listen(other)]
      const { confirmed, silent, boundMs, elapsedMs } = await publish(one, [{ id: 'key_1' }])
      for (const { heard } of listeners) expectTrue(hasId(heard, 'key_1'), 'was heard')
      expectEqual([confirmed, silent, boundMs], [true, 0, 0], 'confirmed, silent, boundMs')
      expectTrue(elapsedMs >= 0 && elapsedMs < one.leaseMs, `confirmed within a lease, not after ${elapsedMs} ms`)
    },
  },
  {
    name: 'hands over every kind of invalidation as it was published',
    async run({ channel, listen, publish }) {
      const one = await channel()
      const { heard } = await listen(await channel())
      await publish(one, KINDS)
      expectEqual(heard.slice(-KINDS.length), KINDS, 'heard')
    },
  },
  {
    name: 'proves that everything published before has been handed over, in order',
    async run({ channel, listen, publish }) {
      const one = await channel()
      const { heard, subscription } = await listen(await channel())
      const ids = Array.from({ length: 50 }, (_, index) => `key_${index}`)
      for (const id of ids) await publish(one, [{ id }], false)
      await subscription.prove()
      const order = heard.flatMap((invalidation) =>
        typeof invalidation === 'object' && 'id' in invalidation ? [invalidation.id] : [],
      )
      expectEqual([...new Set(order)], ids, 'heard')
    },
  },
  {
    name: 'takes the same change twice',
    async run({ channel, listen, publish, opened }) {
      const one = await channel()
      const { heard } = await listen(await channel())
      const change = (await opened.commit?.([{ id: 'key_1' }])) ?? { invalidations: [{ id: 'key_1' }] }
      await one.publish(change)
      expectEqual((await one.publish(change)).confirmed, true, 'confirmed')
      expectTrue(hasId(heard, 'key_1'), 'was heard')
      await publish(one, [{ id: 'key_2' }])
      expectTrue(hasId(heard, 'key_2'), 'and so was the next')
    },
  },
  {
    name: 'many changes at the same time are all confirmed',
    async run({ channel, listen, publish }) {
      const [one, other] = [await channel(), await channel()]
      const { heard } = await listen(one)
      const ids = Array.from({ length: 20 }, (_, index) => `key_${index}`)
      const all = await Promise.all(ids.map((id, index) => publish(index % 2 === 0 ? one : other, [{ id }])))
      expectEqual(
        all.every(({ confirmed }) => confirmed),
        true,
        'confirmed',
      )
      for (const id of ids) expectTrue(hasId(heard, id), `${id} was heard`)
    },
  },
  {
    name: 'says what bound holds when nobody waits',
    async run({ channel, listen, publish }) {
      const one = await channel()
      await listen(await channel())
      const { confirmed, boundMs } = await publish(one, [{ id: 'key_1' }], false)
      expectTrue(!confirmed || boundMs === 0, 'nothing is left to wait for once it is confirmed')
      expectTrue(boundMs >= 0 && boundMs <= one.leaseMs, `bound within a lease, not ${boundMs} ms`)
    },
  },
  {
    name: 'does not wait for who has left',
    async run({ channel, listen, publish }) {
      const [one, other] = [await channel(), await channel()]
      const { heard, subscription } = await listen(other)
      await subscription.close()
      const { silent } = await publish(one, [{ id: 'key_1' }])
      expectEqual([silent, hasId(heard, 'key_1')], [0, false], 'silent, heard after leaving')
    },
  },
  {
    name: 'says that it is ready while it is open, if it says so at all, and not once it is closed',
    async run({ channel, listen }) {
      const one = await channel()
      if (one.ready === undefined) return
      await listen(one)
      await one.ready()
      await one.close()
      const isReady = await one.ready().then(
        () => true,
        () => false,
      )
      expectEqual(isReady, false, 'ready')
    },
  },
  {
    name: 'proves nothing once it is closed',
    async run({ channel, listen }) {
      const one = await channel()
      const { subscription } = await listen(one)
      await one.close()
      const proved = await subscription.prove().then(
        () => true,
        () => false,
      )
      expectEqual(proved, false, 'proved')
    },
  },
  {
    name: 'waits for a silent subscriber until its lease has run out, and not much longer',
    needs: 'silence',
    async run({ channel, listen, publish, opened }) {
      const [one, other] = [await channel(), await channel()]
      await listen(other)
      await opened.silence?.(other)
      const { confirmed, silent, elapsedMs } = await publish(one, [{ id: 'key_1' }])
      expectEqual([confirmed, silent], [true, 1], 'confirmed, silent')
      expectTrue(elapsedMs <= one.leaseMs * 1.5, `within a lease and a half, not after ${elapsedMs} ms`)
    },
  },
  {
    name: 'says when messages may have been lost, and proves again later',
    needs: 'cut',
    async run({ channel, listen, publish, opened }) {
      const [one, other] = [await channel(), await channel()]
      const listener = await listen(other)
      await opened.cut?.(other)
      await until(() => listener.losses > 0, one.leaseMs, 'lost() is called')
      await proved(listener.subscription, one.leaseMs)
      await publish(one, [{ id: 'key_1' }])
      expectTrue(hasId(listener.heard, 'key_1'), 'was heard again')
    },
  },
]

/**
 * The contract of a `Channel`, as cases for any test runner. Each opens channels of its own, and waits in real time.
 *
 * @param harness how to open channels that reach each other, and what faults it can make
 * @returns cases to be registered one by one; `run` rejects when the channel does not keep the contract. Those that need
 *   a fault that the harness does not offer are left out
 * @example
 * ```ts
 * import { test } from 'node:test'
 * import { localChannel } from '@bearward/core'
 * import { channelContract } from '@bearward/core/testing'
 *
 * const open = () => {
 *   const channel = localChannel()
 *   return { channel: () => channel }
 * }
 * for (const { name, run } of channelContract({ open })) test(name, run)
 * ```
 */
export function channelContract(harness: ChannelHarness): readonly ChannelCase[] {
  return cases
    .filter(({ needs }) => needs === undefined || harness.offers?.includes(needs))
    .map(({ name, run }) => ({ name, run: () => onStage(harness, run) }))
}
