/** Characters of one row; more is no row of a table of keys. */
const MAX_ROW = 1_000_000

/** A row that comes in pieces. Costs the same for many small pieces as for one large. */
class Pending {
  #parts: string[] = []
  #length = 0

  /** @throws {Error} when the row gets too long */
  add(part: string): void {
    this.#length += part.length
    if (this.#length > MAX_ROW) throw new Error(`jsonLines: a line is longer than ${MAX_ROW} characters`)
    this.#parts.push(part)
  }

  /** The row so far, without blanks around it, nor the mark that begins a file which was joined to another. */
  take(): string {
    const text = this.#parts.join('').trim()
    this.#parts = []
    this.#length = 0
    return text
  }
}

/** Cuts text into its lines that are not blank. */
export class LineCutter {
  readonly #line = new Pending();

  *push(text: string): Generator<string> {
    // No line break stands inside JSON that is one line.
    const [first = '', ...others] = text.split(/[\r\n]/)
    this.#line.add(first)
    for (const part of others) {
      yield* this.end()
      this.#line.add(part)
    }
  }

  *end(): Generator<string> {
    const line = this.#line.take()
    if (line !== '') yield line
  }
}

/** Cuts one JSON list into its members. */
export class ListCutter {
  readonly #member = new Pending()
  /** Lists and objects that are open; 1 between the members. */
  #depth = 0
  #isInString = false
  #isEscaped = false;

  *push(text: string): Generator<string> {
    let start = 0
    for (let index = 0; index < text.length; index++) {
      const character = text[index] as string
      if (this.#isEnd(character)) {
        this.#add(text.slice(start, index))
        const member = this.#member.take()
        // A comma may stand behind the last one.
        if (member !== '') yield member
        start = index + 1
      }
      this.#step(character)
      // The bracket that opens the list belongs to no member.
      if (this.#depth === 1 && character === '[' && start === index) start = index + 1
    }
    this.#add(text.slice(start))
  }

  /** @throws {Error} when the list is not complete */
  end(): string[] {
    if (this.#depth > 0) throw new Error('jsonLines: the list does not end')
    return []
  }

  /** @throws {Error} when something stands behind the list */
  #add(part: string): void {
    if (this.#depth < 1 && part.trim() !== '') throw new Error('jsonLines: something stands behind the list')
    this.#member.add(part)
  }

  /** Whether a character ends a member. */
  #isEnd(character: string): boolean {
    return this.#depth === 1 && !this.#isInString && (character === ',' || character === ']')
  }

  #step(character: string): void {
    if (this.#isInString) {
      if (this.#isEscaped) this.#isEscaped = false
      else if (character === '\\') this.#isEscaped = true
      else if (character === '"') this.#isInString = false
    } else if (character === '"') this.#isInString = true
    else if (character === '[' || character === '{') this.#depth++
    else if (character === ']' || character === '}') this.#depth--
  }
}
