import {
  awaitedLater,
  durationOf,
  expectEqual,
  expectTrue,
  MOMENTS,
  momentOf,
  pause,
  resolves,
  until,
} from './expect.ts'
import type { Witness } from './journal.ts'
import { proved, publishingWhile, type StagedCase, whileProving } from './stage.ts'

/** Rounds of a case that begins again with a channel that has not proved anything. */
const FIRST_PROOFS = 4

export const orderCases: readonly StagedCase[] = [
  {
    name: 'a proof hands over, in order, every change that was accepted before it was asked for',
    async run({ channel, listen, publish }) {
      const one = await channel()
      const witness = await listen(await channel())
      const ids = Array.from({ length: 50 }, (_, index) => `key_${index}`)
      for (const id of ids) await publish(one, [{ id }], false)
      await witness.prove()
      const order = witness.heard.flatMap((each) => (typeof each === 'object' && 'id' in each ? [each.id] : []))
      expectEqual([...new Set(order)], ids, 'what was handed over')
    },
  },
  {
    name: 'proofs that overlap each hand over what was accepted before they were asked for',
    async run({ channel, listen, publish }) {
      const [one, other] = [await channel(), await channel()]
      const witnesses = [await listen(other), await listen(other)]
      const proofMs = await durationOf(() => witnesses[0]?.prove() ?? Promise.resolve())
      const proofs: Promise<void>[] = []
      for (let moment = 0; moment < MOMENTS * 2; moment++) {
        await publish(one, [{ id: `key_${moment}` }], false)
        for (const witness of witnesses) proofs.push(witness.prove())
        await momentOf(proofMs, moment % MOMENTS)
      }
      await Promise.all(proofs)
    },
  },
  {
    name: 'first proofs that overlap lose no change that is accepted once one of them has come',
    async run({ channel, subscribe, publish }) {
      const one = await channel()
      for (let round = 0; round < FIRST_PROOFS; round++) {
        const other = await channel()
        const witnesses = Array.from({ length: 1 + (round % 2) }, () => subscribe(other))
        await whileProving(witnesses, () => publish(one, [{ id: `key_${round}` }], round < 2))
        for (const witness of witnesses) await witness.prove()
        for (const witness of witnesses) await witness.close()
      }
    },
  },
  {
    name: 'a change at any moment of a first proof is handed over, unless the lease begins after it',
    async run({ channel, subscribe, publish }) {
      const one = await channel()
      for (let round = 0; round < FIRST_PROOFS; round++) {
        const witness = subscribe(await channel())
        const proof = witness.prove()
        const next = awaitedLater(resolves(proof).then(() => publish(one, [{ id: `key_${round}_next` }])))
        await publishingWhile(proof, (count) => publish(one, [{ id: `key_${round}_${count}` }], round % 2 === 0))
        await next
        await proved(witness, one.leaseMs)
        await witness.close()
      }
    },
  },
  {
    name: 'a subscriber that joins while another one proves is handed every later change',
    async run({ channel, listen, subscribe, publish }) {
      const [one, other] = [await channel(), await channel()]
      const first = await listen(other)
      const proofMs = await durationOf(() => first.prove())
      for (let moment = 0; moment < MOMENTS; moment++) {
        const proof = first.prove()
        await momentOf(proofMs, moment)
        const second = subscribe(other)
        await whileProving([second, first], () => publish(one, [{ id: `key_${moment}` }], moment % 2 === 0))
        await proof
        await Promise.all([first.prove(), second.prove()])
        await second.close()
      }
    },
  },
  {
    name: 'a subscriber that joins during a publication is handed every later change',
    async run({ channel, subscribe, publish }) {
      const [one, other] = [await channel(), await channel()]
      const publicationMs = await durationOf(() => publish(one, [{ id: 'key_1' }]))
      for (let moment = 0; moment < MOMENTS; moment++) {
        const during = publish(one, [{ id: `key_${moment}` }])
        await momentOf(publicationMs, moment)
        const witness = subscribe(other)
        await proved(witness, one.leaseMs)
        await publish(one, [{ id: `key_${moment}_next` }])
        await during
        await witness.close()
      }
    },
  },
  {
    name: 'a subscriber whose lease has run out is waited for before a proof gives it another one',
    async run({ channel, listen, publish }) {
      const one = await channel()
      const witnesses: Witness[] = []
      for (let round = 0; round < FIRST_PROOFS; round++) witnesses.push(await listen(await channel()))
      await until(() => witnesses.every((each) => !each.holdsLease()), one.leaseMs, 'the leases run out')
      // A registration ends a little later than the lease that a verifier makes of it.
      await pause(one.leaseMs / 10)
      for (const [round, witness] of witnesses.entries()) {
        await publishingWhile(witness.prove(), (count) => publish(one, [{ id: `key_${round}_${count}` }]))
      }
    },
  },
  {
    name: 'a durable channel hands over a change that was committed and never published',
    async run({ channel, listen, opened }) {
      const other = await channel()
      if (!other.durable || opened.commit === undefined) return
      const witness = await listen(other)
      await opened.commit([{ id: 'key_1' }])
      await witness.prove()
      expectTrue(witness.hasHeard({ id: 'key_1' }), 'expected the change that was committed before the proof')
    },
  },
]
