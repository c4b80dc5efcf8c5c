import { checkConditions, checkId, checkNames, checkText } from './input.ts'
import type { StoredKey } from './key.ts'

/** An option of the methods that name a key. */
export interface OwnerOption {
  /** The owner that the key must have. A key of another is as one that is not there. Default: any, and none. */
  readonly owner?: string
}

/** The key that a call names: its id, and the owner that it must have. */
export interface KeySelector {
  readonly id: string
  readonly owner?: string | undefined
}

/**
 * Reads the key that a call names.
 *
 * @throws {KeyringError} `invalid_input`, also for an `owner` that is named and `undefined`
 */
export function selectorOf(id: unknown, options: OwnerOption): KeySelector {
  return { id: checkId('id', id), owner: ownerIn(options) }
}

/** The owner that a key must have, of options that hold nothing else; `undefined` for any. */
export function onlyOwnerIn(options: OwnerOption): string | undefined {
  checkNames(options, ['owner'])
  return ownerIn(options)
}

function ownerIn(options: OwnerOption): string | undefined {
  checkConditions(options, ['owner'])
  const owner: unknown = options.owner
  return owner === undefined ? undefined : checkText('owner', owner)
}

/** Returns `true` for a key with the owner that a call asks for, or where it asks for none. */
export function isSelected(key: Pick<StoredKey, 'owner'>, { owner }: Pick<KeySelector, 'owner'>): boolean {
  return owner === undefined || key.owner === owner
}
