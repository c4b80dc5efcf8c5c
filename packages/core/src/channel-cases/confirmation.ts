import type { Invalidation } from '../invalidation.ts'
import { expectEqual, expectTrue } from './expect.ts'
import type { StagedCase } from './stage.ts'

/** A key of each kind, with what a careless text format would spoil. */
const KINDS: readonly Invalidation[] = [
  { id: 'key_1' },
  { digest: 'ab'.repeat(32) },
  { owner: 'ac|ct, "1" \\ é 𝄞\n' },
  'all',
]

/** More keys than fit into a message of most channels. */
const MANY = 1200

export const confirmationCases: readonly StagedCase[] = [
  {
    name: 'a confirmed publication was handed to every subscriber of the other channels',
    async run({ channel, listen, publish }) {
      const [one, two, three] = [await channel(), await channel(), await channel()]
      const witnesses = [await listen(two), await listen(two), await listen(three)]
      const { confirmed, acknowledged, silent, boundMs, elapsedMs } = await publish(one, [{ id: 'key_1' }])
      for (const witness of witnesses) expectTrue(witness.hasHeard({ id: 'key_1' }), 'expected that each was told')
      expectEqual([confirmed, silent, boundMs], [true, 0, 0], 'confirmed, silent, boundMs')
      expectTrue(acknowledged >= 1, `expected acknowledgements of the subscribers, got ${acknowledged}`)
      expectTrue(elapsedMs >= 0 && elapsedMs < one.leaseMs, `expected less than a lease, got ${elapsedMs} ms`)
    },
  },
  {
    name: 'a confirmed publication was handed to the subscribers of the channel that published it',
    async run({ channel, listen, publish }) {
      const one = await channel()
      const witnesses = [await listen(one), await listen(one)]
      const { confirmed, silent, boundMs } = await publish(one, [{ id: 'key_1' }])
      for (const witness of witnesses) expectTrue(witness.hasHeard({ id: 'key_1' }), 'expected that each was told')
      expectEqual([confirmed, silent, boundMs], [true, 0, 0], 'confirmed, silent, boundMs')
    },
  },
  {
    name: 'publish() resolves only after invalidate() has returned in every subscriber',
    async run({ channel, listen, publish }) {
      const [one, other] = [await channel(), await channel()]
      const witnesses = [await listen(other), await listen(other), await listen(one)]
      for (let round = 0; round < 10; round++) {
        const id = `key_${round}`
        await publish(one, [{ id }])
        for (const { heard } of witnesses) {
          const isTold = heard.some((each) => JSON.stringify(each) === JSON.stringify({ id }) || each === 'all')
          expectTrue(isTold, `expected that invalidate() had returned for ${id} before publish() resolved`)
        }
      }
    },
  },
  {
    name: 'a subscriber whose invalidate() throws loses its lease before the publication is confirmed, and the others are told',
    async run({ channel, listen, publish }) {
      const [one, other] = [await channel(), await channel()]
      const [failing, sound] = [await listen(other), await listen(other)]
      let failures = 0
      failing.onInvalidate = () => {
        if (failures++ === 0) throw new Error()
      }
      const { losses } = failing
      await publish(one, [{ id: 'key_1' }])
      expectTrue(failures > 0, 'expected that invalidate() was called')
      const isOver = failing.losses > losses || failing.hasHeard({ id: 'key_1' }) || !failing.holdsLease()
      expectTrue(
        isOver,
        'expected that lost() was called, or the change was handed over again, where invalidate() had thrown',
      )
      expectTrue(sound.hasHeard({ id: 'key_1' }), 'expected that the other subscriber of the channel was told')
    },
  },
  {
    name: 'every kind of invalidation is handed over as it was published',
    async run({ channel, listen, publish, widens }) {
      const one = await channel()
      const witness = await listen(await channel())
      await publish(one, KINDS)
      if (!widens) expectEqual(witness.heard.slice(-KINDS.length), KINDS, 'what was handed over')
      // Each by itself: above, all keys are among them.
      for (const kind of KINDS) await publish(one, [kind])
      if (!widens) expectEqual(witness.heard.slice(-KINDS.length), KINDS, 'what was handed over one by one')
    },
  },
  {
    name: 'a change of many keys is handed over whole',
    async run({ channel, listen, publish }) {
      const one = await channel()
      const witness = await listen(await channel())
      const many = Array.from({ length: MANY }, (_, index) => ({ id: `key_${index}` }))
      const [first, last] = [{ id: 'key_first' }, { id: 'key_last' }]
      await publish(one, [first, last])
      for (const each of [first, last]) expectTrue(witness.hasHeard(each), 'expected both keys of a change of two')
      await publish(one, many)
      const isWhole = witness.heard.includes('all') || many.every((each) => witness.hasHeard(each))
      expectTrue(isWhole, `expected all of ${MANY} keys, or 'all'`)
    },
  },
  {
    name: 'a change that is published twice is confirmed twice, and the next change is handed over',
    async run({ channel, listen, publish, opened }) {
      const one = await channel()
      const witness = await listen(await channel())
      const change = (await opened.commit?.([{ id: 'key_1' }])) ?? { invalidations: [{ id: 'key_1' }] }
      for (const time of ['first', 'second']) {
        expectEqual((await one.publish(change)).confirmed, true, `confirmed the ${time} time`)
        expectTrue(witness.hasHeard({ id: 'key_1' }), 'expected that the change was handed over')
      }
      await publish(one, [{ id: 'key_2' }])
      expectTrue(witness.hasHeard({ id: 'key_2' }), 'expected that the next change was handed over')
    },
  },
  {
    name: 'two equal changes are two changes, and each is handed over',
    async run({ channel, listen, publish }) {
      const one = await channel()
      const witness = await listen(await channel())
      for (const confirm of [true, true, false, false]) {
        const before = witness.heard.length
        await publish(one, [{ id: 'key_1' }], confirm)
        await witness.prove()
        expectTrue(witness.heard.length > before, 'expected that a change equal to an earlier one was handed over')
      }
    },
  },
  {
    name: 'changes that are published at the same time are all confirmed, and each is handed over',
    async run({ channel, listen, publish }) {
      const [one, other] = [await channel(), await channel()]
      const witnesses = [await listen(one), await listen(other)]
      const ids = Array.from({ length: 20 }, (_, index) => `key_${index}`)
      const all = await Promise.all(ids.map((id, index) => publish(index % 2 === 0 ? one : other, [{ id }])))
      for (const { confirmed } of all) expectEqual(confirmed, true, 'confirmed')
      for (const { silent } of all) expectEqual(silent, 0, 'silent')
      for (const id of ids) {
        for (const witness of witnesses) expectTrue(witness.hasHeard({ id }), `expected that ${id} was handed over`)
      }
    },
  },
  {
    name: 'a publication that does not wait states a bound of one lease at most, and none only where every subscriber was told',
    async run({ channel, listen, publish }) {
      const one = await channel()
      const witness = await listen(await channel())
      for (let round = 0; round < 5; round++) {
        const id = `key_${round}`
        const { confirmed, boundMs } = await publish(one, [{ id }], false)
        expectTrue(!confirmed || boundMs === 0, `expected no bound where it is confirmed, got ${boundMs} ms`)
        expectTrue(boundMs >= 0 && boundMs <= one.leaseMs, `expected a lease at most, got ${boundMs} ms`)
        const isOver = boundMs > 0 || witness.hasHeard({ id }) || !witness.holdsLease()
        expectTrue(isOver, 'expected a bound above 0 while a subscriber with a lease had not been told')
        await witness.prove()
      }
    },
  },
  {
    name: 'a publication is confirmed at once where no channel has a subscriber',
    async run({ channel, publish }) {
      const [one] = [await channel(), await channel()]
      const { confirmed, silent, acknowledged, elapsedMs } = await publish(one, [{ id: 'key_1' }])
      expectEqual([confirmed, acknowledged, silent], [true, 0, 0], 'confirmed, acknowledged, silent')
      expectTrue(elapsedMs < one.leaseMs, `expected less than a lease, got ${elapsedMs} ms`)
    },
  },
]
