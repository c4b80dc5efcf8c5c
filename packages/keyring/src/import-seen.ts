import type { StoredKey } from './key.ts'

/** Keys that are remembered; of rows further apart than this a trial run does not see that they are the same. */
const MAX_SEEN = 100_000

type SeenKey = Pick<StoredKey, 'digest' | 'createdAt'>

/** What a trial run would have written by now: as much as tells rows that come twice, and no more room than that. */
export class Seen {
  readonly #byId = new Map<string, SeenKey>()
  readonly #digests = new Set<string>()

  add({ id, digest, createdAt }: StoredKey): void {
    const [oldest] = this.#byId
    if (this.#byId.size >= MAX_SEEN && oldest !== undefined) {
      this.#byId.delete(oldest[0])
      this.#digests.delete(oldest[1].digest)
    }
    this.#byId.set(id, { digest, createdAt })
    this.#digests.add(digest)
  }

  byId(id: string): SeenKey | undefined {
    return this.#byId.get(id)
  }

  hasDigest(digest: string): boolean {
    return this.#digests.has(digest)
  }
}
