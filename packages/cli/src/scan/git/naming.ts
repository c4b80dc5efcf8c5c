import type { Coverage } from '../coverage.ts'
import type { Find } from '../finding.ts'
import { textOfName } from '../names.ts'
import type { Hit } from '../pieces.ts'
import type { Tokens } from '../tokens.ts'
import { broughtIn } from './brought.ts'
import { type Change, isAbsent, readChanges } from './changes.ts'
import { GitError } from './git.ts'
import { type ObjectSearch, objectPath } from './object-search.ts'

/** Gives the tokens of files, and the files that were not read, their names: the commits that brought them in tell. */
export class Naming {
  readonly #objects: ObjectSearch
  readonly #tokens: Tokens
  readonly #coverage: Coverage
  /** Objects that a commit has named, and tokens that were reported. */
  readonly #named = new Set<string>()
  readonly #reported = new Set<string>()

  constructor(objects: ObjectSearch, tokens: Tokens, coverage: Coverage) {
    this.#objects = objects
    this.#tokens = tokens
    this.#coverage = coverage
  }

  /** False where all commits can be left unread. */
  get isNeeded(): boolean {
    return this.#objects.compressed.size > 0 || [...this.#objects.found.values()].some(isInFile)
  }

  /** Reads the changes of all commits, and yields tokens in files and in their names. */
  async *findsIn(output: AsyncIterable<Buffer>): AsyncGenerator<Find> {
    try {
      for await (const change of readChanges(output)) {
        for (const find of this.#findsOf(change)) {
          this.#reported.add(find.token)
          yield find
        }
      }
    } catch (cause) {
      // All objects were read. Git could not tell some of their names, and the loop below makes them up.
      if (!(cause instanceof GitError)) throw cause
    }
    yield* this.#findsWithoutName()
  }

  *#findsOf(change: Change): Generator<Find> {
    const { commit, newId } = change
    const path = textOfName(change.path)
    const isHit = this.#objects.found.has(newId)
    const hitsOf = (id: string): readonly Hit[] => this.#objects.found.get(id)?.hits ?? []
    const isCompressed = this.#objects.compressed.has(newId)
    yield* findsInName(change, this.#tokens)
    for (const { token, line, column } of isHit ? broughtIn(change, hitsOf) : []) {
      yield { token, place: { path, line, column, commit } }
    }
    if (isCompressed && !this.#named.has(newId)) {
      this.#coverage.miss('compressed', this.#tokens.mask(path), `commit ${commit}`)
    }
    if (isHit || isCompressed) this.#named.add(newId)
  }

  *#findsWithoutName(): Generator<Find> {
    const { compressed, found } = this.#objects
    for (const id of compressed) if (!this.#named.has(id)) this.#coverage.miss('compressed', objectPath(id))
    for (const [id, object] of found) {
      for (const { token, line, column } of isInFile(object) ? object.hits : []) {
        const isReported = this.#reported.has(token) && (object.type === 'tree' || this.#named.has(id))
        if (!isReported) yield { token, place: { path: objectPath(id), line, column } }
      }
    }
  }
}

/** Yields the tokens in the name of a new file. */
export function* findsInName({ path, oldIds, commit }: Change, tokens: Tokens): Generator<Find> {
  if (!oldIds.every(isAbsent)) return
  const name = textOfName(path)
  for (const token of tokens.readAll(name)) {
    yield { token, place: { path: name, line: 1, column: 1, ...(commit === '' ? {} : { commit }) } }
  }
}

/** A folder holds the names of files. */
function isInFile({ type }: { readonly type: string }): boolean {
  return type === 'blob' || type === 'tree'
}
