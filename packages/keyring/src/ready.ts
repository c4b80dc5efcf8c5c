import { type Channel, type Clock, SECOND, schedule } from '@bearward/core'
import { KeyringError } from './errors.ts'
import { checkNames, checkWhole } from './input.ts'
import type { Room } from './room.ts'
import { adviceOn, safeMessage } from './safe-message.ts'
import type { KeyStore } from './store.ts'

/** What `keyring.ready()` takes. */
export interface ReadyOptions {
  /** Milliseconds for all of it. Default 5000 (five seconds), up to 60000. */
  readonly deadlineMs?: number | undefined
}

const DEFAULT_DEADLINE_MS: number = 5 * SECOND
const MAX_DEADLINE_MS: number = 60 * SECOND
/** A channel that has just been opened may need this many leases to connect. */
const LEASES_TO_CONNECT = 2
/** Parts of a lease between two tries. */
const TRIES_PER_LEASE = 10
/** No key has this id: the keyring makes longer ones. */
const NO_KEY = 'ready'

/** @throws {KeyringError} `not_ready`, `invalid_input` */
export async function ready({ settings }: Room, options: ReadyOptions): Promise<void> {
  checkNames(options, ['deadlineMs'])
  const { deadlineMs: wanted = DEFAULT_DEADLINE_MS } = options
  const deadlineMs = checkWhole('deadlineMs', wanted, MAX_DEADLINE_MS)
  const { store, channel, clock } = settings
  const endsAt = clock.monotonic() + deadlineMs
  const leftMs = (): number => Math.max(1, endsAt - clock.monotonic())
  await checked('store', clock, leftMs(), deadlineMs, () => checkStore(store))
  await checked('channel', clock, leftMs(), deadlineMs, (isOver) => checkChannel(channel, clock, isOver))
}

async function checkStore(store: KeyStore): Promise<void> {
  if (store.ready === undefined) await store.findById(NO_KEY)
  else await store.ready()
}

/** Takes part for a moment: what a proof needs is what a lease needs. */
async function checkChannel(channel: Channel, clock: Clock, isOver: () => boolean): Promise<void> {
  await channel.ready?.()
  const subscription = channel.subscribe({ invalidate: () => {}, lost: () => {} })
  const giveUpAt = clock.monotonic() + channel.leaseMs * LEASES_TO_CONNECT
  try {
    for (;;) {
      try {
        await subscription.prove()
        return
      } catch (error) {
        if (isOver() || clock.monotonic() >= giveUpAt) throw error
      }
      await new Promise<void>((resolve) => schedule(clock, channel.leaseMs / TRIES_PER_LEASE, resolve, true))
    }
  } finally {
    // Not waited for: where the channel does not answer, this does not either.
    Promise.resolve(subscription.close()).catch(() => {})
  }
}

/** Runs a check until its time is over, and says what went wrong without a password. */
async function checked(
  what: 'store' | 'channel',
  clock: Clock,
  leftMs: number,
  deadlineMs: number,
  check: (isOver: () => boolean) => Promise<void>,
): Promise<void> {
  let isOver = false
  let cancel = (): void => {}
  const late = new Promise<never>((_, reject) => {
    const onLate = (): void => {
      isOver = true
      reject(new Error(`it did not answer within ${deadlineMs} ms`))
    }
    cancel = schedule(clock, leftMs, onLate, true)
  })
  try {
    await Promise.race([check(() => isOver), late])
  } catch (error) {
    const message = safeMessage(error)
    const advice = adviceOn(message)
    const remedy = advice === '' ? '' : `; ${advice}`
    throw new KeyringError(`the ${what} is not ready: ${message}${remedy}`, { code: 'not_ready' })
  } finally {
    cancel()
  }
}
