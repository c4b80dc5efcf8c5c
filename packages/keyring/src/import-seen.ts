import type { StoredKey } from './key.ts'

/** Keys that are remembered; of rows further apart than this a trial run does not see that they are the same. */
const MAX_SEEN = 100_000

/** What is remembered of one. */
export type SeenKey = Pick<StoredKey, 'digest' | 'createdAt'> & { readonly isLive: boolean }

/** What a trial run would have written by now: as much as tells rows that come twice, and no more room than that. */
export class Seen {
  readonly #byId = new Map<string, SeenKey>()
  /** By digest and by twin: the id. */
  readonly #digests = new Map<string, string>()
  readonly #twins = new Map<string, string>()

  /** @param isLive whether it would be accepted */
  add({ id, digest, createdAt }: StoredKey, twins: readonly string[], isLive: boolean): void {
    const [oldest] = this.#byId
    if (this.#byId.size >= MAX_SEEN && oldest !== undefined) {
      this.#byId.delete(oldest[0])
      this.#digests.delete(oldest[1].digest)
    }
    this.#byId.set(id, { digest, createdAt, isLive })
    this.#digests.set(digest, id)
    for (const twin of twins) {
      const [first] = this.#twins.keys()
      if (this.#twins.size >= MAX_SEEN && first !== undefined) this.#twins.delete(first)
      this.#twins.set(twin, id)
    }
  }

  byId(id: string): SeenKey | undefined {
    return this.#byId.get(id)
  }

  hasDigest(digest: string): boolean {
    return this.#digests.has(digest)
  }

  /** Whether another key would have this token under a digest of another form. */
  hasTwin({ id, digest }: StoredKey, twins: readonly string[]): boolean {
    const ids = [this.#twins.get(digest), ...twins.map((twin) => this.#digests.get(twin))]
    return ids.some((other) => other !== undefined && other !== id)
  }
}
