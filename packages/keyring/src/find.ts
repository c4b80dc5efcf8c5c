import { foreignHashes, foreignTokens } from './foreign.ts'
import type { StoredKey } from './key.ts'
import type { KeyringSettings } from './options.ts'
import { isKnown } from './token.ts'

/** The key that a token belongs to, also where another system's digest or slow hash of it is what is stored. */
export async function findByToken(settings: KeyringSettings, token: unknown): Promise<StoredKey | null> {
  if (!isKnown(settings, token)) return null
  const { store, digest, imports } = settings
  const { id, alsoStoredAs } = (imports.length > 0 && foreignTokens(imports).parse(token)) || {}
  const digests = await Promise.all([digest.digest(token), ...digest.older.map((older) => older(token))])
  const foreign = (await alsoStoredAs?.(token)) ?? []
  const handle = id === undefined ? [] : [id]
  const found = await store.findByDigest([...digests, ...foreign, ...handle], { fresh: true })
  if (found === null || found.digest !== id) return found
  // A handle is public: only the slow hash says whether it is this token's key.
  if (found.secretHash === null) return null
  const isRight = await foreignHashes(imports, () => {}).verify(token, found.secretHash, new AbortController().signal)
  return isRight ? found : null
}
