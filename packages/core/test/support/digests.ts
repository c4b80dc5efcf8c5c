import { sha256 } from '../../src/digest.ts'

/** What a store holds of a token. */
export async function digestOf(token: string): Promise<string> {
  return await sha256().digest(token)
}

/** A resolver over rows by token, as a table with an index on the digest would answer. */
export async function storeOf<K>(rows: Readonly<Record<string, K>>): Promise<(digest: string) => K | undefined> {
  const byDigest = new Map<string, K>()
  for (const [token, row] of Object.entries(rows)) byDigest.set(await digestOf(token), row)
  return (digest) => byDigest.get(digest)
}
