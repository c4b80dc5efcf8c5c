/** The stable names of what can go wrong; the wording beside them may change, these do not. */
export type KeyringErrorCode =
  /** What was given cannot be used; `field` names it. */
  | 'invalid_input'
  /** There is no key with this id. */
  | 'not_found'
  /** The id is taken, or the store already holds this digest. */
  | 'duplicate'
  /** The key is revoked, for good. */
  | 'revoked'
  /** The key has expired, or its grace after a rotation is over. */
  | 'ended'
  /** The key is disabled; enable it first. */
  | 'disabled'
  /** The key has a successor already. */
  | 'already_rotated'
  /** Others changed the same key again and again meanwhile; nothing was written. */
  | 'conflict'
  /** The change is committed, and it could not be confirmed that every process has heard of it. */
  | 'unconfirmed'
  /** The store or the channel cannot be used now; the message says why. */
  | 'not_ready'
  /** The keyring was closed. */
  | 'closed'

/**
 * What the methods of a keyring reject with. Nothing was written, except with `unconfirmed`.
 *
 * @example
 * ```ts
 * import { createKeyring, KeyringError, memoryStore } from '@bearward/keyring'
 * import { keyFormat } from '@bearward/core'
 *
 * const keyring = createKeyring({ store: memoryStore(), format: keyFormat({ prefix: 'acme' }) })
 * try {
 *   await keyring.revoke('key_of_nobody')
 * } catch (error) {
 *   if (error instanceof KeyringError && error.code === 'not_found') console.log('there is no such key')
 *   else throw error
 * }
 * ```
 */
export class KeyringError extends Error {
  override readonly name = 'KeyringError'
  readonly code: KeyringErrorCode
  /** What was given wrong, with `invalid_input` and `duplicate`. */
  readonly field: string | undefined

  /** @internal */
  constructor(
    message: string,
    facts: { readonly code: KeyringErrorCode; readonly field?: string | undefined; readonly cause?: unknown },
  ) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.code = facts.code
    this.field = facts.field
  }
}

/**
 * The error of a call that names no owner. It is a `TypeError`, since the program is wrong and not the data that it was
 * given, and has `code` and `field` like a `KeyringError`.
 */
export function ownerMissing(method: string): TypeError {
  const error = new TypeError(`${method}: option \`owner\` must be given; null states that there is none`)
  return Object.assign(error, { code: 'invalid_input', field: 'owner' } as const)
}
