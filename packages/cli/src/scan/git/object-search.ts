import { isCompressed } from '../compressed.ts'
import type { Coverage } from '../coverage.ts'
import type { Finder } from '../finder.ts'
import { nameOf, textOfName } from '../names.ts'
import { type Hit, PieceSearch } from '../pieces.ts'
import { type Git, GitError } from './git.ts'
import { ObjectReader, type ObjectVisit } from './objects.ts'

/** An object that holds tokens. */
interface HitObject {
  readonly type: string
  readonly hits: readonly Hit[]
  /** Of a commit: lines in front of its message. */
  readonly headLines: number
}

const CAT = ['cat-file', '--batch', '--buffer']

/** Searches objects of a repository: files, folders (for the names in them), commits and tags. */
export class ObjectSearch {
  /** Objects that hold tokens, by id. */
  readonly found: Map<string, HitObject> = new Map()
  /** Ids of files that are compressed. */
  readonly compressed: Set<string> = new Set()
  /** Names of submodules. */
  readonly submodules: Set<string> = new Set()
  readonly #coverage: Coverage
  readonly #search: PieceSearch
  #id = ''
  #type = ''
  #hits: Hit[] = []
  /** The object so far: of a file, no more than its first piece. */
  #pieces: Buffer[] = []
  #answered = 0

  constructor(finder: Finder, coverage: Coverage) {
    this.#coverage = coverage
    this.#search = new PieceSearch(finder, (hit) => this.#hits.push(hit))
  }

  /**
   * Searches the objects whose ids come in, each on a line.
   *
   * @param progressed is called now and then
   * @throws {GitError} when git does, or when not all of them came
   */
  async searchIds(git: Git, ids: AsyncIterable<Buffer>, progressed: () => void): Promise<void> {
    let asked = 0
    const counted = async function* (): AsyncGenerator<Buffer> {
      for await (const lines of ids) {
        for (let feed = lines.indexOf(10); feed !== -1; feed = lines.indexOf(10, feed + 1)) asked++
        yield lines
      }
    }
    this.#answered = 0
    await this.#read(git.read(CAT, counted()), progressed)
    if (asked !== this.#answered) throw new GitError('failed', `${this.#answered} of ${asked} objects were printed`)
  }

  /** Searches all objects that there are. */
  async searchAll(git: Git, progressed: () => void): Promise<void> {
    await this.#read(git.read([...CAT, '--batch-all-objects', '--unordered']), progressed)
  }

  async #read(output: AsyncIterable<Buffer>, progressed: () => void): Promise<void> {
    const reader = new ObjectReader(this.#visit)
    for await (const piece of output) {
      reader.push(piece)
      progressed()
    }
    if (!reader.isBetweenObjects) throw new GitError('failed', `object ${this.#id} is not whole`)
  }

  readonly #visit: ObjectVisit = {
    begin: (id, type) => {
      this.#answered++
      this.#id = id
      this.#type = type
      this.#hits = []
      this.#pieces = []
    },
    piece: (bytes) => {
      this.#coverage.bytes += bytes.length
      if (this.#pieces.length === 0 || this.#type !== 'blob') this.#pieces.push(bytes)
      this.#search.push(bytes)
    },
    end: () => {
      this.#search.end()
      this.#coverage.files++
      this.#note()
    },
    missing: (id) => {
      this.#answered++
      this.#coverage.miss('missing', objectPath(id))
    },
  }

  #note(): void {
    const start = this.#pieces[0]
    if (start === undefined) return
    if (this.#type === 'blob' && isCompressed(start)) this.compressed.add(this.#id)
    if (this.#type === 'tree') this.#noteSubmodules()
    if (this.#hits.length === 0) return
    const headLines = this.#type === 'commit' ? headLinesOf(Buffer.concat(this.#pieces)) : 0
    this.found.set(this.#id, { type: this.#type, hits: this.#hits, headLines })
  }

  #noteSubmodules(): void {
    if (!this.#pieces.some((piece) => piece.includes(SUBMODULE))) return
    const tree = Buffer.concat(this.#pieces)
    const idLength = this.#id.length / 2
    for (let at = 0, end = tree.indexOf(0); end !== -1; at = end + 1 + idLength, end = tree.indexOf(0, at)) {
      const entry = tree.subarray(at, end)
      if (entry.indexOf(SUBMODULE) === 0) this.submodules.add(textOfName(nameOf(entry.subarray(SUBMODULE.length))))
    }
  }
}

/** The mode of a submodule in a folder. */
const SUBMODULE = '160000 '

/** The place of an object that no commit gives a name. */
export function objectPath(id: string): string {
  return `.git/objects/${id.slice(0, 2)}/${id.slice(2)}`
}

/** Lines of a commit in front of its message: parents, author and so on, and the empty line. */
function headLinesOf(commit: Buffer): number {
  const head = commit.subarray(0, commit.indexOf('\n\n') + 2)
  return head.toString('latin1').split('\n').length - 1
}
