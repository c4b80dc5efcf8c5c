import { endOf, type Key, keyOf, type Metadata, type StoredKey } from './key.ts'

/**
 * A stored key as the verifier reads it, and as a handler gets it as `principal.key`.
 *
 * @typeParam M the declared metadata, or anything that JSON can write
 * @typeParam E the environments of the format, or `string`
 */
export type KeyringRecord<M extends object = Metadata, E extends string = string> = Key<M, E> & {
  /** Present for the verifier's own comparison; neither enumerable nor shown. `null` where `secretHash` is. */
  readonly digest: string | null
  /** The same, for keys of systems that stored a slow hash of the token. */
  readonly secretHash: string | null
}

/** What an end that was made final looks like to the verifier: over, whatever its clock says. */
const LONG_AGO = 0

/**
 * The record of a key, for a verifier of your own over a `KeyStore`; `keyring.verifier()` makes it itself. `expiresAt` is the earlier of expiry and the end of the grace, since the verifier knows one end
 * alone.
 *
 * @param now epoch milliseconds at which `state` is judged
 * @example
 * ```ts
 * import { createVerifier, systemClock } from '@bearward/core'
 * import { memoryStore, recordOf } from '@bearward/keyring'
 *
 * const store = memoryStore()
 * createVerifier({
 *   async resolve(digest, { fresh }) {
 *     const stored = await store.findByDigest([digest], { fresh })
 *     return stored && recordOf(stored, systemClock.now())
 *   },
 * })
 * ```
 */
export function recordOf(stored: StoredKey, now: number): KeyringRecord & { readonly disabled: boolean } {
  const record = {
    ...keyOf(stored, now),
    expiresAt: stored.endedAt === null ? endOf(stored) : LONG_AGO,
    disabled: stored.disabledAt !== null,
  }
  // Where there is a slow hash, the digest is public and proves nothing: the verifier must not compare it.
  const { digest, secretHash } = stored
  return Object.defineProperties(record, {
    digest: { value: secretHash === null ? digest : null },
    secretHash: { value: secretHash },
  }) as typeof record & Pick<KeyringRecord, 'digest' | 'secretHash'>
}
