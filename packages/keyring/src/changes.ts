import type { Change, Clock, Confirmation, MaybePromise } from '@bearward/core'
import type { NewAuditEntry } from './audit.ts'
import { KeyringError } from './errors.ts'
import type { KeyringEvents } from './events.ts'
import { type StoredKey, storedOf } from './key.ts'
import type { KeyringSettings } from './options.ts'
import { Outbox } from './outbox.ts'
import { isSelected, type KeySelector } from './selector.ts'
import type { Commit, KeyStore } from './store.ts'

/** What one commit writes, and which keys the processes must forget. */
export interface Plan {
  readonly create?: readonly StoredKey[]
  readonly update?: readonly StoredKey[]
  /** None: there is nothing left to write, and the processes are told all the same. */
  readonly audit: readonly NewAuditEntry[]
  readonly invalidations: Change['invalidations']
}

/** How far a change must have got before the caller goes on. */
export interface Reach {
  /** Whether to wait until no process accepts the old state any more. */
  readonly confirm: boolean
  /** Whether it is the caller's failure when that cannot be had; otherwise it is told as an event, and tried again. */
  readonly strict: boolean
}

/** Tries before a change that others keep overtaking is given up. */
const MAX_ATTEMPTS = 50

/**
 * Commits changes and then publishes them, in this order: what is published before it is committed would be read again
 * as it was, and remembered.
 */
export class Changes {
  readonly #store: KeyStore
  readonly #channel: KeyringSettings['channel']
  readonly #clock: Clock
  readonly #events: KeyringEvents
  readonly outbox: Outbox

  constructor({ store, channel, clock }: KeyringSettings, events: KeyringEvents) {
    this.#store = store
    this.#channel = channel
    this.#clock = clock
    this.#events = events
    this.outbox = new Outbox(store, channel, clock, events)
  }

  /**
   * Changes one key by what `plan` makes of it, and tries again while other processes change it first. The owner is checked on
   * the row that the plan is made for, and the commit is written over that version of it alone.
   *
   * @param plan makes the commit out of the key as it stands, or `undefined` when there is nothing to do or to tell
   * @returns the confirmation, or `undefined` when there was nothing to do
   * @throws {KeyringError} `not_found`, `conflict`, `unconfirmed`, or what `plan` throws
   */
  async change<P extends Plan | undefined>(
    selector: KeySelector,
    reach: Reach,
    plan: (key: StoredKey, now: number) => MaybePromise<P>,
  ): Promise<Confirmation | (P extends Plan ? never : undefined)> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const key = await this.#store.findById(selector.id)
      if (key === null || !isSelected(key, selector)) {
        throw new KeyringError('id: there is no such key', { code: 'not_found', field: 'id' })
      }
      const planned = await plan(storedOf(key), this.#clock.now())
      if (planned === undefined) return undefined as P extends Plan ? never : undefined
      if (planned.audit.length === 0) return this.publishAgain(planned.invalidations, reach)
      const outcome = await this.#store.commit(this.#commitOf(planned))
      if (outcome.status === 'duplicate') throw duplicate(outcome.field)
      if (outcome.status === 'committed') return this.#publish(planned, outcome.sequence, reach)
    }
    throw new KeyringError('others have changed this key again and again meanwhile; try later', { code: 'conflict' })
  }

  /**
   * Commits what depends on no earlier state.
   *
   * @throws {KeyringError} `duplicate` or `unconfirmed`
   */
  async create(planned: Plan, reach: Reach): Promise<Confirmation> {
    const outcome = await this.#store.commit(this.#commitOf(planned))
    if (outcome.status === 'committed') return this.#publish(planned, outcome.sequence, reach)
    throw duplicate(outcome.status === 'duplicate' ? outcome.field : 'id')
  }

  /**
   * Commits changes of many keys at once.
   *
   * @returns `undefined` when one of them was changed meanwhile: nothing was written then
   * @throws {KeyringError} `unconfirmed`
   */
  async changeMany(planned: Plan, reach: Reach): Promise<Confirmation | undefined> {
    const outcome = await this.#store.commit(this.#commitOf(planned))
    return outcome.status === 'committed' ? this.#publish(planned, outcome.sequence, reach) : undefined
  }

  #commitOf({ create = [], update = [], audit, invalidations }: Plan): Commit {
    return { create, update, audit, invalidations, outbox: this.outbox.isNeeded }
  }

  /**
   * Publishes once more what was committed before, and writes nothing.
   *
   * @throws {KeyringError} `unconfirmed`
   */
  async publishAgain(invalidations: Change['invalidations'], reach: Reach): Promise<Confirmation> {
    // A channel that reads the log would write an entry to get a place in it. The change has one, at the last or before.
    const [last] = this.#channel.durable ? await this.#store.audit({ limit: 1 }) : []
    return this.#send({ invalidations, sequence: last?.sequence }, [], reach)
  }

  /** Tells the processes what they must forget after a commit. */
  async #publish({ audit, invalidations }: Plan, sequence: number, reach: Reach): Promise<Confirmation> {
    const keyIds = audit.map(({ keyId }) => keyId)
    this.outbox.claim(sequence)
    try {
      const confirmation = await this.#send({ invalidations, sequence }, keyIds, reach)
      if (confirmation === UNKNOWN) this.outbox.release(sequence)
      else this.outbox.takeOut(sequence)
      return confirmation
    } catch (error) {
      this.outbox.release(sequence)
      throw error
    }
  }

  /** @throws {KeyringError} `unconfirmed` */
  async #send(change: Change, keyIds: readonly string[], reach: Reach): Promise<Confirmation> {
    try {
      const confirmation = await this.#channel.publish(change, { confirm: reach.confirm })
      this.#events.emit('published', { keyIds, confirmation })
      return confirmation
    } catch (cause) {
      if (!reach.strict) {
        this.#events.emit('failed', { task: 'publish', error: cause })
        return UNKNOWN
      }
      throw new KeyringError('the change is committed, but not every process is known to have heard of it', {
        code: 'unconfirmed',
        cause,
      })
    }
  }
}

/** The message is not out: until it is, only the bounds of the caches themselves hold. */
const UNKNOWN: Confirmation = Object.freeze({
  confirmed: false,
  acknowledged: 0,
  silent: 0,
  elapsedMs: 0,
  boundMs: Number.POSITIVE_INFINITY,
})

function duplicate(field: 'id' | 'digest'): KeyringError {
  return new KeyringError(`${field}: is taken by another key`, { code: 'duplicate', field })
}
