import type { Verifier } from '@bearward/core'
import { Changes } from './changes.ts'
import { KeyringError } from './errors.ts'
import { type KeyringEvent, KeyringEvents, type KeyringListener } from './events.ts'
import { type Expired, type ExpireOptions, expireDue } from './expiry.ts'
import { type ImportOptions, importRows, type ReadingOptions } from './import.ts'
import type { ImportRow } from './import-row.ts'
import type { ImportSummary } from './import-summary.ts'
import { type Issued, type IssueOptions, issue } from './issue.ts'
import type { KeyWithUsage, Metadata } from './key.ts'
import { type KeyUsage, type UsageOptions, usage } from './key-usage.ts'
import { type AuditOptions, type AuditPage, audit, type KeyPage, type ListOptions, list } from './lists.ts'
import { checkKeyringOptions, type KeyringOptions, type KeyringSettings } from './options.ts'
import { type OwnerKeyring, ownerKeyring } from './owner-keyring.ts'
import { chain, find, get } from './reads.ts'
import { type ReadyOptions, ready } from './ready.ts'
import type { KeyringRecord } from './record.ts'
import {
  type RevokeAllOptions,
  type Revoked,
  type RevokedAll,
  type RevokeOptions,
  revoke,
  revokeAll,
} from './revoke.ts'
import type { Changed, ChangeOptions, Room } from './room.ts'
import { type Rotated, type RotateOptions, rotate } from './rotate.ts'
import type { OwnerOption } from './selector.ts'
import { type Disabled, disable, enable, type UpdateOptions, update } from './standing.ts'
import { Sweep } from './sweep.ts'
import { Usage } from './usage.ts'
import { type KeyringVerifierOptions, Verification } from './verification.ts'

/**
 * The life of keys. Every method that changes one writes it down, with who, when, from where and why, in the same
 * transaction, and rejects with a {@link KeyringError}; what the store throws reaches the caller as it is. A change that
 * finds the key as it should be writes nothing, and is confirmed again.
 *
 * Ids come from requests more often than not: take `forOwner()`, or the option `owner` of a method, where callers may reach
 * their own keys alone.
 *
 * @typeParam S the declared scopes, or `string`
 * @typeParam M the declared metadata as it is stored, or anything that JSON can write
 * @typeParam E the environments of the format, or `string`
 * @typeParam I the declared metadata as callers give it
 */
export interface Keyring<S extends string = string, M extends object = Metadata, E extends string = string, I = M> {
  /** The declared scopes; none where every scope may be given. */
  readonly scopes: readonly S[]
  /** The environments that keys may be issued for, the default first; none where the format has none. */
  readonly environments: readonly E[]
  /**
   * The same methods for the keys of one owner. A key of another owner is as one that is not there: `null`, `not_found`, or
   * no part of a list.
   *
   * @param owner 1 to 255 characters. `null` is refused: a program that found no account must not reach keys without an owner
   * @throws {TypeError} when `owner` is not a string with a visible character
   */
  forOwner(owner: string): OwnerKeyring<S, M, E, I>
  /**
   * Makes a key. The token stands in the answer and nowhere else.
   *
   * @throws {TypeError} when no `owner` is given; `null` states that there is none
   * @throws {KeyringError} `invalid_input`, `duplicate`
   */
  issue(options: IssueOptions<S, I, E>): Promise<Issued<M, E>>
  /**
   * Takes over keys that another system issued: they keep their tokens, and stay expired, disabled or revoked. In commits of
   * 100 keys, in constant memory. May be ended at any moment and run again: a key that is there already is left as it is.
   *
   * @param rows keys of the other system, in any order
   * @returns what was done, row by row counted; rows that cannot be used are rejected alone
   * @throws {KeyringError} `invalid_input` for an option, `conflict`; and what `rows` throws
   */
  import(
    rows: AsyncIterable<ImportRow> | Iterable<ImportRow>,
    options?: ImportOptions<ImportRow, S>,
  ): Promise<ImportSummary>
  /** The same for rows of another shape, which `read` makes import rows of. */
  import<R>(rows: AsyncIterable<R> | Iterable<R>, options: ReadingOptions<R, S>): Promise<ImportSummary>
  /** The key with this id and its use, or `null`. */
  get(id: string, options?: OwnerOption): Promise<KeyWithUsage<M, E> | null>
  /**
   * The key that a token belongs to, whatever its state, or `null`: for leak reports and searches. Counts as no use. The
   * token is digested and let go.
   */
  find(token: string, options?: OwnerOption): Promise<KeyWithUsage<M, E> | null>
  /**
   * A key and the keys of its rotation chain that have not ended, oldest first, or `null` where there is no such key. Costs
   * one read for each link of the chain.
   */
  chain(id: string, options?: OwnerOption): Promise<readonly KeyWithUsage<M, E>[] | null>
  /**
   * When, how often and from where a key was used, or `null` where there is no such key. First uses are on record at once, later
   * ones up to 70 seconds behind.
   */
  usage(id: string, options?: UsageOptions): Promise<KeyUsage | null>
  /** A page of keys, newest first. Costs the same for every page, except with `search`, which may look at all keys. */
  list(options?: ListOptions<E>): Promise<KeyPage<M, E>>
  /**
   * Changes name, scopes, metadata or expiry of a key that has not ended.
   *
   * @throws {KeyringError} `invalid_input`, `not_found`, `ended`, `revoked`, `conflict`, `unconfirmed`
   */
  update(id: string, options: UpdateOptions<S, I>): Promise<Changed<M, E>>
  /**
   * Refuses a key until `enable()`. Resolves when no process accepts it any more. Takes this key alone: `stillAccepted` names
   * the other keys of its rotation chain.
   *
   * @throws {KeyringError} `not_found`, `ended`, `revoked`, `unconfirmed`
   */
  disable(id: string, options?: ChangeOptions): Promise<Disabled<M, E>>
  /** Undoes `disable()`. */
  enable(id: string, options?: ChangeOptions): Promise<Changed<M, E>>
  /**
   * Gives a key a successor with the same name, owner, environment, scopes and metadata; the old one works until its
   * grace ends. With `graceMs: 0` it and all older keys of its rotation chain are refused by every process when this resolves.
   *
   * @throws {KeyringError} `invalid_input`, `not_found`, `already_rotated`, `disabled`, `ended`, `revoked`, `duplicate`;
   *   with `graceMs: 0` also `unconfirmed`: then the successor is there and its token is lost, so rotate that one
   */
  rotate(id: string, options?: RotateOptions): Promise<Rotated<M, E>>
  /**
   * Ends a key for good, and with it the older keys of its rotation chain that have not ended, unless `chain` says
   * otherwise. Resolved: no process accepts them. `stillAccepted` names the keys of the chain that are left. A revoked key
   * stays as it is, and is confirmed again.
   *
   * @throws {KeyringError} `invalid_input`, `not_found`, `unconfirmed`
   */
  revoke(id: string, options?: RevokeOptions): Promise<Revoked<M, E>>
  /**
   * Revokes every key that an owner has, also those that have ended. In steps of 100 keys, each all or nothing.
   *
   * @throws {KeyringError} `invalid_input`, `unconfirmed`
   */
  revokeAll(options: RevokeAllOptions): Promise<RevokedAll>
  /**
   * Makes the end of keys whose time has come final, so that no clock can bring them back, and tells of it; run it now and
   * then. Verifiers refuse such keys on time without it.
   */
  expireDue(options?: ExpireOptions): Promise<Expired>
  /** A page of the audit trail, newest first. */
  audit(options?: AuditOptions): Promise<AuditPage>
  /**
   * A verifier with this keyring's store behind it, its format in front, and its channel keeping the cache true.
   *
   * @throws {TypeError} naming the option that cannot be used
   */
  verifier(options?: KeyringVerifierOptions<S, M, E>): Verifier<KeyringRecord<M, E>, S>
  /** Listens to one kind of event; the function that comes back stops it. */
  on<Name extends KeyringEvent>(name: Name, listener: KeyringListener<Name, M, E>): () => void
  /**
   * Checks that keys can be issued, verified and revoked: the store answers, has the right tables and rights, and the channel
   * carries messages to this process. For health checks, and for ending a start that would fail later. The store makes or
   * upgrades its tables here, if it does so at its first use.
   *
   * @throws {KeyringError} `not_ready` with a message that says what is wrong and what to do, and holds no password
   */
  ready(options?: ReadyOptions): Promise<void>
  /**
   * Writes down the uses gathered so far, and publishes what was left unpublished. Happens by itself about once a minute. A process
   * that crashes loses the uses that it has gathered since: of 70 seconds at most, and of a first use those of about a tenth of one.
   */
  flush(): Promise<void>
  /** Writes down what was gathered, closes the verifiers, the channel and the store. What you opened yourself stays open. */
  close(): Promise<void>
}

/** A keyring with any declarations: the type of a parameter of code that works on every keyring. */
export type AnyKeyring =
  // biome-ignore lint/suspicious/noExplicitAny: declarations narrow some parameters and some answers
  Keyring<any, any, any, any>

/**
 * Makes a keyring: issues, rotates, revokes, lists and audits keys over a store.
 *
 * @param options `store` and `format` must be given; see {@link KeyringOptions}
 * @throws {TypeError} naming the option that cannot be used
 * @example
 * ```ts
 * import { DAY, HOUR, keyFormat } from '@bearward/core'
 * import { createKeyring, memoryStore } from '@bearward/keyring'
 *
 * const keyring = createKeyring({
 *   store: memoryStore(),
 *   format: keyFormat({ prefix: 'acme', environments: ['live', 'test'] }),
 *   scopes: ['posts:read', 'posts:write'],
 * })
 * const { token, key } = await keyring.issue({ owner: 'acct_1', scopes: ['posts:read'], expiresInMs: 90 * DAY })
 * const next = await keyring.rotate(key.id, { graceMs: 24 * HOUR }) // both work until the grace ends
 * await keyring.revoke(key.id, { reason: 'leaked', actor: 'alice' }) // resolved: no process accepts it
 * const verdict = await keyring.verifier().verify(`Bearer ${token}`) // refused
 * ```
 */
export function createKeyring<
  const S extends string = string,
  M extends object = Metadata,
  E extends string = string,
  I = M,
>(options: KeyringOptions<S, M, E, I>): Keyring<S, M, E, I> {
  // What is declared is checked wherever a key is written, so that what is read has the types of the declarations.
  const keyring: Keyring = new StoreKeyring(checkKeyringOptions(options as KeyringOptions))
  return keyring as unknown as Keyring<S, M, E, I>
}

class StoreKeyring implements Keyring {
  readonly scopes: readonly string[]
  readonly environments: readonly string[]
  readonly #settings: KeyringSettings
  readonly #events: KeyringEvents
  readonly #changes: Changes
  readonly #usage: Usage
  readonly #verification: Verification
  readonly #ownRoom: Room
  readonly #sweep: Sweep
  #isClosed = false

  constructor(settings: KeyringSettings) {
    const { store, clock } = settings
    this.scopes = settings.scopes
    this.environments = settings.format.environments
    this.#settings = settings
    this.#events = new KeyringEvents(clock)
    this.#changes = new Changes(settings, this.#events)
    this.#usage = new Usage(store, clock, this.#events, randomFraction)
    const isUnrecorded = (keyId: string): boolean => this.#usage.isUnrecorded(keyId)
    this.#ownRoom = { settings, changes: this.#changes, events: this.#events, isUnrecorded }
    this.#sweep = new Sweep(this.#changes.outbox, clock, this.#events)
    this.#verification = new Verification(this.#ownRoom, this.#usage, this.#sweep)
  }

  forOwner(owner: string): OwnerKeyring {
    return ownerKeyring(this, owner)
  }

  async issue(options: IssueOptions): Promise<Issued> {
    // Without a body parser a request has no body at all.
    return issue(this.#room(), options === undefined ? ({} as IssueOptions) : options)
  }

  async import<R>(rows: AsyncIterable<R> | Iterable<R>, options: ImportOptions<R> = {}): Promise<ImportSummary> {
    return importRows(this.#room(), rows, options)
  }

  async get(id: string, options: OwnerOption = {}): Promise<KeyWithUsage | null> {
    return get(this.#room(), id, options)
  }

  async find(token: string, options: OwnerOption = {}): Promise<KeyWithUsage | null> {
    return find(this.#room(), token, options)
  }

  async chain(id: string, options: OwnerOption = {}): Promise<readonly KeyWithUsage[] | null> {
    return chain(this.#room(), id, options)
  }

  async usage(id: string, options: UsageOptions = {}): Promise<KeyUsage | null> {
    return usage(this.#room(), id, options)
  }

  async list(options: ListOptions = {}): Promise<KeyPage> {
    return list(this.#room(), options)
  }

  async update(id: string, options: UpdateOptions): Promise<Changed> {
    return update(this.#room(), id, options)
  }

  async disable(id: string, options: ChangeOptions = {}): Promise<Disabled> {
    return disable(this.#room(), id, options)
  }

  async enable(id: string, options: ChangeOptions = {}): Promise<Changed> {
    return enable(this.#room(), id, options)
  }

  async rotate(id: string, options: RotateOptions = {}): Promise<Rotated> {
    return rotate(this.#room(), id, options)
  }

  async revoke(id: string, options: RevokeOptions = {}): Promise<Revoked> {
    return revoke(this.#room(), id, options)
  }

  async revokeAll(options: RevokeAllOptions): Promise<RevokedAll> {
    return revokeAll(this.#room(), options)
  }

  async expireDue(options: ExpireOptions = {}): Promise<Expired> {
    return expireDue(this.#room(), options)
  }

  async audit(options: AuditOptions = {}): Promise<AuditPage> {
    return audit(this.#room(), options)
  }

  verifier(options: KeyringVerifierOptions = {}): Verifier<KeyringRecord> {
    this.#room()
    return this.#verification.create(options)
  }

  on<Name extends KeyringEvent>(name: Name, listener: KeyringListener<Name>): () => void {
    return this.#events.on(name, listener)
  }

  async ready(options: ReadyOptions = {}): Promise<void> {
    return ready(this.#room(), options)
  }

  async flush(): Promise<void> {
    await this.#verification.redigestion.settled()
    await this.#changes.outbox.settled()
    await Promise.all([this.#usage.flush(), this.#sweep.run()])
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#sweep.stop()
    await this.#verification.close()
    await this.#usage.close()
    await this.#changes.outbox.settled()
    await this.#settings.channel.close()
    await this.#settings.store.close()
  }

  #room(): Room {
    if (this.#isClosed) throw new KeyringError('the keyring was closed', { code: 'closed' })
    return this.#ownRoom
  }
}

/** A number from 0 up to 1. */
function randomFraction(): number {
  const [value = 0] = crypto.getRandomValues(new Uint32Array(1))
  return value / 2 ** 32
}
