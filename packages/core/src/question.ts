import type { Digester, MaybePromise } from './digest.ts'
import type { ParsedToken } from './token.ts'

/** What is asked of the store for one token. The token itself is not among it. */
export interface Question {
  /** Names the answer: the digest of the whole token under the current pepper. */
  readonly name: string
  /** Digests that the record may be stored under, the current one first; of the secret, where there is an id. */
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
  const { id, environment, secret } = parsed
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
  if (digester.older.length === 0 && typeof current === 'string') return ask([current])
  const digests = [current, ...digester.older.map((digest) => attempt(digest, hashed))]
  return digests.every((digest) => typeof digest === 'string')
    ? ask(digests)
    : Promise.all(digests.map(async (digest) => digest)).then(ask)
}

/** A digester that throws must not leave the promise of the one before it alone. */
function attempt(digest: (token: string) => MaybePromise<string>, token: string): MaybePromise<string> {
  try {
    return digest(token)
  } catch (error) {
    return Promise.reject(error)
  }
}
