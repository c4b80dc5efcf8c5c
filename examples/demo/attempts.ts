import type { Invalidation } from '@bearward/core'
import { format, type KeyTable } from './keys.ts'

/** One thing that a client may do, and what every framework must answer. */
export interface Attempt {
  /** For a person. */
  readonly sent: string
  readonly method: 'GET' | 'DELETE'
  /** Values of the `Authorization` field; two of them are sent as two fields. */
  readonly authorization: readonly string[]
  /** As `describeAnswer()` writes it. */
  readonly expected: string
  /** The answer must cost no read of the store. Otherwise the number is shown and not judged. */
  readonly readsNothing?: boolean
  /** Happens once, before the first framework is asked. */
  readonly before?: () => void
  /** Happens once, after the last framework has answered. */
  readonly after?: () => void
}

/** Issues the keys that are needed, and lists the attempts in the order in which they must be made. */
export async function listAttempts(
  table: KeyTable,
  invalidate: (invalidation: Invalidation) => void,
): Promise<Attempt[]> {
  const reader = await table.issue('key_reader')
  const leaked = await table.issue('key_leaked')
  const unseen = await table.issue('key_unseen')
  const expired = await table.issue('key_expired', { expired: true })
  const bearer = (token: string): string[] => [`Bearer ${token}`]
  let repair = (): void => {}

  return [
    {
      sent: 'nothing',
      method: 'GET',
      authorization: [],
      expected: '401 without error code',
      readsNothing: true,
    },
    {
      sent: 'malformed: two words',
      method: 'GET',
      authorization: ['Bearer two words'],
      expected: '400 invalid_request',
      readsNothing: true,
    },
    {
      sent: 'malformed: a good key, sent twice',
      method: 'GET',
      authorization: [...bearer(reader), ...bearer(reader)],
      expected: '400 invalid_request',
      readsNothing: true,
    },
    {
      sent: 'noise that looks like a key',
      method: 'GET',
      authorization: bearer(withWrongChecksum(format.generate('live'))),
      expected: '401 invalid_token',
      readsNothing: true,
    },
    {
      sent: 'a key that nobody issued',
      method: 'GET',
      authorization: bearer(format.generate('live')),
      expected: '401 invalid_token',
    },
    { sent: 'a valid key', method: 'GET', authorization: bearer(reader), expected: '200 as key_reader' },
    {
      sent: 'the same, to delete a post',
      method: 'DELETE',
      authorization: bearer(reader),
      expected: '403 insufficient_scope',
    },
    { sent: 'an expired key', method: 'GET', authorization: bearer(expired), expected: '401 invalid_token' },
    {
      sent: 'a key, before it is revoked',
      method: 'GET',
      authorization: bearer(leaked),
      expected: '200 as key_leaked',
    },
    {
      sent: 'the same, right after',
      method: 'GET',
      authorization: bearer(leaked),
      expected: '401 invalid_token',
      before() {
        // The store first: what is invalidated before is read again, and remembered, as it was.
        table.revoke('key_leaked')
        invalidate({ id: 'key_leaked' })
      },
    },
    {
      sent: 'store down: a key not seen yet',
      method: 'GET',
      authorization: bearer(unseen),
      expected: '503 without challenge',
      before() {
        repair = table.takeDown()
      },
    },
    {
      sent: 'store down: a remembered key',
      method: 'GET',
      authorization: bearer(reader),
      expected: '200 as key_reader',
      readsNothing: true,
      after: () => repair(),
    },
  ]
}

/** The checksum stands last: another last character, and no key of ours can look like this. */
function withWrongChecksum(token: string): string {
  return token.slice(0, -1) + (token.endsWith('0') ? '1' : '0')
}
