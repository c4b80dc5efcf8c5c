import { type Name, nameOf } from '../names.ts'

/** A file that a commit, or the index, has and that differs in each parent. */
export interface Change {
  /** The commit; empty where the index was compared. */
  readonly commit: string
  readonly path: Name
  /** The object of the file in each parent; zeros where it is not there. */
  readonly oldIds: readonly string[]
  readonly newId: string
  /** True for a submodule: its object is in another repository. */
  readonly isSubmodule: boolean
}

const SUBMODULE = '160000'

/** Returns true for the id of no object: the file is not there. */
export function isAbsent(id: string): boolean {
  return /^0+$/.test(id)
}

/**
 * Reads the output of `git diff-tree --raw -z` and `git diff-index --raw -z`. Names end in NUL, and no name has one, so
 * that no name can pass for something else.
 */
export async function* readChanges(output: AsyncIterable<Buffer>): AsyncGenerator<Change> {
  let commit = ''
  let change: Omit<Change, 'path'> | undefined
  for await (const field of fieldsOf(output)) {
    if (change !== undefined) {
      yield { ...change, path: nameOf(field) }
      change = undefined
    } else if (field[0] === 0x3a) {
      change = { commit, ...idsOf(field.toString('latin1')) }
    } else {
      commit = field.toString('latin1')
    }
  }
}

/** `:100644 100644 0123… 4567… M`; of a merge, a colon, a mode and an object for each parent. */
function idsOf(field: string): Pick<Change, 'oldIds' | 'newId' | 'isSubmodule'> {
  const parents = field.lastIndexOf(':') + 1
  const columns = field.slice(parents).split(' ')
  const ids = columns.slice(parents + 1)
  return { oldIds: ids.slice(0, parents), newId: ids[parents] ?? '', isSubmodule: columns[parents] === SUBMODULE }
}

async function* fieldsOf(output: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let begun: Buffer = Buffer.alloc(0)
  for await (const piece of output) {
    const bytes = begun.length === 0 ? piece : Buffer.concat([begun, piece])
    let start = 0
    for (let end = bytes.indexOf(0); end !== -1; end = bytes.indexOf(0, start)) {
      yield bytes.subarray(start, end)
      start = end + 1
    }
    begun = bytes.subarray(start)
  }
}
