import type { Clock, Confirmation } from '@bearward/core'
import type { Key, Metadata } from './key.ts'

/** What every event of a change carries. */
export interface ChangeEvent {
  readonly key: Key
  /** Who did it, if the caller said so. */
  readonly actor: string | null
  readonly reason: string | null
}

/** What a keyring tells, by event name. No event holds a token. Each also carries `at`, epoch milliseconds. */
export interface KeyringEventFacts {
  issued: ChangeEvent
  /** An imported key was used, and is stored in the keyring's own form from now on. */
  redigested: ChangeEvent
  updated: ChangeEvent
  disabled: ChangeEvent
  enabled: ChangeEvent
  /** `key` is the successor. */
  rotated: ChangeEvent & { readonly previous: Key }
  revoked: ChangeEvent
  /** A successor has taken over: the grace is over, or was ended by the successor's first use. */
  retired: ChangeEvent
  /** Its time has come; told by `expireDue()`. */
  expired: ChangeEvent
  /** Its end is near; told once by `expireDue({ announceMs })`. `endsAt` is epoch milliseconds. */
  expiring: ChangeEvent & { readonly endsAt: number }
  /** A key that has a successor was presented. Told at most once a minute for each key and process; nobody is punished. */
  rotated_key_used: {
    readonly keyId: string
    readonly successorId: string
    /** Whether it was accepted: its grace still runs. */
    readonly accepted: boolean
  }
  /** A key was used for the first time. */
  first_used: { readonly keyId: string; readonly from: string | null }
  /** A key was used from an address that it was not used from lately. */
  used_from_new_address: { readonly keyId: string; readonly from: string }
  /** A change was published; how many processes acknowledged it, and how long that took. */
  published: { readonly keyIds: readonly string[]; readonly confirmation: Confirmation }
  /** Uses that were not written down, because the store was too slow or failed. */
  usage_dropped: { readonly uses: number }
  /** Work in the background failed and is tried again. `error` is what the store or channel threw. */
  failed: { readonly task: 'usage' | 'publish' | 'outbox' | 'retire' | 'redigest'; readonly error: unknown }
}

/** The names of a keyring's events. */
export type KeyringEvent = keyof KeyringEventFacts

/** Facts of an event, its keys with the types that the keyring declares. */
type TypedFacts<Facts, M extends object, E extends string> = {
  readonly [Field in keyof Facts]: Facts[Field] extends Key ? Key<M, E> : Facts[Field]
}

/** Takes an event. What it throws is reported like any uncaught error and changes nothing. */
export type KeyringListener<Name extends KeyringEvent, M extends object = Metadata, E extends string = string> = (
  event: TypedFacts<KeyringEventFacts[Name], M, E> & { readonly at: number },
) => void

const NAMES: readonly KeyringEvent[] = [
  'issued',
  'redigested',
  'updated',
  'disabled',
  'enabled',
  'rotated',
  'revoked',
  'retired',
  'expired',
  'expiring',
  'rotated_key_used',
  'first_used',
  'used_from_new_address',
  'published',
  'usage_dropped',
  'failed',
]

/** Hands events to listeners. */
export class KeyringEvents {
  readonly #clock: Clock
  readonly #listeners = new Map<KeyringEvent, readonly ((event: never) => void)[]>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  on<Name extends KeyringEvent>(name: Name, listener: KeyringListener<Name>): () => void {
    if (!NAMES.includes(name)) throw new TypeError(`on: no such event; there are ${NAMES.join(', ')}`)
    if (typeof listener !== 'function') throw new TypeError('on: the listener must be a function')
    // Wrapped, so that the same function added twice is two listeners and each can be taken away alone.
    const own: KeyringListener<Name> = (event) => listener(event)
    this.#listeners.set(name, [...this.#of(name), own])
    return () => {
      this.#listeners.set(
        name,
        this.#of(name).filter((other) => other !== own),
      )
    }
  }

  emit<Name extends KeyringEvent>(name: Name, facts: KeyringEventFacts[Name]): void {
    const event = Object.freeze({ ...facts, at: this.#clock.now() })
    for (const listener of this.#of(name)) {
      try {
        listener(event as never)
      } catch (error) {
        // A broken listener is the application's uncaught error: the change it was told of is committed.
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }

  #of(name: KeyringEvent): readonly ((event: never) => void)[] {
    return this.#listeners.get(name) ?? []
  }
}
