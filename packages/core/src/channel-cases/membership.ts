import { durationOf, expectEqual, expectTrue, MOMENTS, momentOf, resolves, settled } from './expect.ts'
import { proved, type StagedCase } from './stage.ts'

const SHORTEST_LEASE_MS = 100
const LONGEST_LEASE_MS = 60_000

export const membershipCases: readonly StagedCase[] = [
  {
    name: 'a lease lasts from 100 to 60 000 milliseconds, and as long in every channel',
    async run({ channel }) {
      const [one, other] = [await channel(), await channel()]
      const isWithin = one.leaseMs >= SHORTEST_LEASE_MS && one.leaseMs <= LONGEST_LEASE_MS
      expectTrue(isWithin, `expected \`leaseMs\` from ${SHORTEST_LEASE_MS} to ${LONGEST_LEASE_MS}, got ${one.leaseMs}`)
      expectEqual(other.leaseMs, one.leaseMs, '`leaseMs` of a second channel')
    },
  },
  {
    name: 'a subscriber that has left is not waited for, and is handed nothing more',
    async run({ channel, listen, publish }) {
      const [one, other] = [await channel(), await channel()]
      const witness = await listen(other)
      await witness.close()
      const { silent, elapsedMs } = await publish(one, [{ id: 'key_1' }])
      expectEqual([silent, witness.hasHeard({ id: 'key_1' })], [0, false], 'silent, handed over after leaving')
      expectTrue(elapsedMs < one.leaseMs, `expected less than a lease, got ${elapsedMs} ms`)
    },
  },
  {
    name: 'of two subscribers of one channel, the one that stays is handed every change after the other has left',
    async run({ channel, listen, publish }) {
      const [one, other] = [await channel(), await channel()]
      const [staying, leaving] = [await listen(other), await listen(other)]
      await leaving.close()
      await publish(one, [{ id: 'key_1' }])
      await publish(one, [{ id: 'key_2' }], false)
      await staying.prove()
      for (const id of ['key_1', 'key_2']) expectTrue(staying.hasHeard({ id }), `expected that ${id} was handed over`)
    },
  },
  {
    name: 'a subscriber that joins while the last one leaves is handed every later change',
    async run({ channel, listen, subscribe, publish }) {
      const [one, other] = [await channel(), await channel()]
      for (let moment = 0; moment < MOMENTS; moment++) {
        const first = await listen(other)
        const proofMs = await durationOf(() => first.prove())
        const leaving = first.close()
        await momentOf(proofMs, moment)
        const joining = subscribe(other)
        const proof = proved(joining, other.leaseMs)
        await Promise.all([leaving, proof])
        await publish(one, [{ id: `key_${moment}` }])
        await joining.close()
      }
    },
  },
  {
    name: 'a subscriber that leaves during its proof is not waited for',
    async run({ channel, listen, subscribe, publish }) {
      const one = await channel()
      const founder = await listen(one)
      const proofMs = await durationOf(() => founder.prove())
      await founder.close()
      for (let moment = 0; moment < MOMENTS; moment++) {
        const other = await channel()
        const witness = subscribe(other)
        // Two: the second may wait for the first.
        const proofs = Promise.all([resolves(witness.prove()), resolves(witness.prove())])
        await momentOf(proofMs, moment)
        await witness.close()
        await settled(proofs, one.leaseMs, 'proofs during which the subscriber left settle')
        const { silent, elapsedMs } = await publish(one, [{ id: `key_${moment}` }])
        expectEqual(silent, 0, 'silent')
        expectTrue(elapsedMs < one.leaseMs, `expected less than a lease, got ${elapsedMs} ms`)
      }
    },
  },
  {
    name: 'a subscription that was closed proves nothing',
    async run({ channel, listen }) {
      const one = await channel()
      const [closed] = [await listen(one), await listen(one)]
      await closed.close()
      expectEqual(await resolves(closed.prove()), false, 'prove() of a closed subscription resolves')
    },
  },
  {
    name: 'a channel that was closed proves nothing',
    async run({ channel, listen }) {
      const one = await channel()
      const witness = await listen(one)
      await one.close()
      expectEqual(await resolves(witness.prove()), false, 'prove() resolves after its channel was closed')
    },
  },
  {
    name: 'a channel that closes calls lost() in each of its subscribers, and no publication waits for it',
    async run({ channel, listen, publish }) {
      const [one, other] = [await channel(), await channel()]
      const witnesses = [await listen(other), await listen(other)]
      await other.close()
      for (const { losses } of witnesses) expectTrue(losses > 0, 'expected lost() in each subscriber')
      if (one === other) return
      const { silent, elapsedMs } = await publish(one, [{ id: 'key_1' }])
      expectEqual(silent, 0, 'silent')
      expectTrue(elapsedMs < one.leaseMs, `expected less than a lease, got ${elapsedMs} ms`)
      for (const witness of witnesses) {
        expectEqual(witness.hasHeard({ id: 'key_1' }), false, 'handed over after the channel was closed')
      }
    },
  },
  {
    name: 'a channel that closes during a proof leaves no lease behind',
    async run({ channel, listen, subscribe, publish }) {
      const one = await channel()
      const founder = await listen(one)
      const proofMs = await durationOf(() => founder.prove())
      await founder.close()
      for (let moment = 0; moment < MOMENTS; moment++) {
        const other = await channel()
        if (one === other) return
        const witness = subscribe(other)
        // Two: the second may wait for the first.
        const proofs = Promise.all([resolves(witness.prove()), resolves(witness.prove())])
        await momentOf(proofMs, moment)
        await other.close()
        await settled(proofs, one.leaseMs, 'proofs during which the channel closed settle')
        expectTrue(!witness.holdsLease(), 'expected a proof that rejects, or lost()')
        const { silent, elapsedMs } = await publish(one, [{ id: `key_${moment}` }])
        expectEqual(silent, 0, 'silent')
        expectTrue(elapsedMs < one.leaseMs, `expected less than a lease, got ${elapsedMs} ms`)
      }
    },
  },
  {
    name: 'ready() of a channel that has it resolves while the channel is open, and rejects once it is closed',
    async run({ channel, listen }) {
      const one = await channel()
      if (one.ready === undefined) return
      await listen(one)
      await one.ready()
      await one.close()
      expectEqual(await resolves(one.ready()), false, 'ready() resolves after its channel was closed')
    },
  },
]
