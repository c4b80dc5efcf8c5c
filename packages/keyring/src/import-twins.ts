import type { PlannedKey } from './import-row.ts'
import type { Seen } from './import-seen.ts'
import type { StoredKey } from './key.ts'
import type { KeyringSettings } from './options.ts'

// One token can be stored under several digests: as another system wrote it, under an older pepper, under the keyring's own
// form. A second key for a token that was revoked under one of them would bring it back, so an import looks for all of them;
// `digest-forms.ts` makes those of a digest, and `token.ts` those of a token.

/** Digests in one query: as many parameters as every database takes. */
const AT_ONCE = 90

/** Rows of a batch, sorted by whether another key has their token. */
export interface SortedRows<P> {
  readonly free: P[]
  readonly taken: P[]
}

/** Finds rows whose token another key has under a digest of another form. */
export class TwinCheck {
  readonly #settings: KeyringSettings
  readonly #seen: Seen | undefined
  /** Whether the store may hold a key by now. */
  #hasKeys = false

  /** @param seen what a trial run would have written by now */
  constructor(settings: KeyringSettings, seen: Seen | undefined) {
    this.#settings = settings
    this.#seen = seen
  }

  async sort<P extends PlannedKey>(batch: readonly P[]): Promise<SortedRows<P>> {
    const { free, taken } = this.#sortBatch(batch)
    let left = free.flatMap(({ twins }) => twins)
    if (left.length > 0 && (await this.#isStoreEmpty())) return { free, taken }
    while (left.length > 0) {
      const holder = await this.#find(left)
      if (holder === undefined) break
      const at = free.findIndex(({ key, twins }) => key.id !== holder.id && twins.includes(holder.digest))
      if (at === -1) left = left.filter((digest) => digest !== holder.digest)
      else taken.push(...free.splice(at, 1))
    }
    return { free, taken }
  }

  /** Among the rows of a batch themselves: the first of each token is free. */
  #sortBatch<P extends PlannedKey>(batch: readonly P[]): SortedRows<P> {
    const [free, taken]: [P[], P[]] = [[], []]
    const holders = new Map<string, string>()
    const twinsOf = new Map<string, string>()
    for (const planned of batch) {
      const { key, twins } = planned
      const others = [twinsOf.get(key.digest), ...twins.map((digest) => holders.get(digest))]
      const isTaken = others.some((id) => id !== undefined && id !== key.id)
      if (isTaken || this.#seen?.hasTwin(key, twins)) taken.push(planned)
      else {
        free.push(planned)
        holders.set(key.digest, key.id)
        for (const digest of twins) twinsOf.set(digest, key.id)
      }
    }
    return { free, taken }
  }

  /** Asked once: after the first batch there are keys. */
  async #isStoreEmpty(): Promise<boolean> {
    const { store, clock } = this.#settings
    if (this.#hasKeys) return false
    this.#hasKeys = true
    return (await store.list({ now: clock.now(), limit: 1 })).length === 0
  }

  /** A key that is stored under one of these digests. */
  async #find(digests: readonly string[]): Promise<StoredKey | undefined> {
    for (let start = 0; start < digests.length; start += AT_ONCE) {
      const found = await this.#settings.store.findByDigest(digests.slice(start, start + AT_ONCE), { fresh: true })
      if (found !== null) return found
    }
    return undefined
  }
}
