import type { Digester, MaybePromise } from './digest.ts'
import type { ParsedToken } from './token.ts'

/** What is asked of the store for one token. The token itself is not among it. */
export interface Question {
  /** Names the answer: the digest of the whole token under the current pepper. */
  readonly name: string
  /**
   * Digests that the record may be stored under, the current one first; of the secret, where there is an id. Each proves
   * the token.
   */
  readonly digests: readonly string[]
  readonly id: string | undefined
  readonly environment: string | undefined
  /** Present only beside `id`, and only until the answer is there. */
  readonly secret: string | undefined
  /** The `secretHash` that this token was checked against before: while it stands, there is nothing to check again. */
  readonly provedHash: string | undefined
}

/** Makes the question; this is where the token is let go. At once where the digester answers at once. */
export function questionOf(
  name: string,
  token: string,
  parsed: ParsedToken,
  digester: Digester,
): MaybePromise<Question> {
  const { id, environment, secret, alsoStoredAs } = parsed
  const ask = (digests: readonly string[]): Question => ({
    name,
    digests,
    id,
    environment,
    secret,
    provedHash: undefined,
  })
  const hashed = secret ?? token
  const current = secret === undefined ? name : digester.digest(hashed)
  if (digester.older.length === 0 && alsoStoredAs === undefined && typeof current === 'string') return ask([current])
  const digests = [current, ...digester.older.map((digest) => attempt(digest, hashed))]
  const foreign = alsoStoredAs === undefined ? [] : attempt(alsoStoredAs, token)
  return digests.every((digest) => typeof digest === 'string') && !(foreign instanceof Promise)
    ? ask([...digests, ...foreign])
    : Promise.all([Promise.all(digests.map(async (digest) => digest)), foreign]).then(([own, others]) =>
        ask([...own, ...others]),
      )
}

/** What throws must not leave the promises before it alone. */
function attempt<T>(digest: (token: string) => MaybePromise<T>, token: string): MaybePromise<T> {
  try {
    return digest(token)
  } catch (error) {
    return Promise.reject(error)
  }
}
