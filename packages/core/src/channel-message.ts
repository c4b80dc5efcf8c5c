import { type Invalidation, type Target, targetsOf } from './invalidation.ts'

export { MAX_INVALIDATIONS } from './invalidation.ts'

/** Longest message that is parsed, in UTF-16 code units: 1 MiB of ASCII. */
export const MAX_MESSAGE_LENGTH: number = 1024 * 1024

/** Fields of a message, none of them checked. It has no prototype, so a field that is absent is `undefined`. */
export type MessageFields = Readonly<Record<string, unknown>>

/**
 * Parses a message that arrived from outside this process. Never throws. A channel that gets `undefined` cannot know what
 * the message said, so it must call `lost()`, and must not acknowledge.
 *
 * @param message text of one JSON object; anything else is unreadable, and so is a text longer than `MAX_MESSAGE_LENGTH`
 * @returns `undefined` when the message is unreadable
 * @example
 * ```ts
 * import { readInvalidations, readMessage } from '@bearward/core/channel'
 *
 * const fields = readMessage('{"invalidations":[{"id":"key_1"}]}')
 * const invalidations = readInvalidations(fields?.invalidations) // [{ id: 'key_1' }]
 * ```
 */
export function readMessage(message: unknown): MessageFields | undefined {
  if (typeof message !== 'string' || message.length > MAX_MESSAGE_LENGTH) return undefined
  try {
    const fields: unknown = JSON.parse(message)
    if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return undefined
    return Object.setPrototypeOf(fields, null) as MessageFields
  } catch {
    return undefined
  }
}

/**
 * Reads a list of invalidations from outside this process. Never throws. An entry that this version does not understand
 * may name any key, so such a list becomes `['all']`; so does a list of more than `MAX_INVALIDATIONS` entries.
 *
 * @param list what should be an array of `Invalidation`
 * @returns a copy, or `undefined` when it is not an array
 * @example
 * ```ts
 * import { readInvalidations } from '@bearward/core/channel'
 *
 * readInvalidations([{ id: 'key_1' }, { owner: 'acct_1' }]) // a copy
 * readInvalidations([{ id: 1 }]) // ['all']
 * readInvalidations('key_1') // undefined
 * ```
 */
export function readInvalidations(list: unknown): readonly Invalidation[] | undefined {
  return isList(list) ? targetsOf(list).map(invalidationOf) : undefined
}

function isList(value: unknown): boolean {
  try {
    return Array.isArray(value)
  } catch {
    // A proxy that was revoked.
    return false
  }
}

function invalidationOf({ id, digest, owner }: Target): Invalidation {
  if (id !== undefined) return { id }
  if (digest !== undefined) return { digest }
  return owner === undefined ? 'all' : { owner }
}
