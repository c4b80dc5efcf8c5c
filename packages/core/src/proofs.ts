import { LRUCache } from 'lru-cache'

/** Proofs remembered at most, about 300 bytes each. */
const MAX_PROOFS = 10_000

/**
 * Tokens that were checked against a slow hash and matched it. That a token matches a hash stays true for ever, so a key that is
 * in use costs one check per process, and guesses at its id do not keep its owner out. Holds digests of tokens, as the cache does.
 */
export class Proofs {
  /** From the digest of the token to the hash. Made when the first proof is there: most verifiers never have one. */
  #hashes: LRUCache<string, string> | undefined

  holds(digest: string, secretHash: string): boolean {
    return this.#hashes?.get(digest) === secretHash
  }

  add(digest: string, secretHash: string): void {
    this.#hashes ??= new LRUCache({ max: MAX_PROOFS })
    this.#hashes.set(digest, secretHash)
  }
}
