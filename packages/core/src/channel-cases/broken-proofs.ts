import { durationOf, expectTrue, MOMENTS, momentOf, pause, settled, until } from './expect.ts'
import { proved, type StagedCase, whileProving } from './stage.ts'

/** Rounds of a case with a fault: each costs about a lease. */
const ROUNDS = 3

/** Proofs that a case gives up before it lets them through. */
const LATE_PROOFS = 4

/** By then a channel has given up what it waits for, in leases. */
const GIVEN_UP_AFTER_LEASES = 1.5

/** What breaks, is late or is overtaken while a proof is in progress. */
export const brokenProofCases: readonly StagedCase[] = [
  {
    name: 'lost() is called when messages may have been lost, and a later proof comes',
    needs: ['cut'],
    async run({ channel, listen, publish, opened }) {
      const [one, other] = [await channel(), await channel()]
      const witness = await listen(other)
      await opened.cut?.(other)
      await until(() => witness.losses > 0, one.leaseMs, 'lost() is called')
      await proved(witness, one.leaseMs)
      await publish(one, [{ id: 'key_1' }])
      expectTrue(witness.hasHeard({ id: 'key_1' }), 'expected that a change after the proof was handed over')
    },
  },
  {
    name: 'lost() is called before a proof that was asked for after the loss resolves',
    needs: ['cut'],
    async run({ channel, listen, publish, opened }) {
      const [one, other] = [await channel(), await channel()]
      const witness = await listen(other)
      for (let round = 0; round < ROUNDS; round++) {
        await opened.cut?.(other)
        await publish(one, [{ id: `key_${round}` }], false)
        await proved(witness, one.leaseMs)
      }
    },
  },
  {
    name: 'a proof that is asked for while the channel connects again holds once the new connection hears',
    needs: ['cut'],
    async run({ channel, listen, publish, opened }) {
      const [one, other] = [await channel(), await channel()]
      const witness = await listen(other)
      for (let round = 0; round < ROUNDS; round++) {
        const { losses } = witness
        await opened.cut?.(other)
        await until(() => witness.losses > losses, one.leaseMs, 'lost() is called')
        await whileProving([witness], () => publish(one, [{ id: `key_${round}` }], round % 2 === 1))
        await proved(witness, one.leaseMs)
      }
    },
  },
  {
    name: 'a connection that breaks during a first proof loses no change that is accepted after the proof',
    needs: ['cut'],
    async run({ channel, listen, subscribe, publish, opened }) {
      const one = await channel()
      const founder = await listen(one)
      const proofMs = await durationOf(() => founder.prove())
      for (let moment = 0; moment < MOMENTS; moment++) {
        const other = await channel()
        const witness = subscribe(other)
        const proof = witness.prove().catch(() => {})
        await momentOf(proofMs, moment)
        await opened.cut?.(other)
        await settled(proof, one.leaseMs, 'a proof whose connection broke settles')
        await proved(witness, one.leaseMs)
        await publish(one, [{ id: `key_${moment}` }])
        await proved(witness, one.leaseMs)
        await witness.close()
      }
    },
  },
  {
    name: 'a proof that is answered after a newer one takes no change away',
    needs: ['hold'],
    async run({ channel, listen, publish, opened }) {
      const [one, other] = [await channel(), await channel()]
      const witness = await listen(other)
      for (let round = 0; round < ROUNDS; round++) {
        await publish(one, [{ id: `key_${round}` }], false)
        const release = await opened.hold?.(other)
        const older = witness.prove().catch(() => {})
        const publishing = publish(one, [{ id: `key_${round}_next` }], false)
        const newer = witness.prove().catch(() => {})
        // Where no answer overtakes another, the newer proof comes only once the older one is let through.
        await Promise.race([newer, pause(one.leaseMs / 10)])
        release?.()
        await settled(Promise.all([older, newer, publishing]), one.leaseMs, 'what was held back settles')
        await proved(witness, one.leaseMs)
      }
    },
  },
  {
    name: 'a first proof that reaches the medium after another one has come takes no change away',
    needs: ['delay'],
    async run({ channel, subscribe, publish, opened }) {
      const one = await channel()
      for (let round = 0; round < ROUNDS; round++) {
        const other = await channel()
        const [first, second] = [subscribe(other), subscribe(other)]
        const release = await opened.delay?.(other)
        const late = first.prove().catch(() => {})
        const next = proved(second, one.leaseMs)
        // Where no request overtakes another, the second proof comes only once the first is let through.
        await Promise.race([next, pause(one.leaseMs / 2)])
        await publish(one, [{ id: `key_${round}` }], false)
        release?.()
        await settled(Promise.all([late, next]), one.leaseMs, 'what was delayed settles')
        await proved(second, one.leaseMs)
        await publish(one, [{ id: `key_${round}_next` }])
        await Promise.all([first.close(), second.close()])
      }
    },
  },
  {
    name: 'a proof that was given up and reaches the medium later takes no change away',
    needs: ['delay'],
    async run({ channel, subscribe, publish, opened }) {
      const one = await channel()
      // First proofs: until one has come, a channel has no place that a later change is counted from.
      const others = await Promise.all(
        Array.from({ length: LATE_PROOFS }, async () => {
          const other = await channel()
          const release = await opened.delay?.(other)
          const witness = subscribe(other)
          return { witness, release, givenUp: witness.prove().catch(() => {}) }
        }),
      )
      await pause(one.leaseMs * GIVEN_UP_AFTER_LEASES)
      for (const [round, { witness, release, givenUp }] of others.entries()) {
        const next = proved(witness, one.leaseMs)
        // Where no request overtakes another, the next proof comes only once the first is let through.
        await Promise.race([next, pause(one.leaseMs / 2)])
        const publishing = publish(one, [{ id: `key_${round}` }], false)
        await momentOf(0, round * 2)
        release?.()
        await settled(Promise.all([givenUp, next, publishing]), one.leaseMs, 'what was delayed settles')
        // For its answer.
        await pause(one.leaseMs / 20)
        await proved(witness, one.leaseMs)
        await publish(one, [{ id: `key_${round}_next` }])
      }
    },
  },
]
