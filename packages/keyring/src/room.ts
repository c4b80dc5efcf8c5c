import type { Confirmation } from '@bearward/core'
import type { Attribution } from './audit.ts'
import type { Changes, Reach } from './changes.ts'
import type { ChangeEvent, KeyringEvents } from './events.ts'
import { ATTRIBUTION, checkAttribution, checkFlag } from './input.ts'
import { type Key, keyOf, type Metadata, type StoredKey } from './key.ts'
import type { KeyringSettings } from './options.ts'
import type { OwnerOption } from './selector.ts'

/** What every method of a keyring works with. */
export interface Room {
  readonly settings: KeyringSettings
  readonly changes: Changes
  readonly events: KeyringEvents
  /** Returns true when this process knows of a use of the key that is not on record. */
  readonly isUnrecorded: (keyId: string) => boolean
}

/** What every change takes besides its own. */
export interface ChangeOptions extends Attribution, OwnerOption {
  /**
   * Whether to wait until no process accepts the old state any more. Default `true`; with `false` the confirmation says
   * what bound then holds.
   */
  readonly confirm?: boolean | undefined
}

/** The names of what every change takes. */
export const CHANGE_FIELDS: readonly string[] = [...ATTRIBUTION, 'owner', 'confirm']

/** What every change of a key that there is resolves to. */
export interface Changed<M extends object = Metadata, E extends string = string> {
  /** The key as it stands now. */
  readonly key: Key<M, E>
  /** How the processes were told. Where the key stood so already, they were told again. */
  readonly confirmation: Confirmation
}

/** Who changes, and what to wait for, after both were checked; the names in `options` have been checked before. */
export function checkChange(options: ChangeOptions): { readonly by: Attribution; readonly reach: Reach } {
  const confirm = checkFlag('confirm', options.confirm ?? true)
  return { by: checkAttribution(options), reach: { confirm, strict: confirm } }
}

/** What an event of a change carries. */
export function changeEvent(key: StoredKey, by: Attribution, now: number): ChangeEvent {
  return { key: keyOf(key, now), actor: by.actor ?? null, reason: by.reason ?? null }
}
