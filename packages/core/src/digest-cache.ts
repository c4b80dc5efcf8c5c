import { LRUCache } from 'lru-cache'

/** A cache that is filled to less than one part in so many is emptied entry by entry. */
const FEW_SHARE = 8

/** Something that is found by its digest. */
export interface Digested {
  readonly digest: string
}

/**
 * A bounded cache from digest to value. To look a new string up, the engine reads all its 64 characters for a hash code,
 * which takes a third as long as the digest itself. A digest is a hash already: seven of its characters, as a number,
 * are the value's place, and one comparison says whether it is the right one. Of two digests that begin alike, the
 * second has the whole of itself for its place.
 */
export class DigestCache<Value extends Digested> {
  readonly #values: LRUCache<number | string, Value>

  constructor(max: number, dispose: (value: Value) => void) {
    this.#values = new LRUCache({ max, dispose })
  }

  get(digest: string): Value | undefined {
    const value = this.#values.get(shortOf(digest))
    return value?.digest === digest ? value : this.#values.get(digest)
  }

  set(value: Value): void {
    const { digest } = value
    this.delete(digest)
    const short = shortOf(digest)
    this.#values.set(this.#values.has(short) ? digest : short, value)
  }

  delete(digest: string): void {
    const short = shortOf(digest)
    this.#values.delete(this.#values.peek(short)?.digest === digest ? short : digest)
  }

  /** Emptying costs as much as the cache could hold; where it holds little, one entry after the other costs less. */
  clear(): void {
    const { size, max } = this.#values
    if (size * FEW_SHARE > max) this.#values.clear()
    else for (const place of [...this.#values.keys()]) this.#values.delete(place)
  }
}

/** The first seven characters of lower-case hex as a number: 28 bits, which every engine keeps without an object. */
export function shortOf(digest: string): number {
  let short = 0
  for (let index = 0; index < 7; index++) {
    const code = digest.charCodeAt(index)
    short = (short << 4) | ((code & 15) + (code >> 6) * 9)
  }
  return short
}
