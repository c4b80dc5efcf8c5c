import type { Change, Channel, ChannelSubscriber, ChannelSubscription, Confirmation } from './channel.ts'
import { schedule, systemClock } from './clock.ts'
import type { Invalidation } from './invalidation.ts'

/** Channels that reach each other, and nobody else. */
export interface OpenChannels {
  /** Another channel on the same medium, as another process would open it. */
  channel(): Promise<Channel> | Channel
  /** Commits what is to be published, where the channel reads it from a store. Default: nothing need be committed. */
  commit?(invalidations: readonly Invalidation[]): Promise<Change>
  /** Cuts a channel off so that it does not notice: nothing gets through any more, in either direction. */
  silence?(channel: Channel): Promise<void> | void
  /** Breaks the connections of a channel, which may then open new ones. */
  cut?(channel: Channel): Promise<void> | void
  /** Removes what was opened; the channels have been closed. */
  remove?(): Promise<void>
}

/** How the contract gets at the channels that it tests. */
export interface ChannelHarness {
  open(): Promise<OpenChannels> | OpenChannels
  /** Which of the optional faults there are. Default none. */
  readonly offers?: readonly ('silence' | 'cut')[]
}

/** One promise of the contract. */
export interface ChannelCase {
  readonly name: string
  /** Rejects when it is not kept. */
  run(): Promise<void>
}

/** Hears, and writes down what. */
export class Listener implements ChannelSubscriber {
  readonly heard: Invalidation[] = []
  losses = 0
  subscription!: ChannelSubscription

  invalidate(invalidations: readonly Invalidation[]): void {
    this.heard.push(...invalidations)
  }

  lost(): void {
    this.losses++
  }
}

/** What a case works with. */
export interface Stage {
  readonly opened: OpenChannels
  channel(): Promise<Channel>
  /** Subscribes, and waits until it holds what would be a lease. */
  listen(channel: Channel): Promise<Listener>
  publish(channel: Channel, invalidations: readonly Invalidation[], confirm?: boolean): Promise<Confirmation>
}

export interface StagedCase {
  readonly name: string
  readonly needs?: 'silence' | 'cut'
  run(stage: Stage): Promise<void>
}

export async function onStage(harness: ChannelHarness, run: (stage: Stage) => Promise<void>): Promise<void> {
  const opened = await harness.open()
  const channels = new Set<Channel>()
  const stage: Stage = {
    opened,
    async channel() {
      const channel = await opened.channel()
      channels.add(channel)
      return channel
    },
    async listen(channel) {
      const listener = new Listener()
      listener.subscription = channel.subscribe(listener)
      await proved(listener.subscription, channel.leaseMs)
      return listener
    },
    async publish(channel, invalidations, confirm = true) {
      return channel.publish((await opened.commit?.(invalidations)) ?? { invalidations }, { confirm })
    },
  }
  try {
    await run(stage)
  } finally {
    for (const channel of channels) await channel.close()
    await opened.remove?.()
  }
}

/** A connection may still be on its way: asks again until it is proved. */
export async function proved(subscription: ChannelSubscription, leaseMs: number): Promise<void> {
  let isProved = false
  const attempt = (): void => {
    subscription.prove().then(
      () => {
        isProved = true
      },
      () => {},
    )
  }
  await until(() => isProved, leaseMs, 'a proof comes', attempt)
}

/** Longer than any channel takes that keeps its contract, on a machine that is busy. */
const PATIENCE_LEASES = 20

export async function until(
  holds: () => boolean,
  leaseMs: number,
  what: string,
  attempt = (): void => {},
): Promise<void> {
  const giveUpAt = systemClock.monotonic() + leaseMs * PATIENCE_LEASES
  while (!holds()) {
    expectTrue(systemClock.monotonic() < giveUpAt, `${what} within ${PATIENCE_LEASES} leases`)
    attempt()
    await new Promise<void>((next) => schedule(systemClock, leaseMs / 50, next, true))
  }
}

export function hasId(heard: readonly Invalidation[], id: string): boolean {
  return heard.some(
    (invalidation) => typeof invalidation === 'object' && 'id' in invalidation && invalidation.id === id,
  )
}

export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)]
  expectTrue(is === should, `${what}: should be ${should}, is ${is}`)
}

export function expectTrue(condition: boolean, what: string): void {
  if (!condition) throw new Error(what)
}
