import { describe, expect, test } from 'vitest'
import type { ChannelFault, ChannelHarness } from '../src/channel-cases/stage.ts'
import { channelContract } from '../src/channel-contract.ts'
import { type Flaw, WRONG_CHANNELS } from './wrong-channels/flaws.ts'
import { Medium, REQUEST_MS, wait } from './wrong-channels/medium.ts'
import type { MemberChannel } from './wrong-channels/member-channel.ts'
import { PollingChannel } from './wrong-channels/polling-channel.ts'
import { PushingChannel } from './wrong-channels/pushing-channel.ts'

const KINDS = ['polling', 'pushing'] as const
type Kind = (typeof KINDS)[number]

const FAULTS: Record<Kind, readonly ChannelFault[]> = {
  polling: ['silence', 'hold', 'delay', 'forget', 'refuse', 'clock'],
  pushing: ['silence', 'hold', 'delay', 'forget', 'refuse', 'clock', 'cut'],
}

/** Every fault on a medium in memory, with channels that have the flaw, or none. */
function harnessOf(kind: Kind, leaseMs: number, flaw?: Flaw): ChannelHarness {
  return {
    offers: FAULTS[kind],
    open({ clock }) {
      const medium = new Medium(leaseMs)
      const lineOf = (channel: unknown) => (channel as MemberChannel).line
      return {
        channel: () => new (kind === 'polling' ? PollingChannel : PushingChannel)(medium, clock, flaw),
        ...(kind === 'polling' && {
          commit: async (invalidations) => {
            await wait(REQUEST_MS)
            return medium.commit('store', invalidations, false)
          },
        }),
        silence: (channel) => {
          lineOf(channel).isSilent = true
        },
        refuse: (channel) => {
          lineOf(channel).isRefused = true
        },
        cut: (channel) => (channel as unknown as PushingChannel).cut(),
        hold: (channel) => lineOf(channel).hold(),
        delay: (channel) => lineOf(channel).delay(),
        forget: () => medium.forget(),
      }
    },
  }
}

describe.each(KINDS)('a right channel over a medium in memory, %s, keeps the contract:', (kind) => {
  for (const { name, run } of channelContract(harnessOf(kind, 600))) test.concurrent(name, run, 30_000)
})

describe('a channel with one thing wrong is refused by the case that names it:', () => {
  test.concurrent.each(WRONG_CHANNELS)(
    '$flaw by "$refusedBy"',
    // The cases wait in real time: on a machine that is busy a mistake may come too late to show.
    { retry: 3, timeout: 30_000 },
    async ({ flaw, kind, refusedBy, saying }) => {
      const named = channelContract(harnessOf(kind, 300, flaw)).find(({ name }) => name === refusedBy)
      await expect(named?.run()).rejects.toThrow(saying)
    },
  )

  test('every case of the contract refuses one of them', () => {
    const names = KINDS.flatMap((kind) => channelContract(harnessOf(kind, 200)).map(({ name }) => name))
    expect([...new Set(WRONG_CHANNELS.map(({ refusedBy }) => refusedBy))].toSorted()).toEqual(
      [...new Set(names)].toSorted(),
    )
  })
})
