import { SECOND, SharedWork } from '@bearward/core'
import type { WaitUntil } from './appointment.ts'
import { auditOf } from './audit.ts'
import { KeyringError } from './errors.ts'
import type { StoredKey } from './key.ts'
import { next } from './lifecycle.ts'
import { changeEvent, type Room } from './room.ts'
import { nextTurn } from './turn.ts'

/** Another digest of the same token: proved, since it was made of the token that the first one was found by. */
interface Replacement {
  readonly from: string
  readonly to: string
}

/** Keys of which a better digest is known, at most; of more, the next use tells again. */
const MAX_KNOWN = 10_000
/** Work on one key that takes longer has died with the request that began it. */
const WORK_WITHIN_MS = 30 * SECOND
const BY_FIRST_USE = { reason: 'first use of an imported key' } as const

/**
 * Gives imported keys the keyring's own digest, once they were used: off the way of the request, one after the other, so
 * that many first uses at once are no storm of commits.
 */
export class Redigestion {
  readonly #room: Room
  readonly #known = new Map<string, Replacement>()
  /** Keys that were accepted and wait for their turn. */
  readonly #due = new Map<string, Replacement>()
  readonly #working: SharedWork<void>
  #isClosed = false

  constructor(room: Room) {
    this.#room = room
    this.#working = new SharedWork<void>({ clock: room.settings.clock, patienceMs: WORK_WITHIN_MS })
  }

  /** A token that is stored as `from` is `to` in the keyring's own form. Not whether it was accepted. */
  learn(keyId: string, from: string, to: string): void {
    if (from === to) return
    const [oldest] = this.#known.keys()
    if (this.#known.size >= MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest)
    this.#known.set(keyId, { from, to })
  }

  /** The key was accepted. */
  used(keyId: string, waitUntil?: WaitUntil): void {
    const replacement = this.#known.get(keyId)
    if (replacement !== undefined && !this.#isClosed) {
      this.#known.delete(keyId)
      this.#due.set(keyId, replacement)
    }
    if (this.#due.size === 0 || this.#working.isInProgress) return
    const work = this.#working.run((progress) => this.#work(progress))
    waitUntil?.(work)
  }

  /** Resolves when all that is due was tried. Never rejects: failures are told as events. */
  async settled(): Promise<void> {
    await this.#working.settled()
  }

  /** Leaves what is due to the next use, and waits for the one that is under way. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#due.clear()
    await this.settled()
  }

  async #work(progress: () => boolean): Promise<void> {
    for (;;) {
      // After the verdict, which is made in the same turn, and with room for the next one.
      await nextTurn()
      const [due] = this.#due
      if (due === undefined || !progress()) return
      const [keyId, replacement] = due
      await this.#replace(keyId, replacement)
      // Not before: what dies with its request is tried again.
      if (this.#due.get(keyId) === replacement) this.#due.delete(keyId)
    }
  }

  async #replace(keyId: string, { from, to }: Replacement): Promise<void> {
    const { changes, events } = this.#room
    let told: { key: StoredKey; now: number } | undefined
    try {
      await changes.change({ id: keyId }, { confirm: false, strict: false }, (key, now) => {
        told = undefined
        // Another process was first, or the key has ended meanwhile.
        if (key.digest !== from || key.revokedAt !== null) return undefined
        const after = next(key, { digest: to, secretHash: null })
        told = { key: after, now }
        const audit = [auditOf('redigested', key, after, now, BY_FIRST_USE)]
        return { update: [after], audit, invalidations: [{ id: key.id }] }
      })
      if (told !== undefined) events.emit('redigested', changeEvent(told.key, BY_FIRST_USE, told.now))
    } catch (error) {
      // The next use tries again, unless another key holds the digest: that one is found first from now on.
      const isTaken = error instanceof KeyringError && error.code === 'duplicate'
      if (!isTaken) this.learn(keyId, from, to)
      events.emit('failed', { task: 'redigest', error })
    }
  }
}
