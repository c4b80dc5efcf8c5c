import {
  type Change,
  type Channel,
  type ChannelSubscriber,
  type ChannelSubscription,
  type Clock,
  type Confirmation,
  type Invalidation,
  SECOND,
  schedule,
  systemClock,
} from '@bearward/core'
import { Acknowledgements, Subscribers } from '@bearward/core/channel'
import type { KeyStore } from '@bearward/keyring'
import { leavingMs, memberId, wholeOption } from './channel-options.ts'
import { within } from './deadline.ts'
import type { Engine } from './engine.ts'
import { acknowledge, censusOf, countMembers, lookUp, RENEW_AFTER_MS, register, unregister } from './members.ts'
import { CHANNEL_TABLES, checkRights } from './rights.ts'
import { text, whole } from './rows.ts'
import { SqlStore } from './store.ts'

/** What `sqlChannel()` takes besides the store. */
export interface SqlChannelOptions {
  /** Longest time that a process answers from memory without having looked, 100 to 60 000 milliseconds. Default 1000. */
  readonly leaseMs?: number | undefined
  /** Milliseconds between looks at the log, 10 to `leaseMs` / 2. Default 100. What `revoke()` takes, about. */
  readonly pollMs?: number | undefined
  /** Default `systemClock`. */
  readonly clock?: Clock | undefined
}

/**
 * A channel without a server to push: each process reads the audit trail of the store from where it stopped. Entries become
 * visible in the order of their numbers, so none is missed. For SQLite and MySQL; PostgreSQL has `postgresChannel()`.
 *
 * @param store made by `sqlite()`, `mysql()` or `postgres()`; the one that the keyring has
 * @param options `leaseMs`, `pollMs`, `clock`
 * @throws {TypeError} when the store or an option cannot be used
 * @example
 * ```ts
 * import { keyFormat } from '@bearward/core'
 * import { createKeyring } from '@bearward/keyring'
 * import { sqlChannel, sqlite } from '@bearward/sql'
 *
 * const store = sqlite('keys.db')
 * const keyring = createKeyring({ store, channel: sqlChannel(store), format: keyFormat({ prefix: 'acme' }) })
 * const verifier = keyring.verifier() // as coherent in every other process that opens the same file
 * ```
 */
export function sqlChannel(store: KeyStore, options: SqlChannelOptions = {}): Channel {
  if (!(store instanceof SqlStore)) {
    throw new TypeError('sqlChannel: the store must be made by sqlite(), mysql() or postgres()')
  }
  for (const name of Object.keys(options)) {
    if (!['leaseMs', 'pollMs', 'clock'].includes(name))
      throw new TypeError(`sqlChannel: there is no option \`${name}\``)
  }
  const leaseMs = wholeOption('sqlChannel', 'leaseMs', options.leaseMs, SECOND, 100, 60 * SECOND)
  const pollMs = wholeOption('sqlChannel', 'pollMs', options.pollMs, Math.min(100, leaseMs / 2), 10, leaseMs / 2)
  return new PollChannel(() => store.engine(), { leaseMs, pollMs, clock: options.clock ?? systemClock })
}

/** Entries read at once. */
const PAGE = 1000
/** Time to find out who must be waited for. */
const COUNT_WITHIN_MS: number = 10 * SECOND
/** Stands for every key in an entry that was written by hand. */
const EVERY_KEY = '*'
/** Says in such an entry why it names no actor. */
const BY_HAND = 'published by the application, without a commit'

interface PollSettings {
  readonly leaseMs: number
  readonly pollMs: number
  readonly clock: Clock
}

class PollChannel implements Channel {
  readonly leaseMs: number
  readonly durable = true
  readonly #engine: () => Promise<Engine>
  readonly #settings: PollSettings
  /** Changes each time that the last subscriber has left: leaving may take a while, and must not take a later subscriber out. */
  #memberId: string | undefined
  readonly #subscribers = new Subscribers('sqlChannel')
  /** The number up to which the log was read; `undefined` before the first look. */
  #read: number | undefined
  #registeredAt = Number.NEGATIVE_INFINITY
  #polling: Promise<void> | undefined
  /** Counts looks. */
  #turn = 0
  #cancelTimer: () => void = () => {}
  #isClosed = false

  constructor(engine: () => Promise<Engine>, settings: PollSettings) {
    this.leaseMs = settings.leaseMs
    this.#engine = engine
    this.#settings = settings
  }

  /** Drawn when it is needed: some runtimes have no random numbers at module scope. */
  get #id(): string {
    this.#memberId ??= memberId()
    return this.#memberId
  }

  subscribe(subscriber: ChannelSubscriber): ChannelSubscription {
    const subscribed = this.#subscribers.add(subscriber)
    if (this.#subscribers.size === 1) this.#schedule()
    return {
      prove: async () => {
        subscribed.check()
        await this.#look()
        subscribed.check()
      },
      close: async () => {
        if (subscribed.remove() && this.#subscribers.size === 0) await this.#leave()
      },
    }
  }

  async publish(change: Change, { confirm = true }: { confirm?: boolean | undefined } = {}): Promise<Confirmation> {
    const engine = await this.#engine()
    const acknowledgements = new Acknowledgements({ leaseMs: this.leaseMs, clock: this.#settings.clock })
    const sequence = change.sequence ?? (await writeByHand(engine, change.invalidations, this.#settings.clock))
    // Its own subscribers first: they need not wait for the next look. One that fails is late like any other process's.
    if (this.#subscribers.size > 0) await this.#look().catch(() => {})
    const receive = async () => {
      const { registered, ageMs } = await countMembers(engine)
      for (const { id, acknowledged } of registered) if (acknowledged >= sequence) acknowledgements.receive(id)
      return censusOf(registered, ageMs)
    }
    const census = await within(this.#settings.clock, COUNT_WITHIN_MS, 'sqlChannel: counting the processes', receive())
    if (!confirm) return acknowledgements.unconfirmed(census)
    const stop = this.#repeat(receive)
    try {
      return await acknowledgements.confirm(census)
    } finally {
      stop()
    }
  }

  async ready(): Promise<void> {
    if (this.#isClosed) throw new Error('sqlChannel: the channel was closed')
    await checkRights(await this.#engine(), [...CHANNEL_TABLES, 'bearward_audit', 'bearward_counters'])
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#subscribers.close()
    await this.#leave()
  }

  /** A look at the log that begins after the call. */
  async #look(): Promise<void> {
    if (this.#isClosed) throw new Error('sqlChannel: the channel was closed')
    // A look in progress began before this call, so it proves nothing for it. Callers that come at the same time share the next
    // look. Each waits by a timer of its own, because the request that began a look may have been cancelled.
    const before = this.#polling
    if (before !== undefined) {
      await this.#within(before).catch(() => {})
      if (this.#subscribers.size === 0) throw new Error('sqlChannel: the channel was closed')
    }
    const current = this.#polling
    return current === undefined || current === before ? this.#poll() : this.#within(current)
  }

  #within(look: Promise<void>): Promise<void> {
    return within(this.#settings.clock, this.leaseMs, 'sqlChannel: a look at the log', look)
  }

  #poll(): Promise<void> {
    const turn = ++this.#turn
    // On a connection that carries nothing any more it would last for ever. After a lease it proves nothing anyhow.
    const polling = this.#within(this.#readLog(turn)).finally(() => {
      if (this.#polling === polling) this.#polling = undefined
    })
    this.#polling = polling
    return polling
  }

  async #readLog(turn: number): Promise<void> {
    const engine = await this.#engine()
    this.#checkTurn(turn)
    const id = this.#id
    const isNew = this.#read === undefined
    const last = await this.#lookRegistered(engine, turn)
    this.#checkTurn(turn)
    const from = this.#read ?? last
    for (let after = from; after < last; ) {
      const { keyIds, next, hasGap } = await entriesAfter(engine, after, last)
      this.#checkTurn(turn)
      if (hasGap) this.#subscribers.lose()
      else this.#tell(keyIds)
      // After a loss nothing is remembered that a later entry could be about.
      after = hasGap ? last : next
    }
    this.#read = last
    if (isNew || last > from) await acknowledge(engine, id, last)
  }

  /** The number of the latest commit, read while publishers wait for this process: who publishes later will. */
  async #lookRegistered(engine: Engine, turn: number): Promise<number> {
    const id = this.#id
    const now = this.#settings.clock.monotonic()
    if (now - this.#registeredAt < RENEW_AFTER_MS) {
      const { last, isRegistered } = await lookUp(engine, id, this.leaseMs)
      if (isRegistered) return last
      this.#checkTurn(turn)
      // A server took over that had not heard of it, somebody has emptied the table, or the machine has slept.
    }
    await register(engine, id, this.leaseMs, this.#read ?? 0)
    this.#checkTurn(turn)
    this.#registeredAt = now
    return (await lookUp(engine, id, this.leaseMs)).last
  }

  /** A look that was given up changes nothing any more. */
  #checkTurn(turn: number): void {
    if (turn !== this.#turn) throw new Error('sqlChannel: this look at the log was given up')
  }

  #tell(keyIds: readonly string[]): void {
    const ids = [...new Set(keyIds)]
    const invalidations: Invalidation[] = ids.includes(EVERY_KEY) ? ['all'] : ids.map((id) => ({ id }))
    if (!this.#subscribers.invalidate(invalidations)) throw new Error('sqlChannel: a subscriber has failed')
  }

  #schedule(): void {
    this.#cancelTimer()
    const look = (): void => {
      if (this.#isClosed || this.#subscribers.size === 0) return
      // What fails here fails a proof too, and that is told.
      this.#look().then(
        () => this.#schedule(),
        () => this.#schedule(),
      )
    }
    try {
      this.#cancelTimer = schedule(this.#settings.clock, this.#settings.pollMs, look)
    } catch {
      // Outside of requests some runtimes set no timer: there, proofs alone look at the log.
    }
  }

  /** Runs `work` every `pollMs` until it is stopped; a failure is tried again. */
  #repeat(work: () => Promise<unknown>): () => void {
    let cancel = (): void => {}
    let isStopped = false
    const arm = (): void => {
      if (isStopped) return
      cancel = schedule(this.#settings.clock, this.#settings.pollMs, () => void work().then(arm, arm))
    }
    arm()
    return () => {
      isStopped = true
      cancel()
    }
  }

  async #leave(): Promise<void> {
    this.#cancelTimer()
    const [id, polling] = [this.#memberId, this.#polling]
    const mayBeRegistered = polling !== undefined || this.#registeredAt > Number.NEGATIVE_INFINITY
    this.#memberId = undefined
    this.#registeredAt = Number.NEGATIVE_INFINITY
    this.#read = undefined
    this.#turn++
    if (!mayBeRegistered || id === undefined) return
    try {
      // A look that is in progress may be about to register.
      if (polling !== undefined) await this.#within(polling).catch(() => {})
      const unregistering = this.#engine().then((engine) => unregister(engine, id))
      await within(this.#settings.clock, leavingMs(this.leaseMs), 'sqlChannel: leaving', unregistering)
    } catch {
      // The registration runs out by itself.
    }
  }
}

async function entriesAfter(
  engine: Engine,
  after: number,
  last: number,
): Promise<{ keyIds: readonly string[]; next: number; hasGap: boolean }> {
  const rows = await engine.run((db) =>
    db
      .selectFrom('bearward_audit')
      .select(['sequence', 'key_id'])
      .where('sequence', '>', after)
      .where('sequence', '<=', last)
      .orderBy('sequence')
      .limit(PAGE)
      .execute(),
  )
  try {
    const sequences = rows.map(({ sequence }) => whole(sequence))
    // Entries that were deleted cannot be handed over any more.
    const hasGap = rows.length === 0 || sequences.some((sequence, index) => sequence !== after + 1 + index)
    return { keyIds: rows.map(({ key_id }) => text(key_id)), next: sequences.at(-1) ?? last, hasGap }
  } catch {
    // A row that cannot be read may name any key, and stays unreadable: it counts as a gap, and is not read again.
    return { keyIds: [], next: last, hasGap: true }
  }
}

/** What was changed by other means than a keyring gets a place in the log. */
async function writeByHand(engine: Engine, invalidations: readonly Invalidation[], clock: Clock): Promise<number> {
  return engine.transact(async (db) => {
    const sequence = await engine.advance(db, 'commits', invalidations.length)
    const entry = { at: clock.now(), action: 'updated', actor: null, origin: null, reason: BY_HAND, version: 0 }
    const rows = invalidations.map((each, index) => ({
      ...entry,
      sequence: sequence - invalidations.length + 1 + index,
      key_id: typeof each === 'object' && 'id' in each ? each.id : EVERY_KEY,
      owner: typeof each === 'object' && 'owner' in each ? each.owner : null,
      changes: '{}',
    }))
    await db.insertInto('bearward_audit').values(rows).execute()
    return sequence
  })
}
