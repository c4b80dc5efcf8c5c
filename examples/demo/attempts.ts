import { HOUR } from '@bearward/core'
import { type DemoKeys, format } from './keys.ts'

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
  readonly before?: () => unknown
  /** Happens once, after the last framework has answered. */
  readonly after?: () => void
}

/** Issues the keys that are needed, and lists the attempts in the order in which they must be made. */
export async function listAttempts({ keyring, takeDown }: DemoKeys): Promise<Attempt[]> {
  const common = { owner: 'acct_1', scopes: ['posts:read'], metadata: { plan: 'pro' }, actor: 'alice' } as const
  const issue = async (id: string, name: string): Promise<string> =>
    (await keyring.issue({ ...common, id, name })).token
  const reader = await issue('key_reader', 'Reads posts')
  const leaked = await issue('key_leaked', 'Seen in a log, revoked')
  const unseen = await issue('key_unseen', 'First used in an outage')
  const old = await issue('key_old', 'Rotated with an hour of grace')
  const lost = await issue('key_lost', 'On a stolen laptop')
  const { token: brief } = await keyring.issue({ ...common, id: 'key_brief', name: 'Expired at once', expiresInMs: 1 })
  const bearer = (token: string): string[] => [`Bearer ${token}`]
  let successor = ''
  let replacement = ''
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
    { sent: 'an expired key', method: 'GET', authorization: bearer(brief), expected: '401 invalid_token' },
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
      before: () => keyring.revoke('key_leaked', { actor: 'alice', reason: 'seen in a log' }),
    },
    {
      sent: 'rotated: old key, in its grace',
      method: 'GET',
      authorization: bearer(old),
      expected: '200 as key_old',
      async before() {
        const rotated = await keyring.rotate('key_old', { id: 'key_new', graceMs: HOUR, actor: 'alice' })
        successor = rotated.token
      },
    },
    {
      sent: 'rotated: its successor',
      method: 'GET',
      get authorization() {
        return bearer(successor)
      },
      expected: '200 as key_new',
    },
    {
      sent: 'emergency: old key, right after',
      method: 'GET',
      authorization: bearer(lost),
      expected: '401 invalid_token',
      async before() {
        const options = { id: 'key_spare', graceMs: 0, actor: 'alice', reason: 'laptop stolen' }
        replacement = (await keyring.rotate('key_lost', options)).token
      },
    },
    {
      sent: 'emergency: its successor',
      method: 'GET',
      get authorization() {
        return bearer(replacement)
      },
      expected: '200 as key_spare',
    },
    {
      // Every process has heard of all that was issued by now, which it forgets when it hears of it: it is read once more.
      sent: 'the first key again',
      method: 'GET',
      authorization: bearer(reader),
      expected: '200 as key_reader',
    },
    {
      sent: 'store down: a key not seen yet',
      method: 'GET',
      authorization: bearer(unseen),
      expected: '503 without challenge',
      before() {
        repair = takeDown()
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
