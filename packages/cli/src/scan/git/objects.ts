/** Receives the objects that git prints, one after the other. */
export interface ObjectVisit {
  readonly begin: (id: string, type: string) => void
  /** A piece of the object that began last. Several for an object that came in several. */
  readonly piece: (bytes: Buffer) => void
  readonly end: () => void
  /** An object that was asked for and is not there. */
  readonly missing: (id: string) => void
}

const LINE_FEED = 10

/** Reads the output of `git cat-file --batch`: a head with the length of each object, so that no object can end early. */
export class ObjectReader {
  readonly #visit: ObjectVisit
  /** A head that has not come whole. */
  #head: Buffer = Buffer.alloc(0)
  /** Bytes that the object still has, with the line feed behind it; 0 outside of one. */
  #left = 0

  constructor(visit: ObjectVisit) {
    this.#visit = visit
  }

  /** True where the output may end. */
  get isBetweenObjects(): boolean {
    return this.#left === 0 && this.#head.length === 0
  }

  push(output: Buffer): void {
    for (let at = 0; at < output.length; ) {
      at = this.#left > 0 ? this.#readObject(output, at) : this.#readHead(output, at)
    }
  }

  #readHead(output: Buffer, at: number): number {
    const feed = output.indexOf(LINE_FEED, at)
    if (feed === -1) {
      this.#head = Buffer.concat([this.#head, output.subarray(at)])
      return output.length
    }
    const head = this.#head.toString('latin1') + output.toString('latin1', at, feed)
    this.#head = Buffer.alloc(0)
    const [id = '', type = '', size] = head.split(' ')
    if (size === undefined) {
      this.#visit.missing(id)
    } else {
      this.#left = Number(size) + 1
      this.#visit.begin(id, type)
    }
    return feed + 1
  }

  #readObject(output: Buffer, at: number): number {
    const end = Math.min(output.length, at + this.#left)
    const isWhole = end - at === this.#left
    const piece = output.subarray(at, isWhole ? end - 1 : end)
    this.#left -= end - at
    if (piece.length > 0) this.#visit.piece(piece)
    if (isWhole) this.#visit.end()
    return end
  }
}
