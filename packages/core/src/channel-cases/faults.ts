import { type Clock, HOUR, systemClock } from '../clock.ts'
import { expectEqual, expectTrue, resolves, settled } from './expect.ts'
import type { Stage, StagedCase } from './stage.ts'

/** The longest wait for a silent subscriber, in leases. */
const LONGEST_WAIT_LEASES = 1.5

/** A clock whose wall time is somewhere else at each look, in the given direction; its monotonic side is the system's. */
function steppingClock(stepMs: number): Clock {
  let offset = 0
  return {
    ...systemClock,
    now: () => {
      offset += stepMs
      return systemClock.now() + offset
    },
  }
}

/** The longest wait where a clock or a registry is wrong too, in leases. */
const LONGEST_WAIT_WITH_FAULTS_LEASES = 4

/** Publishes while a subscriber is silent, and expects a wait until its lease has run out. */
async function expectWait({ channel, listen, publish, opened }: Stage, before?: () => unknown): Promise<void> {
  const [one, other] = [await channel(), await channel()]
  await listen(other)
  await opened.silence?.(other)
  await before?.()
  const { confirmed, elapsedMs } = await publish(one, [{ id: 'key_1' }])
  expectEqual(confirmed, true, 'confirmed')
  const isShort = elapsedMs <= one.leaseMs * LONGEST_WAIT_WITH_FAULTS_LEASES
  expectTrue(isShort, `expected ${LONGEST_WAIT_WITH_FAULTS_LEASES} leases at most, got ${elapsedMs} ms`)
}

export const faultCases: readonly StagedCase[] = [
  {
    name: 'a silent subscriber is waited for until its lease has run out, and not much longer',
    needs: ['silence'],
    async run({ channel, listen, publish, opened }) {
      const [one, other] = [await channel(), await channel()]
      await listen(other)
      await opened.silence?.(other)
      const { confirmed, silent, elapsedMs } = await publish(one, [{ id: 'key_1' }])
      expectEqual([confirmed, silent], [true, 1], 'confirmed, silent')
      const isShort = elapsedMs <= one.leaseMs * LONGEST_WAIT_LEASES
      expectTrue(isShort, `expected ${LONGEST_WAIT_LEASES} leases at most, got ${elapsedMs} ms`)
    },
  },
  {
    name: 'a channel that is cut off without notice can be closed',
    needs: ['silence'],
    async run({ channel, listen, opened }) {
      const one = await channel()
      const witness = await listen(one)
      await opened.silence?.(one)
      await settled(one.close(), one.leaseMs, 'close() settles')
      expectTrue(witness.losses > 0, 'expected lost() in the subscriber of a channel that was closed')
    },
  },
  {
    name: 'a wall clock that steps forward ends no wait for a silent subscriber',
    needs: ['silence', 'clock'],
    clock: () => steppingClock(HOUR),
    run: (stage) => expectWait(stage),
  },
  {
    name: 'a wall clock that steps back makes no wait for a silent subscriber longer',
    needs: ['silence', 'clock'],
    clock: () => steppingClock(-HOUR),
    run: (stage) => expectWait(stage),
  },
  {
    name: 'a registry that may have forgotten a silent subscriber is not trusted for a lease',
    needs: ['silence', 'forget'],
    run: (stage) => expectWait(stage, () => stage.opened.forget?.()),
  },
  {
    name: 'a publication that the medium refuses rejects',
    needs: ['refuse'],
    async run({ channel, listen, publish, opened }) {
      const [one, other] = [await channel(), await channel()]
      await listen(other)
      await publish(one, [{ id: 'key_1' }])
      await opened.refuse?.(one)
      const change = (await opened.commit?.([{ id: 'key_2' }])) ?? { invalidations: [{ id: 'key_2' }] }
      const publishing = settled(one.publish(change), one.leaseMs, 'a publication settles')
      expectEqual(await resolves(publishing), false, 'publish() resolves while the medium refuses it')
    },
  },
]
