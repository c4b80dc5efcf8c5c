import {
  type CacheOptions,
  type ChannelSubscription,
  createVerifier,
  MINUTE,
  type ResolveContext,
  type TokenFormat,
  type Verifier,
  type VerifierOptions,
} from '@bearward/core'
import { canSetTimers, type WaitUntil } from './appointment.ts'
import { auditOf } from './audit.ts'
import { foreignHashes, foreignTokens } from './foreign.ts'
import { isForeign, type Metadata, type StoredKey } from './key.ts'
import { next } from './lifecycle.ts'
import { type KeyringRecord, recordOf } from './record.ts'
import { Redigestion } from './redigestion.ts'
import { changeEvent, type Room } from './room.ts'
import type { Sweep } from './sweep.ts'
import type { Usage } from './usage.ts'

/** What `keyring.verifier()` takes: the options of `createVerifier()` that the keyring does not answer itself. */
export interface KeyringVerifierOptions<
  S extends string = string,
  M extends object = Metadata,
  E extends string = string,
> extends Omit<
    VerifierOptions<KeyringRecord<M, E>, S>,
    'resolve' | 'oneQuery' | 'digest' | 'scopes' | 'scopePatterns' | 'secretHash' | 'clock' | 'cache' | 'format'
  > {
  /** Formats of the tokens that are looked up. Default: the keyring's own, and those of `imports`. */
  readonly format?: TokenFormat | readonly TokenFormat[] | undefined
  /** Default: 10 000 records, kept true by the keyring's channel. `false` asks the store for every request. */
  readonly cache?: CacheOptions | false | undefined
}

/** Records that a verifier remembers where nothing else is said. */
const DEFAULT_MAX = 10_000
/** Rotated keys and their successors that are watched at most. */
const MAX_WATCHED = 10_000
/** How often it is told of one key that it is used although it has a successor. */
const TELL_EVERY_MS = MINUTE

/** Verifiers over the keyring's store, and what is learned from the requests that they accept. */
export class Verification {
  readonly #room: Room
  readonly #usage: Usage
  readonly #sweep: Sweep
  readonly #verifiers = new Set<Verifier<KeyringRecord>>()
  readonly #subscriptions: ChannelSubscription[] = []
  /** Keys with a successor: its id, and when their use was told last. */
  readonly #rotated = new Map<string, { readonly successorId: string; toldAt: number }>()
  /** Keys whose first use ends another one: the id of that one. */
  readonly #enders = new Map<string, string>()
  /** Keys that were found by their handle, by the slow hash that proves them. */
  readonly #slow = new Map<string, StoredKey>()
  readonly redigestion: Redigestion

  constructor(room: Room, usage: Usage, sweep: Sweep) {
    this.#room = room
    this.#usage = usage
    this.#sweep = sweep
    this.redigestion = new Redigestion(room)
  }

  create(options: KeyringVerifierOptions): Verifier<KeyringRecord> {
    const { settings } = this.#room
    const { imports } = settings
    const ownFormats = imports.length === 0 ? settings.format : [settings.format, foreignTokens(imports)]
    const { format = ownFormats, cache = { max: DEFAULT_MAX, channel: settings.channel }, ...rest } = options
    const verifier = createVerifier<KeyringRecord>({
      ...rest,
      format,
      // Also without memory: a read that began before a change must not be shared after it.
      cache: cache === false ? { max: 0, channel: settings.channel } : cache,
      digest: settings.digest,
      scopes: settings.scopes,
      scopePatterns: settings.scopePatterns,
      clock: settings.clock,
      ...(imports.length > 0 && {
        secretHash: foreignHashes(imports, (token, stored) => this.#proved(token, stored)),
      }),
      oneQuery: true,
      // A store in this process may answer at once; then the verdict comes at once too.
      resolve: (_digest, context) => {
        const { fresh, digests, id } = context
        const found = settings.store.findByDigest(id === undefined ? digests : [...digests, id], { fresh })
        const isLater = found !== null && 'then' in found
        return isLater
          ? Promise.resolve(found).then((stored) => this.#learn(stored, context))
          : this.#learn(found, context)
      },
    })
    verifier.on('accepted', ({ keyId, at, address, waitUntil }) => {
      this.#usage.note(keyId, at, address)
      this.#usage.tend(keyId, at, waitUntil)
      if (this.#rotated.size > 0) this.#tellUse(keyId, at, true)
      if (this.#enders.size > 0) this.#retirePredecessor(keyId, waitUntil)
      this.redigestion.used(keyId, waitUntil)
      this.#sweep.tend(at, waitUntil)
    })
    verifier.on('denied', ({ keyId, reason, at }) => {
      if (reason === 'expired' && keyId !== undefined) this.#tellUse(keyId, at, false)
    })
    if (cache !== false && cache.channel === undefined) this.#hearSoon(verifier)
    this.#verifiers.add(verifier)
    return verifier
  }

  async close(): Promise<void> {
    for (const verifier of this.#verifiers) verifier.close()
    await this.redigestion.close()
    await Promise.all(this.#subscriptions.map((subscription) => subscription.close()))
  }

  /** Some runtimes forbid timers, I/O and random numbers at module scope: there the first request subscribes. */
  #hearSoon(verifier: Verifier<KeyringRecord>): void {
    if (canSetTimers(this.#room.settings.clock)) {
      this.#hear(verifier)
      return
    }
    const stop = verifier.on('cache', () => {
      stop()
      this.#hear(verifier)
    })
  }

  /** A cache with a stated bound hears what it can, and relies on its bound for the rest. */
  #hear(verifier: Verifier<KeyringRecord>): void {
    const subscription = this.#room.settings.channel.subscribe({
      invalidate: (invalidations) => {
        for (const invalidation of invalidations) verifier.invalidate(invalidation)
      },
      lost: () => verifier.invalidate('all'),
    })
    this.#subscriptions.push(subscription)
  }

  #learn(stored: StoredKey | null, { digests }: ResolveContext): KeyringRecord | null {
    if (stored === null) return null
    if (stored.secretHash !== null) remember(this.#slow, stored.secretHash, stored)
    else if (isForeign(stored) && digests.includes(stored.digest)) {
      this.redigestion.learn(stored.id, stored.digest, digests[0] as string)
    }
    if (stored.rotatedTo !== null && !this.#rotated.has(stored.id)) {
      remember(this.#rotated, stored.id, { successorId: stored.rotatedTo, toldAt: Number.NEGATIVE_INFINITY })
    }
    if (stored.endsPredecessor && stored.rotatedFrom !== null) remember(this.#enders, stored.id, stored.rotatedFrom)
    return recordOf(stored, this.#room.settings.clock.now())
  }

  /** The token is the one that the slow hash was made of: only now is it known what its own digest stands for. */
  async #proved(token: string, secretHash: string): Promise<void> {
    const stored = this.#slow.get(secretHash)
    this.#slow.delete(secretHash)
    if (stored === undefined) return
    this.redigestion.learn(stored.id, stored.digest, await this.#room.settings.digest.digest(token))
  }

  #tellUse(keyId: string, at: number, accepted: boolean): void {
    const rotated = this.#rotated.get(keyId)
    if (rotated === undefined || Math.abs(at - rotated.toldAt) < TELL_EVERY_MS) return
    rotated.toldAt = at
    this.#room.events.emit('rotated_key_used', { keyId, successorId: rotated.successorId, accepted })
  }

  /** Not on the way of the request that the successor came with: that one has its answer. */
  #retirePredecessor(successorId: string, waitUntil: WaitUntil): void {
    const predecessorId = this.#enders.get(successorId)
    if (predecessorId === undefined) return
    // If the request is cancelled, the next read of the successor restores this entry.
    this.#enders.delete(successorId)
    const work = this.#retire(predecessorId, successorId)
    waitUntil?.(work)
  }

  async #retire(predecessorId: string, successorId: string): Promise<void> {
    const { changes, events } = this.#room
    let told: { key: StoredKey; now: number } | undefined
    try {
      await changes.change({ id: predecessorId }, { confirm: true, strict: true }, (key, now) => {
        if (key.revokedAt !== null || key.endedAt !== null) return undefined
        const ended = next(key, { endedAt: now })
        told = { key: ended, now }
        const audit = [auditOf('retired', key, ended, now, BY_FIRST_USE)]
        return { update: [ended], audit, invalidations: [{ id: key.id }] }
      })
      if (told !== undefined) events.emit('retired', changeEvent(told.key, BY_FIRST_USE, told.now))
    } catch (error) {
      // The next use tries again.
      remember(this.#enders, successorId, predecessorId)
      events.emit('failed', { task: 'retire', error })
    }
  }
}

const BY_FIRST_USE = { reason: 'first use of the successor' } as const

/** Adds to a bounded map; what was added longest ago makes room. */
function remember<V>(map: Map<string, V>, name: string, value: V): void {
  if (map.size >= MAX_WATCHED) {
    const [oldest] = map.keys()
    if (oldest !== undefined) map.delete(oldest)
  }
  map.set(name, value)
}
