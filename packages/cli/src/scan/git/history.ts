import type { Coverage } from '../coverage.ts'
import type { Finder } from '../finder.ts'
import type { Find, Place } from '../finding.ts'
import type { Git } from './git.ts'
import { Naming } from './naming.ts'
import { ObjectSearch, objectPath } from './object-search.ts'

/** Settings of a scan of a history. */
export interface HistoryOptions {
  /** Includes the objects that no branch, tag or stash leads to. */
  readonly unreachable: boolean
  /** Is called now and then, while objects are read. */
  readonly onProgress: () => void
}

/** The place of a message: no file of a repository has this path. */
const COMMIT_MESSAGE = '.git/COMMIT_EDITMSG'
const LIST = ['rev-list', '--all', '--stdin']
const OBJECTS = ['--objects', '--no-object-names', '--missing=print']
const DIFF = ['diff-tree', '--stdin', '-r', '-c', '--root', '--raw', '--no-renames', '--no-abbrev', '-z']
const ALL_TYPES = ['cat-file', '--batch-all-objects', '--batch-check=%(objectname) %(objecttype)']

/**
 * Reads a history object by object, and not as git prints it: no message, name or file can look like the end of another,
 * and neither attributes nor configuration decide what is shown. Then finds the commits that brought the tokens in.
 *
 * @throws {GitError} at the end, after all that was found
 */
export async function* readHistory(
  git: Git,
  finder: Finder,
  coverage: Coverage,
  { unreachable, onProgress }: HistoryOptions,
): AsyncGenerator<Find> {
  const objects = new ObjectSearch(finder, coverage)
  let failure: unknown
  let stashes: Buffer = Buffer.alloc(0)
  try {
    const refs = (await git.output(['for-each-ref', '--format=%(refname)'])).toString('utf8')
    for (const token of finder.tokens.readAll(refs)) yield { token, place: nameOfRef(refs, token) }
    // A stash leads to the one before it by the log of its name alone.
    if (/^refs\/stash$/m.test(refs)) stashes = await git.output(['rev-list', '--walk-reflogs', 'refs/stash'])
    const reachable = presentIds(git.read([...LIST, ...OBJECTS], once(stashes)), coverage)
    if (unreachable) for await (const _ of reachable) onProgress()
    await (unreachable ? objects.searchAll(git, onProgress) : objects.searchIds(git, reachable, onProgress))
    const isShallow = (await git.output(['rev-parse', '--is-shallow-repository'])).toString().trim() !== 'false'
    if (isShallow) coverage.miss('shallow', '.git/shallow')
  } catch (cause) {
    failure = cause
  }
  for (const name of objects.submodules) coverage.pass('submodule', () => finder.tokens.mask(name))
  yield* findsOutsideOfFiles(objects)
  const commits = unreachable ? allCommits(git) : git.read(LIST, once(stashes))
  const naming = new Naming(objects, finder.tokens, coverage)
  if (naming.isNeeded) yield* naming.findsIn(git.read(DIFF, commits))
  if (failure !== undefined) throw failure
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  if (bytes.length > 0) yield bytes
}

function nameOfRef(refs: string, token: string): Place {
  return { path: `.git/${refs.split('\n').find((ref) => ref.includes(token))}`, line: 1, column: 1 }
}

/** Leaves out ids with `?` in front: these objects are not there. */
async function* presentIds(output: AsyncIterable<Buffer>, coverage: Coverage): AsyncGenerator<Buffer> {
  for await (const lines of linesOf(output)) {
    for (const line of lines) if (line.startsWith('?')) coverage.miss('missing', objectPath(line.slice(1)))
    yield asLines(lines.filter((line) => !line.startsWith('?')))
  }
}

async function* allCommits(git: Git): AsyncGenerator<Buffer> {
  for await (const lines of linesOf(git.read(ALL_TYPES))) {
    yield asLines(lines.filter((line) => line.endsWith(' commit')).map((line) => line.split(' ')[0] ?? ''))
  }
}

async function* linesOf(output: AsyncIterable<Buffer>): AsyncGenerator<readonly string[]> {
  let begun = ''
  for await (const piece of output) {
    const lines = (begun + piece.toString('latin1')).split('\n')
    begun = lines.pop() ?? ''
    yield lines
  }
}

function asLines(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map((line) => `${line}\n`).join(''))
}

/** Tokens in messages, in names of authors, and in tags. */
function* findsOutsideOfFiles({ found }: ObjectSearch): Generator<Find> {
  for (const [id, { type, hits, headLines }] of found) {
    if (type !== 'commit' && type !== 'tag') continue
    for (const { token, line, column } of hits) {
      const commit = type === 'commit' ? { commit: id } : {}
      const isInMessage = type === 'commit' && line > headLines
      const path = isInMessage ? COMMIT_MESSAGE : objectPath(id)
      yield { token, place: { path, line: isInMessage ? line - headLines : line, column, ...commit } }
    }
  }
}
