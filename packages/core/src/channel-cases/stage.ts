import type { Change, Channel, Confirmation } from '../channel.ts'
import { type Clock, systemClock } from '../clock.ts'
import type { Invalidation } from '../invalidation.ts'
import { awaitedLater, settled, tick, until } from './expect.ts'
import { Breach, Journal, type Witness } from './journal.ts'

/** A fault that a harness can make, or a part of its channels' surroundings that it can exchange. */
export type ChannelFault = 'silence' | 'cut' | 'hold' | 'delay' | 'forget' | 'refuse' | 'clock'

/** What the contract asks of a harness when it opens channels. */
export interface ChannelSurroundings {
  /** The clock of the channels, for a harness that offers `clock`. Its wall clock may step; its monotonic side does not. */
  readonly clock: Clock
}

/** Channels that reach each other, and no others. */
export interface OpenChannels {
  /** Another channel on the same medium, as another process would open it. */
  channel(): Promise<Channel> | Channel
  /** Commits what is to be published, where the channel reads it from a store. Default: nothing need be committed. */
  commit?(invalidations: readonly Invalidation[]): Promise<Change>
  /** Cuts a channel off so that it does not notice: nothing gets through any more, in either direction. */
  silence?(channel: Channel): Promise<void> | void
  /** Breaks the connections of a channel, which may then open new ones. */
  cut?(channel: Channel): Promise<void> | void
  /**
   * Holds back the next answer of the medium to this channel, and those after it where none can overtake another. Nothing
   * is lost.
   *
   * @returns lets what was held back through
   */
  hold?(channel: Channel): Promise<() => void> | (() => void)
  /**
   * The same on the way to the medium: the next request of this channel arrives when it is let through, also where the
   * channel has given it up.
   */
  delay?(channel: Channel): Promise<() => void> | (() => void)
  /** Makes the medium forget which subscribers are registered, as a server that was replaced would. */
  forget?(): Promise<void> | void
  /** Makes the medium refuse whatever this channel sends from now on. */
  refuse?(channel: Channel): Promise<void> | void
  /** Removes what was opened; the channels have been closed. */
  remove?(): Promise<void>
}

/** How the contract gets at the channels that it tests. */
export interface ChannelHarness {
  /** Opens a medium of its own for one case. */
  open(surroundings: ChannelSurroundings): Promise<OpenChannels> | OpenChannels
  /** The optional faults that there are. Default none. */
  readonly offers?: readonly ChannelFault[]
  /**
   * Whether the channel may hand over more keys than were published, such as all of them for those of an owner. Default
   * `false`: each invalidation comes as it was published.
   */
  readonly widens?: boolean
}

/** One promise of the contract. */
export interface ChannelCase {
  readonly name: string
  /** Rejects when the channel does not keep the promise, with an error that says what was expected. */
  run(): Promise<void>
}

/** What a case works with. */
export interface Stage {
  readonly opened: OpenChannels
  readonly widens: boolean
  channel(): Promise<Channel>
  /** Subscribes, and asks for no proof yet. */
  subscribe(channel: Channel): Witness
  /** Subscribes, and waits until the subscriber holds a lease. */
  listen(channel: Channel): Promise<Witness>
  publish(channel: Channel, invalidations: readonly Invalidation[], confirm?: boolean): Promise<Confirmation>
}

export interface StagedCase {
  readonly name: string
  readonly needs?: readonly ChannelFault[]
  /** The clock of the channels. Default `systemClock`. */
  readonly clock?: () => Clock
  run(stage: Stage): Promise<void>
}

/** Runs one case on channels of its own, and fails it for a breach that its own expectations did not see. */
export async function onStage(harness: ChannelHarness, { run, clock }: StagedCase): Promise<void> {
  const opened = await harness.open({ clock: clock?.() ?? systemClock })
  const channels = new Set<Channel>()
  const journal = new Journal()
  const stage: Stage = {
    opened,
    widens: harness.widens ?? false,
    async channel() {
      const channel = await opened.channel()
      channels.add(channel)
      return channel
    },
    subscribe: (channel) => journal.subscribe(channel),
    async listen(channel) {
      const witness = journal.subscribe(channel)
      await proved(witness, channel.leaseMs)
      return witness
    },
    publish(channel, invalidations, confirm = true) {
      const publish = async (): Promise<Confirmation> =>
        channel.publish((await opened.commit?.(invalidations)) ?? { invalidations }, { confirm })
      return journal.published(invalidations, () => settled(publish(), channel.leaseMs, 'publish() settles'))
    },
  }
  try {
    await run(stage)
  } catch (error) {
    throw journal.breach ?? error
  } finally {
    for (const channel of channels) await settled(channel.close(), channel.leaseMs, 'close() settles')
    await opened.remove?.()
  }
  if (journal.breach !== undefined) throw journal.breach
}

/** Asks until a proof comes: a connection may still be on its way. */
export async function proved(witness: Witness, leaseMs: number): Promise<void> {
  let isProved = false
  let breach: Breach | undefined
  const attempt = (): void => {
    const { losses } = witness
    witness.prove().then(
      () => {
        isProved ||= losses === witness.losses
      },
      (error: unknown) => {
        if (error instanceof Breach) breach = error
      },
    )
  }
  await until(() => isProved || breach !== undefined, leaseMs, 'prove() resolves', attempt)
  if (breach !== undefined) throw breach
}

/** Proofs asked for at once, at most. */
const MAX_OVERLAPPING = 40

/**
 * Asks the subscribers for proofs in turn, again at each tick, and calls `next` at the moment the first of them comes: other
 * proofs are then in progress, each asked for at another moment of the first.
 *
 * @returns what `next` resolves with, once no proof is in progress
 */
export async function whileProving<T>(witnesses: readonly Witness[], next: () => Promise<T>): Promise<T> {
  let following: Promise<T> | undefined
  const proofs: Promise<unknown>[] = []
  for (let count = 0; following === undefined && count < MAX_OVERLAPPING; count++) {
    const proof = witnesses[count % witnesses.length]?.prove()
    const proceed = (): void => {
      following ??= awaitedLater(next())
    }
    proofs.push(proof?.then(proceed, () => {}) ?? Promise.resolve())
    await tick(count)
  }
  await Promise.all(proofs)
  return following ?? next()
}

/** Publications at once, at most. */
const MAX_PUBLICATIONS = 40

/**
 * Publishes at every tick of a proof.
 *
 * @param publish takes the number of the publication
 */
export async function publishingWhile(
  proof: Promise<void>,
  publish: (count: number) => Promise<unknown>,
): Promise<void> {
  let isSettled = false
  const settling = proof.then(
    () => {
      isSettled = true
    },
    () => {
      isSettled = true
    },
  )
  const publications: Promise<unknown>[] = []
  for (let count = 0; !isSettled && count < MAX_PUBLICATIONS; count++) {
    publications.push(publish(count))
    await tick(count)
  }
  await settling
  await Promise.all(publications)
}
