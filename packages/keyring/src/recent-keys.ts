/** A bounded set of ids of keys; of more, those that were added longest ago make room. */
export class RecentKeys {
  readonly #max: number
  readonly #keyIds = new Set<string>()

  constructor(max: number) {
    this.#max = max
  }

  has(keyId: string): boolean {
    return this.#keyIds.has(keyId)
  }

  add(keyIds: readonly string[]): void {
    for (const keyId of keyIds) {
      this.#keyIds.delete(keyId)
      this.#keyIds.add(keyId)
    }
    for (const oldest of this.#keyIds) {
      if (this.#keyIds.size <= this.#max) return
      this.#keyIds.delete(oldest)
    }
  }

  delete(keyIds: readonly string[]): void {
    for (const keyId of keyIds) this.#keyIds.delete(keyId)
  }
}
